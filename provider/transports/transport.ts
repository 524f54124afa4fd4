import type { Duplex, Readable } from "node:stream";

/**
 * How to run things on a host and move bytes to it. A transport knows no hypervisor. Commands are arrays of arguments,
 * never lines for a shell; every wait is bounded; `LC_ALL=C` is set for each command.
 */
export interface Transport {
  /** For messages: `local`, `ssh://root@anemoi:22`. Never a secret. */
  readonly description: string;

  /**
   * Runs a command and waits for its end. Resolves for any exit code. Rejects with a WindroseError: `command-missing`
   * (exit 127 of the shell or ENOENT), `timeout`, `connection-cut`, `host-unreachable`, `sudo-password`, …
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;

  /**
   * Writes a file of the host, whole or not at all: beside it under a temporary name, then renamed. On failure the
   * temporary file is removed.
   */
  upload(source: Readable, path: string, options?: UploadOptions): Promise<void>;

  /**
   * A byte stream to a Unix socket of the host. Like the other streams it has `ref` and `unref`, as `net.Socket` has: one
   * that is only kept for later should not keep the process alive. A cut shows as an `error` with `connection-cut`.
   * Errors: `not-found`, `permission-denied`, `unsupported` (the ssh server does not forward it; a command may do).
   */
  connectUnix(path: string, options?: ConnectOptions): Promise<HostStream>;

  /** A byte stream to the standard input and output of a command on the host. Its end kills the command. */
  connectCommand(argv: readonly string[], options?: ConnectOptions): Promise<HostStream>;

  /** A byte stream to a TCP port as the host itself sees it (a guest's address, for instance). */
  connectTcp(address: string, port: number, options?: ConnectOptions): Promise<HostStream>;

  /**
   * The same host over a connection of its own, which shows that one can still be made; whoever asks for it closes it.
   * Absent where there is no connection (this machine itself).
   */
  fresh?(): Transport;

  /** Ends the connection and everything on it. Safe to call twice. */
  close(): Promise<void>;
}

/** A byte stream to something on a host. */
export type HostStream = Duplex & { ref(): unknown; unref(): unknown };

export interface ExecOptions {
  /** Fed to the command's standard input, which is closed after it. Default: empty. */
  stdin?: string | Buffer | Readable;
  /** Milliseconds until the command is ended and the call rejects with `timeout`. Default 60,000. */
  timeout?: number;
  /**
   * Run as root: directly where the user is root, else through `sudo -n`. Default: true where the connection says
   * `sudo: true`. Where it says `sudo: false`, sudo is never used, and what needs root fails as it does for any user.
   */
  root?: boolean;
  /** Environment variables of the command, besides LC_ALL=C. Readable on the host by all its users: not for secrets. */
  env?: Readonly<Record<string, string>>;
  /** Called with each complete line of output as it comes (progress of a download). */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Bytes of stdout and of stderr kept, each; what is more is dropped from the front. Default 4 MiB. */
  maxOutput?: number;
  /** Ends the command and rejects with `aborted`. */
  signal?: AbortSignal;
}

export interface ExecResult {
  code: number;
  /** Set where the command was ended by a signal; `code` is then 128 + its number. */
  signal?: string;
  stdout: string;
  stderr: string;
}

export interface UploadOptions {
  /** Bytes that will come, for the progress in percent. */
  size?: number;
  /** Octal mode of the new file. Default 0o644. */
  mode?: number;
  /** Called with the bytes written so far, at most some times a second. */
  progress?: (bytes: number) => void;
  /** Milliseconds without any progress until the call rejects with `timeout`. Default 60,000. */
  stallTimeout?: number;
  root?: boolean;
  signal?: AbortSignal;
}

export interface ConnectOptions {
  /** Milliseconds until the stream must be open. Default 20,000. */
  timeout?: number;
  root?: boolean;
}

/** How a host is reached. Credentials are found at call time; a state holds only name, address, port and user. */
export interface SshConnection {
  address: string;
  /** Default: ~/.ssh/config, else 22. */
  port?: number;
  /** Default: ~/.ssh/config, else the local user's name. */
  user?: string;
  /** An OpenSSH private key as text. */
  privateKey?: string;
  /** Its passphrase, or the one of `identityFile`. */
  passphrase?: string;
  identityFile?: string;
  password?: string;
  /** false: no agent; a path: that agent's socket; default: SSH_AUTH_SOCK, or IdentityAgent of ~/.ssh/config. */
  agent?: boolean | string;
  /** Path of a known_hosts file that replaces the user's and the system's. */
  knownHosts?: string;
  /** The one accepted key, as `ssh-ed25519 AAAA…` (a comment may follow). Replaces known_hosts. */
  hostKey?: string;
  /** A host to go through, as OpenSSH writes it: `[user@]host[:port][,…]`. `none` for no jump. */
  proxyJump?: string;
  /**
   * true: every command goes through `sudo -n` where the user is not root, unless `root: false`; false: none does.
   * Default: those that ask for root.
   */
  sudo?: boolean;
  /** Path of the ssh configuration file; false: none. Default: ~/.ssh/config and the system's. */
  sshConfig?: string | boolean;
  /** Seconds until a connection must be up. Default 20. */
  connectTimeout?: number;
}

/** A connection to a host, or to a jump host on the way to another. */
export interface StepConnection extends SshConnection {
  /** Of a jump host: the address of the host that it is on the way to. `hostKey` is that one's, and not the jump host's. */
  onTheWayTo?: string;
}
