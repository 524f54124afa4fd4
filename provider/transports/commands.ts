import { constants } from "node:os";
import type { Readable } from "node:stream";
import { asWindroseError, WindroseError } from "../basics/errors";
import { bounds, seconds } from "./bounds";
import { LineSplitter, TailBuffer } from "./output";
import { checkArguments } from "./quote";
import type { CommandEnd, Invocation, RunningCommand } from "./running-command";
import { JoinedStream } from "./streams";
import type { ConnectOptions, ExecOptions, ExecResult, HostStream, Transport, UploadOptions } from "./transport";
import { upload } from "./upload";

/** What both transports have in common: commands, uploads and sudo, over a way to start one command. */
export abstract class CommandTransport implements Transport {
  abstract readonly description: string;
  /** `sudo` of the connection: true, commands go through it unless told otherwise; false, never; else where asked. */
  protected abstract readonly sudo: boolean | undefined;
  private sudoWorks: Promise<void> | undefined;

  protected abstract userIsRoot(): Promise<boolean>;
  protected abstract start(invocation: Invocation): Promise<RunningCommand>;
  abstract connectUnix(path: string, options?: ConnectOptions): Promise<HostStream>;
  abstract connectTcp(address: string, port: number, options?: ConnectOptions): Promise<HostStream>;
  abstract close(): Promise<void>;

  /**
   * `env` becomes part of the command line on the host, where every user can read it (`/proc/PID/cmdline`): it is no
   * place for secrets, which go through `stdin`. Exit code 127 is `command-missing`. A Readable given as `stdin` is
   * destroyed when the command ends before it has read all of it.
   */
  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const { signal, timeout = bounds.exec } = options;
    const invocation = await this.invocation(argv, { root: options.root, env: options.env, timeout });
    throwIfAborted(signal, argv);
    const command = await this.start(invocation);
    const result = await collect(command, argv, { ...options, timeout });
    await this.classify(invocation, argv, result);
    return result;
  }

  async upload(source: Readable, path: string, options: UploadOptions = {}): Promise<void> {
    try {
      const mode = options.mode ?? 0o644;
      if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
        throw new WindroseError("invalid-input", `${mode} is not the mode of a file`);
      }
      throwIfAborted(options.signal, ["upload", path]);
      await upload(source, path, options, async (argv) => {
        const invocation = await this.invocation(argv, { root: options.root });
        const command = await this.start(invocation);
        return { command, classify: (result) => this.classify(invocation, argv, result) };
      });
    } catch (error) {
      source.destroy();
      throw error;
    }
  }

  async connectCommand(argv: readonly string[], options: ConnectOptions = {}): Promise<HostStream> {
    const invocation = await this.invocation(argv, { root: options.root });
    const command = await this.start(invocation);
    const stderr = new TailBuffer(16 * 1024);
    command.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
    const stream = new JoinedStream({
      readable: command.stdout,
      writable: command.stdin,
      close: () => command.kill(),
      hold: command.hold?.bind(command),
    });
    command.ended
      .then(async (end) => {
        const result = { ...end, stdout: "", stderr: stderr.toString() };
        await this.classify(invocation, argv, result);
        if (end.code !== 0) throw failed(argv, result);
        stream.conclude();
      })
      .catch((error) => stream.conclude(asWindroseError(error)));
    return stream;
  }

  /** Whether a command goes through sudo, and under which environment. */
  private async invocation(
    argv: readonly string[],
    options: { root?: boolean; env?: Readonly<Record<string, string>>; timeout?: number },
  ): Promise<Invocation> {
    checkArguments(argv);
    const env: Record<string, string> = { ...options.env, LC_ALL: "C" };
    for (const [name, value] of Object.entries(env)) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new WindroseError("invalid-input", `${JSON.stringify(name)} is not the name of an environment variable`);
      }
      if (value.includes("\0")) throw new WindroseError("invalid-input", `The variable ${name} has a NUL in it`);
    }
    const root = options.root ?? this.sudo === true;
    const sudo = root && this.sudo !== false && !(await this.userIsRoot());
    return { argv, env, sudo, timeout: options.timeout };
  }

  /** Throws where an exit code means something else than the command's own failure. */
  private async classify(invocation: Invocation, argv: readonly string[], result: ExecResult): Promise<void> {
    if (invocation.sudo && (result.code === 1 || result.code === 127)) await this.probeSudo();
    if (result.code === 127) throw missing(argv, result.stderr);
  }

  /**
   * sudo's own failure is exit code 1, as is that of many commands; so it is asked alone, once for a transport unless
   * it fails.
   */
  private probeSudo(): Promise<void> {
    this.sudoWorks ??= this.askSudo().catch((error) => {
      this.sudoWorks = undefined;
      throw error;
    });
    return this.sudoWorks;
  }

  private async askSudo(): Promise<void> {
    const env = { LC_ALL: "C" };
    const argv = ["sudo", "-n", "--", "true"];
    const command = await this.start({ argv, env, sudo: false, timeout: bounds.connect });
    const { code } = await collect(command, argv, { timeout: bounds.connect });
    if (code === 127) throw missing(["sudo"], "");
    if (code !== 0) throw new WindroseError("sudo-password", `sudo on ${this.description} asks for a password`);
  }
}

