import { spawn } from "node:child_process";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import type { ClientChannel } from "ssh2";
import { bracketed } from "../basics/addresses";
import { asWindroseError, WindroseError } from "../basics/errors";
import { Authentication } from "./authentication";
import { bounds, seconds, within } from "./bounds";
import { CommandTransport, collect, endBySignal, wrapped } from "./commands";
import { HostKeys } from "./host-key";
import { quoteCommand } from "./quote";
import type { CommandEnd, Invocation, RunningCommand } from "./running-command";
import { socketFailure } from "./socket-errors";
import { type HostSettings, resolveHost } from "./ssh-config";
import { handshake } from "./ssh-connect";
import { type LinkTimes, RefusedChannel, SshLink } from "./ssh-link";
import { formatJumpHost } from "./ssh-names";
import { JoinedStream } from "./streams";
import type { ConnectOptions, HostStream, SshConnection, StepConnection } from "./transport";

/** One word of a command line is 128 KiB at most (MAX_ARG_STRLEN of Linux), and sshd gives the shell one word. */
const longestLine = 128 * 1024 - 1;
const mostJumps = 8;

export interface SshTransportOptions extends Partial<LinkTimes> {
  /** The transport to a host on the way. Default: one of its own for each. */
  transportTo?: (connection: StepConnection) => SshTransport;
  /** What opens the byte stream to the server. Default: a connection of this machine, or what the configuration says. */
  openStream?: (address: string, port: number, options: ConnectOptions) => Promise<Duplex>;
}

/**
 * A host behind ssh. It connects on the first call and holds one connection for all callers, closed 30 s after the
 * last channel and brought up again by the next call. A call that is under way when the connection breaks rejects with
 * `connection-cut`; an attempt to connect that failed stands for 5 s for all who ask.
 *
 * Streams that it returns have `ref` and `unref` as `net.Socket` has.
 */
export class SshTransport extends CommandTransport {
  protected readonly sudo: boolean | undefined;
  readonly #connection: StepConnection;
  readonly #options: SshTransportOptions;
  #settings: HostSettings | undefined;
  #link: Promise<SshLink> | undefined;
  #failure: { error: WindroseError; until: number } | undefined;
  #root: Promise<boolean> | undefined;
  /** The gate whose connection is coming up. */
  #waitsFor: SshTransport | undefined;

  constructor(connection: StepConnection, options: SshTransportOptions = {}) {
    super();
    this.#connection = { ...connection };
    this.#options = options;
    this.sudo = connection.sudo;
  }

  get description(): string {
    const { address, port, user } = this.#connection;
    const name = this.#settings?.user ?? user;
    const number = this.#settings?.port ?? port;
    return `ssh://${name === undefined ? "" : `${name}@`}${bracketed(address)}${number === undefined ? "" : `:${number}`}`;
  }

  [inspect.custom](): string {
    return `SshTransport(${this.description})`;
  }

  toJSON(): { description: string } {
    return { description: this.description };
  }

  /**
   * Errors besides those of the connection: `not-found`, `permission-denied`, and `unsupported` where the server does
   * not forward Unix sockets or nobody listens there (sshd does not say which): then `connectCommand` with a program
   * that connects on the host is worth a try.
   */
  async connectUnix(path: string, options: ConnectOptions = {}): Promise<HostStream> {
    if (!path.startsWith("/") || path.includes("\0")) {
      throw new WindroseError("invalid-input", `${JSON.stringify(path)} is not the path of a socket`);
    }
    const link = await this.link();
    try {
      return await link.forwardUnix(path, options.timeout ?? bounds.connect);
    } catch (error) {
      if (!(error instanceof RefusedChannel)) throw asWindroseError(error);
      throw await this.whyNotUnix(path);
    }
  }

  async connectTcp(address: string, port: number, options: ConnectOptions = {}): Promise<HostStream> {
    const link = await this.link();
    try {
      return await link.forwardTcp(address, port, options.timeout ?? bounds.connect);
    } catch (error) {
      if (!(error instanceof RefusedChannel)) throw asWindroseError(error);
      if (error.prohibited) {
        const why = `${this.description} does not forward to ${address}:${port}`;
        throw new WindroseError("unsupported", why, {
          hint: "Check AllowTcpForwarding and PermitOpen in the server's sshd_config.",
        });
      }
      throw new WindroseError(
        "host-unreachable",
        `${address}:${port} does not answer, as seen from ${this.description}`,
        {
          hint: "Check from that host that the address is up and listens on the port.",
        },
      );
    }
  }

