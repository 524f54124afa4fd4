import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { WindroseError } from "../basics/errors";
import { bounds, seconds } from "./bounds";
import { CommandTransport, endBySignal, missing, wrapped } from "./commands";
import type { CommandEnd, Invocation, RunningCommand } from "./running-command";
import { socketFailure } from "./socket-errors";
import type { ConnectOptions, HostStream } from "./transport";

/** What a command on this machine gets of the provider's own environment; the rest may hold secrets. */
const inherited = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/** This machine. Commands are started without a shell, each in a process group of its own. */
export class LocalTransport extends CommandTransport {
  readonly description = "local";
  protected readonly sudo: boolean | undefined;
  private readonly commands = new Set<RunningCommand>();
  private readonly sockets = new Set<Socket>();

  constructor(options: { sudo?: boolean } = {}) {
    super();
    this.sudo = options.sudo;
  }

  async connectUnix(path: string, options: ConnectOptions = {}): Promise<HostStream> {
    return this.open({ path }, path, options.timeout);
  }

  async connectTcp(address: string, port: number, options: ConnectOptions = {}): Promise<HostStream> {
    return this.open({ host: address, port }, `${address}:${port}`, options.timeout);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const commands = [...this.commands];
    for (const command of commands) command.kill();
    await Promise.allSettled(commands.map((command) => command.ended));
  }

  protected async userIsRoot(): Promise<boolean> {
    return process.getuid?.() === 0;
  }

  protected async start(invocation: Invocation): Promise<RunningCommand> {
    const env: NodeJS.ProcessEnv = {};
    for (const name of inherited) if (process.env[name] !== undefined) env[name] = process.env[name];
    // A user's PATH often lacks the directories in which the programs of an administrator are.
    env.PATH = `${env.PATH ?? "/usr/local/bin:/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin`;
    Object.assign(env, invocation.env);
    const argv = invocation.sudo ? wrapped(invocation) : [...invocation.argv];
    const child = await launched(argv, env);
    const command = running(child);
    this.commands.add(command);
    const forget = () => this.commands.delete(command);
    command.ended.then(forget, forget);
    return command;
  }

  private open(target: NetConnectOpts, name: string, timeout: number = bounds.connect): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(target);
      this.sockets.add(socket);
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new WindroseError("timeout", `${name} did not answer within ${seconds(timeout)}`));
      }, timeout);
      const onError = (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(socketError(error, name));
      };
      socket.once("error", onError);
      socket.once("close", () => this.sockets.delete(socket));
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", onError);
        // A reset reaches those who listen; with nobody listening it must not end the process.
        socket.on("error", () => {});
        resolve(socket);
      });
    });
  }
}

function launched(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildProcessWithoutNullStreams> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(startError(error as NodeJS.ErrnoException, argv));
    try {
      // Some failures (E2BIG, for one) are thrown, others come as an event.
      const child = spawn(argv[0] as string, argv.slice(1), { env, cwd: "/", detached: true, stdio: "pipe" });
      child.once("error", fail);
      child.once("spawn", () => resolve(child));
    } catch (error) {
      fail(error);
    }
  });
}

function startError(error: NodeJS.ErrnoException, argv: readonly string[]): WindroseError {
  switch (error.code) {
    case "ENOENT":
      return missing(argv, "");
    case "EACCES":
      return new WindroseError("permission-denied", `${argv[0]} may not be started`, { cause: error });
    case "E2BIG":
      return new WindroseError("invalid-input", `The arguments of ${argv[0]} are too long`, { cause: error });
    default:
      return new WindroseError("command-failed", `${argv[0]} could not be started (${error.code ?? error.message})`);
  }
}

function running(child: ChildProcessWithoutNullStreams): RunningCommand {
  let over = false;
  let hardKill: NodeJS.Timeout | undefined;
  child.on("error", () => {});
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once("close", (code, signal) => {
      over = true;
      clearTimeout(hardKill);
      resolve(signal ? endBySignal(signal) : { code: code ?? 0 });
    });
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      // The group is gone, or it is root's behind sudo: its own `timeout` ends it then.
    }
  };
  const hangUp = () => {
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    hangUp,
    kill() {
      if (over || hardKill) return;
      signalGroup("SIGTERM");
      // Not unref'd: a process that ignores SIGTERM must not outlive this one.
      hardKill = setTimeout(() => {
        signalGroup("SIGKILL");
        hangUp();
      }, bounds.grace);
    },
  };
}

function socketError(error: NodeJS.ErrnoException, name: string): WindroseError {
  switch (error.code) {
    case "ENOENT":
      return new WindroseError("not-found", `${name} does not exist`, { cause: error });
    case "EACCES":
    case "EPERM":
      return new WindroseError("permission-denied", `No right to connect to ${name}`, { cause: error });
    case "ENOTSOCK":
    case "EINVAL":
      return new WindroseError("invalid-input", `${name} is not a socket`, { cause: error });
    default:
      return new WindroseError("host-unreachable", `${name} does not answer: ${socketFailure(error)}`, {
        hint: "Check that the service runs and listens there.",
        cause: error,
      });
  }
}