/**
 * The words that set the environment, the rights and the time limit of a command on a host. The order matters: sudo
 * resets the environment, and only root's `timeout` can end root's command.
 */
export function wrapped(invocation: Invocation): string[] {
  const words = invocation.sudo ? ["sudo", "-n", "--"] : [];
  words.push("env");
  for (const [name, value] of Object.entries(invocation.env)) words.push(`${name}=${value}`);
  if (invocation.timeout !== undefined) {
    const limit = Math.ceil(invocation.timeout / 1000) + 1;
    words.push("timeout", "-k", String(bounds.grace / 1000), String(limit));
  }
  return [...words, ...invocation.argv];
}

type CollectOptions = Pick<ExecOptions, "stdin" | "onLine" | "maxOutput" | "signal"> & { timeout: number };

/** Feeds a command, gathers its output and waits for its end, its time limit or an abort. */
export function collect(
  command: RunningCommand,
  argv: readonly string[],
  options: CollectOptions,
): Promise<ExecResult> {
  const release = command.hold?.();
  const limit = options.maxOutput ?? 4 * 1024 * 1024;
  const gathered = (["stdout", "stderr"] as const).map((name) => {
    const tail = new TailBuffer(limit);
    const { onLine } = options;
    const lines = onLine && new LineSplitter((line) => onLine(line, name));
    command[name].on("data", (chunk: Buffer) => {
      tail.add(chunk);
      lines?.add(chunk);
    });
    return { tail, lines };
  });
  return new Promise<ExecResult>((resolve, reject) => {
    const fail = (error: WindroseError) => {
      command.kill();
      finish(() => reject(error));
    };
    const onAbort = () => fail(aborted(argv));
    const timer = setTimeout(
      () => fail(new WindroseError("timeout", `${argv[0]} did not end within ${seconds(options.timeout)}`)),
      options.timeout,
    );
    let settled = false;
    const finish = (settle: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      stopFeeding(options.stdin);
      release?.();
      settle();
    };
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    command.ended.then(
      (end) =>
        finish(() => {
          for (const { lines } of gathered) lines?.end();
          const [stdout, stderr] = gathered.map(({ tail }) => tail.toString()) as [string, string];
          resolve({ ...end, stdout, stderr });
        }),
      (error) => finish(() => reject(asWindroseError(error))),
    );
    feed(command, options.stdin, fail);
  });
}

function feed(command: RunningCommand, stdin: ExecOptions["stdin"], fail: (error: WindroseError) => void): void {
  // A command may end without reading its input; that is its own affair.
  command.stdin.on("error", () => {});
  if (stdin === undefined || typeof stdin === "string" || Buffer.isBuffer(stdin)) {
    command.stdin.end(stdin ?? "");
    return;
  }
  stdin.once("error", (error) => fail(asWindroseError(error)));
  if (stdin.errored) fail(asWindroseError(stdin.errored));
  stdin.pipe(command.stdin);
}

function stopFeeding(stdin: ExecOptions["stdin"]): void {
  if (stdin !== undefined && typeof stdin !== "string" && !Buffer.isBuffer(stdin)) {
    stdin.on("error", () => {});
    stdin.destroy();
  }
}

/** The end of a command that a signal ended, as a shell reports it: 128 and the signal's number. */
export function endBySignal(signal: string): CommandEnd {
  const number = (constants.signals as Record<string, number>)[signal] ?? 0;
  return { code: 128 + number, signal };
}

export function missing(argv: readonly string[], stderr: string): WindroseError {
  const detail = lastLine(stderr);
  return new WindroseError("command-missing", `${argv[0]} could not be started${detail && `: ${detail}`}`);
}

function aborted(argv: readonly string[]): WindroseError {
  return new WindroseError("aborted", `${argv[0]} was interrupted`);
}

function throwIfAborted(signal: AbortSignal | undefined, argv: readonly string[]): void {
  if (signal?.aborted) throw aborted(argv);
}

function failed(argv: readonly string[], result: ExecResult): WindroseError {
  const detail = lastLine(result.stderr);
  return new WindroseError(
    "command-failed",
    `${argv[0]} ended with exit code ${result.code}${detail && `: ${detail}`}`,
  );
}

function lastLine(text: string): string {
  return (text.trim().split("\n").pop() ?? "").slice(0, 300);
}
