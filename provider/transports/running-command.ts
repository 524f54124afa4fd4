import type { Readable, Writable } from "node:stream";

export interface CommandEnd {
  code: number;
  /** As `SIGKILL`. */
  signal?: string;
}

/** A command that has been started, here or on another machine. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output was read; rejects where the connection was cut before. */
  readonly ended: Promise<CommandEnd>;
  /** Ends the command, politely at first where that is possible. Returns at once; may be called twice. */
  kill(): void;
  /** Closes its input and output and leaves it to end by itself, so that it can clean up. */
  hangUp(): void;
  hold?(): () => void;
}

/** What is to be started: the words, and what only a local process can be given. */
export interface Invocation {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Whether the command goes through sudo. */
  sudo: boolean;
  /** Milliseconds; the command's own machine ends it a little after that, should this one not be able to. */
  timeout?: number;
}