  /**
   * ssh to a machine that this host reaches, through this connection. The keys and the agent of this one are offered
   * where the other names none; nothing of ~/.ssh/config is used.
   */
  behind(connection: SshConnection): SshTransport {
    const { privateKey, passphrase, identityFile, agent } = this.#connection;
    const named = connection.privateKey !== undefined || connection.identityFile !== undefined;
    return new SshTransport(
      {
        ...(named ? {} : { privateKey, passphrase, identityFile }),
        ...connection,
        agent: connection.agent ?? agent,
        sshConfig: false,
      },
      { ...this.#options, openStream: (address, port, options) => this.connectTcp(address, port, options) },
    );
  }

  /** Given up sooner than the shared one: it is asked for again and again while the host may be cut off. */
  fresh(): SshTransport {
    const connectTimeout = Math.min(this.#connection.connectTimeout ?? 5, 5);
    return new SshTransport({ ...this.#connection, connectTimeout }, this.#options);
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => undefined);
    link?.end(new WindroseError("connection-cut", `The connection to ${this.description} was closed`));
  }

  protected userIsRoot(): Promise<boolean> {
    this.#root ??= this.askUser().catch((error) => {
      this.#root = undefined;
      throw error;
    });
    return this.#root;
  }

  protected async start(invocation: Invocation): Promise<RunningCommand> {
    const line = quoteCommand(wrapped(invocation));
    if (Buffer.byteLength(line) > longestLine) {
      throw new WindroseError("invalid-input", `The arguments of ${invocation.argv[0]} are too long for ssh`);
    }
    const link = await this.link();
    try {
      return await link.exec(line, (channel) => running(channel, link));
    } catch (error) {
      if (!(error instanceof RefusedChannel)) throw asWindroseError(error);
      throw new WindroseError("unsupported", `${this.description} does not let commands run (${error.message})`);
    }
  }

  private async askUser(): Promise<boolean> {
    await this.link();
    if (this.#settings?.user === "root") return true;
    const argv = ["id", "-u"];
    const invocation = { argv, env: { LC_ALL: "C" }, sudo: false, timeout: bounds.connect };
    const { code, stdout } = await collect(await this.start(invocation), argv, { timeout: bounds.connect });
    return code === 0 && stdout.trim() === "0";
  }

  private async whyNotUnix(path: string): Promise<WindroseError> {
    const script =
      '[ -x "$1" ] || [ ! -d "$1" ] || exit 92; [ -e "$2" ] || exit 90; [ -S "$2" ] || exit 91; [ -w "$2" ] || exit 92';
    const directory = path.slice(0, path.lastIndexOf("/")) || "/";
    const { code } = await this.exec(["sh", "-c", script, "sh", directory, path], { root: false });
    const where = `${path} on ${this.description}`;
    if (code === 90) return new WindroseError("not-found", `${where} does not exist`);
    if (code === 91) return new WindroseError("invalid-input", `${where} is not a socket`);
    if (code === 92) return new WindroseError("permission-denied", `No right to connect to ${where}`);
    return new WindroseError("unsupported", `The ssh server does not open ${where}`, {
      hint: "Check AllowStreamLocalForwarding in its sshd_config, and that something listens there.",
    });
  }

  /** The connection: the one that is up or coming up, else a new one. */
  private link(): Promise<SshLink> {
    if (this.#link) return this.#link;
    if (this.#failure && Date.now() < this.#failure.until) return Promise.reject(this.#failure.error);
    const attempt: Promise<SshLink> = this.bringUp(() => {
      if (this.#link === attempt) this.#link = undefined;
    });
    this.#link = attempt;
    attempt.then(
      (link) => {
        this.#failure = undefined;
        if (!link.alive && this.#link === attempt) this.#link = undefined;
      },
      (error) => {
        this.#failure = { error, until: Date.now() + bounds.failure };
        if (this.#link === attempt) this.#link = undefined;
      },
    );
    return attempt;
  }

  private async bringUp(onEnd: () => void): Promise<SshLink> {
    const settings = await resolveHost(this.#connection);
    this.#settings = settings;
    const name = this.description;
    let socket: Duplex | undefined;
    let late = false;
    const connecting = (async () => {
      await this.refuseLoops();
      const hostKeys = await HostKeys.load(settings, this.#connection.hostKey);
      const authentication = await Authentication.prepare(settings, this.#connection);
      const stream = await this.openSocket(settings, name);
      socket = stream;
      // ssh is over when one side is; a stream through another connection may stay half open for long.
      stream.once("end", () => stream.destroy());
      if (late) stream.destroy();
      const client = await handshake(socket, settings.user, name, hostKeys, authentication);
      const { idle = bounds.idle, keepaliveInterval = bounds.keepaliveInterval } = this.#options;
      return new SshLink(client, socket, name, { idle, keepaliveInterval }, onEnd);
    })();
    const timeout = () => {
      late = true;
      socket?.destroy();
      const silent = this.silent();
      const where = silent === this ? name : `${silent.description}, on the way to ${name},`;
      const why = `${where} did not answer within ${seconds(settings.connectTimeout)}`;
      const hint = "Check that this gate is up, and the way to it (`ProxyJump`); then run the command again.";
      return new WindroseError("host-unreachable", why, silent === this ? {} : { hint });
    };
    try {
      return await within(connecting, settings.connectTimeout, timeout, (link) => link.end(timeout()));
    } catch (error) {
      throw asWindroseError(error);
    }
  }

  private async openSocket(settings: HostSettings, name: string): Promise<Duplex> {
    const { hostName, port, connectTimeout } = settings;
    const { openStream } = this.#options;
    if (openStream) return openStream(hostName, port, { timeout: connectTimeout });
    const hop = this.jump(settings);
    if (hop) {
      this.#waitsFor = hop;
      try {
        await hop.link();
      } finally {
        this.#waitsFor = undefined;
      }
      return hop.connectTcp(hostName, port, { timeout: connectTimeout });
    }
    if (settings.proxyCommand) return proxyStream(settings.proxyCommand, name);
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: hostName,
        port,
        family: settings.family ?? 0,
        noDelay: true,
        autoSelectFamilyAttemptTimeout: 3000,
      });
      const timer = setTimeout(() => socket.destroy(), connectTimeout);
      socket.once("close", () => clearTimeout(timer));
      socket.on("error", (error: NodeJS.ErrnoException) => {
        const why = `${name} cannot be reached: ${socketFailure(error)}`;
        reject(new WindroseError("host-unreachable", why, { cause: error }));
      });
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve(socket);
      });
    });
  }

  /** The host on the way that has not answered yet; else this one. */
  private silent(): SshTransport {
    return this.#waitsFor?.silent() ?? this;
  }

  /** The transport to the last host on the way; it knows the way to itself. */
  private jump(settings: HostSettings): SshTransport | undefined {
    const connection = hopConnection(this.#connection, settings);
    if (!connection) return undefined;
    const { transportTo } = this.#options;
    return transportTo ? transportTo(connection) : new SshTransport(connection, this.#options);
  }

  /** Walks the way to the host before anything is connected: each host on it may have a ProxyJump of its own. */
  private async refuseLoops(): Promise<void> {
    const seen: string[] = [];
    let connection: StepConnection | undefined = this.#connection;
    while (connection) {
      const settings: HostSettings = await resolveHost(connection);
      const name = `${settings.user}@${settings.hostName}:${settings.port}`;
      if (seen.includes(name) || seen.length > mostJumps) {
        throw new WindroseError("ssh-config", `ProxyJump leads in a circle: ${[...seen, name].join(" through ")}`);
      }
      seen.push(name);
      connection = hopConnection(connection, settings);
    }
  }
}

/**
 * The connection to the last host of a ProxyJump. Keys and the agent are offered there as well; the password and the
 * host key are the target's alone.
 */
function hopConnection(connection: StepConnection, settings: HostSettings): StepConnection | undefined {
  const last = settings.proxyJump.at(-1);
  if (!last) return undefined;
  const before = settings.proxyJump.slice(0, -1);
  const { privateKey, passphrase, identityFile, agent, knownHosts, sshConfig, connectTimeout } = connection;
  return {
    address: last.host,
    port: last.port,
    user: last.user,
    privateKey,
    passphrase,
    identityFile,
    agent,
    knownHosts,
    sshConfig,
    connectTimeout,
    proxyJump: before.length === 0 ? undefined : before.map(formatJumpHost).join(","),
    onTheWayTo: connection.onTheWayTo ?? connection.address,
  };
}

/** A ProxyCommand's input and output. */
function proxyStream(words: readonly string[], name: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const child = spawn(words[0] as string, words.slice(1), { stdio: ["pipe", "pipe", "ignore"] });
    child.once("error", (error) => {
      reject(new WindroseError("ssh-config", `The ProxyCommand for ${name} could not be started`, { cause: error }));
    });
    child.once("spawn", () => {
      const stream = new JoinedStream({ readable: child.stdout, writable: child.stdin, close: () => child.kill() });
      child.once("close", () => stream.conclude());
      stream.on("error", () => {});
      resolve(stream);
    });
  });
}

function running(channel: ClientChannel, link: SshLink): RunningCommand {
  let over = false;
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    let end: CommandEnd | undefined;
    const cut = (error: WindroseError) => {
      over = true;
      reject(error);
    };
    const forget = link.whenCut(cut);
    channel.once("exit", (code: number | null, signal?: string) => {
      end = code === null ? endBySignal(signal ?? "") : { code };
    });
    channel.once("close", () => {
      forget();
      over = true;
      if (end) resolve(end);
      else reject(new WindroseError("connection-cut", `${link.name} closed the channel before the command had ended`));
    });
  });
  ended.catch(() => {});
  const hangUp = () => {
    if (over) return;
    channel.destroy();
    channel.resume();
    channel.stderr.resume();
  };
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    hold: () => link.hold(),
    hangUp,
    kill() {
      if (over) return;
      channel.signal("TERM");
      hangUp();
    },
  };
}
