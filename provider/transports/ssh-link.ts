import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { asWindroseError, WindroseError } from "../basics/errors";
import { bounds, within } from "./bounds";
import { Gate } from "./channels";
import { openFailure } from "./ssh-connect";
import { JoinedStream } from "./streams";

/** Channels at once: sessions below sshd's default of 10, so that a person's own ssh finds a place; others, no limit of sshd. */
const sessionsAtOnce = 8;
const forwardsAtOnce = 64;
/** Sessions that a server refuses while none is open: it may still be clearing up after one that was ended. */
const refusals = 20;
const refusalPause = 250;

export interface LinkTimes {
  idle: number;
  keepaliveInterval: number;
}

/** An ssh connection that is up. It ends once, and is never brought up again; a new one takes its place. */
export class SshLink {
  readonly sessions = new Gate(sessionsAtOnce);
  private readonly forwards = new Gate(forwardsAtOnce);
  private readonly streams = new Set<JoinedStream>();
  private readonly onCut = new Set<(error: WindroseError) => void>();
  private channels = 0;
  private holds = 0;
  private failure: WindroseError | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly keepalive: NodeJS.Timeout;
  private unanswered = 0;

  constructor(
    private readonly client: Client,
    private readonly socket: Duplex & { ref?(): unknown; unref?(): unknown },
    readonly name: string,
    private readonly times: LinkTimes,
    private readonly onEnd: () => void,
  ) {
    client.once("close", () =>
      this.end(new WindroseError("connection-cut", `The connection to ${name} was interrupted`)),
    );
    this.keepalive = setInterval(() => this.ping(), times.keepaliveInterval).unref();
    this.socket.unref?.();
    this.watchIdle();
  }

  get alive(): boolean {
    return this.failure === undefined;
  }

  /** Ends everything on it. */
  end(error: WindroseError): void {
    if (this.failure) return;
    this.failure = error;
    clearInterval(this.keepalive);
    clearTimeout(this.idleTimer);
    this.onEnd();
    this.sessions.fail(error);
    this.forwards.fail(error);
    for (const listener of [...this.onCut]) listener(error);
    for (const stream of [...this.streams]) stream.conclude(error);
    this.client.end();
    // A peer that is gone does not answer to the end; its socket must not stay.
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }

  /** Keeps the process alive until the returned function is called. */
  hold(): () => void {
    if (this.holds++ === 0) this.socket.ref?.();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.holds === 0) this.socket.unref?.();
    };
  }

  /** Calls back, once, when the connection is cut. Returns what takes the listener away. */
  whenCut(listener: (error: WindroseError) => void): () => void {
    this.onCut.add(listener);
    return () => this.onCut.delete(listener);
  }

  /** A session with a command in it, as soon as there is a place for one. */
  async exec<T>(line: string, opened: (channel: ClientChannel) => T): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        let command: T | undefined;
        await this.openIn(this.sessions, (done) =>
          this.client.exec(line, (error, channel) => {
            // At once: the end of a short command can be in the same packet as its beginning.
            if (!error) command = opened(channel);
            done(error, channel);
          }),
        );
        return command as T;
      } catch (error) {
        if (!(error instanceof RefusedChannel)) throw error;
        if (error.othersOpen) continue;
        if (attempt >= refusals) {
          const why = `${this.name} refuses every session (${error.message})`;
          throw new WindroseError("unsupported", why, { hint: "Check MaxSessions in the server's sshd_config." });
        }
        await new Promise((resolve) => setTimeout(resolve, refusalPause));
      }
    }
  }

  /** A stream to a Unix socket of the host. Rejects with a RefusedChannel where the server does not open it. */
  async forwardUnix(path: string, timeout: number): Promise<JoinedStream> {
    return this.forward(path, timeout, (done) => this.client.openssh_forwardOutStreamLocal(path, done));
  }

  async forwardTcp(address: string, port: number, timeout: number): Promise<JoinedStream> {
    const name = `${address}:${port}`;
    return this.forward(name, timeout, (done) => this.client.forwardOut("127.0.0.1", 0, address, port, done));
  }

  private async forward(name: string, timeout: number, open: Opener): Promise<JoinedStream> {
    const late = () => new WindroseError("timeout", `${name} did not answer through ${this.name}`);
    const opening = this.openIn(this.forwards, open);
    const channel = await within(opening, timeout, late, (value) => value.destroy());
    const stream = new JoinedStream({
      readable: channel,
      writable: channel,
      close: () => channel.destroy(),
      hold: () => this.hold(),
    });
    this.streams.add(stream);
    stream.once("close", () => this.streams.delete(stream));
    channel.once("close", () => stream.conclude(this.failure));
    return stream;
  }

  private async openIn(gate: Gate, open: Opener): Promise<ClientChannel> {
    if (this.failure) throw this.failure;
    this.channels++;
    clearTimeout(this.idleTimer);
    const closed = () => {
      this.channels--;
      this.watchIdle();
    };
    const release = this.hold();
    try {
      await gate.enter();
    } catch (error) {
      closed();
      release();
      throw error;
    }
    try {
      const channel = await this.opened(open);
      channel.once("close", () => {
        gate.leave();
        closed();
      });
      channel.on("error", () => {});
      channel.stderr?.on("error", () => {});
      return channel;
    } catch (error) {
      closed();
      const refused = error instanceof RefusedChannel && error.reason !== undefined;
      if (refused && gate === this.sessions) error.othersOpen = gate.refused();
      else gate.leave();
      throw error;
    } finally {
      release();
    }
  }

  private opened(open: Opener): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const forget = this.whenCut(reject);
      try {
        open((error, channel) => {
          forget();
          if (!error) return resolve(channel);
          reject(this.failure ?? new RefusedChannel(error.message, (error as { reason?: number }).reason));
        });
      } catch (error) {
        forget();
        // ssh2 throws where its socket is half closed, before it says so by an event.
        this.end(
          new WindroseError("connection-cut", `The connection to ${this.name} was interrupted`, { cause: error }),
        );
        reject(this.failure ?? asWindroseError(error));
      }
    });
  }

  private watchIdle(): void {
    clearTimeout(this.idleTimer);
    if (this.channels > 0 || this.failure) return;
    this.idleTimer = setTimeout(() => {
      this.end(new WindroseError("connection-cut", `The connection to ${this.name} was closed`));
    }, this.times.idle).unref();
  }

  /**
   * Asks for something that every server answers, by refusing it: to forget a forwarding that there is none of. ssh2's
   * own keepalive does the same by a timer that keeps the process alive.
   */
  private ping(): void {
    if (this.unanswered >= bounds.keepaliveCount) {
      this.end(new WindroseError("connection-cut", `${this.name} does not answer any more`));
      return;
    }
    this.unanswered++;
    try {
      this.client.unforwardIn("windrose-keepalive.invalid", 1, () => {
        this.unanswered = 0;
      });
    } catch {
      this.end(new WindroseError("connection-cut", `The connection to ${this.name} was interrupted`));
    }
  }
}

type Opener = (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown;

/** The server did not open a channel, for a reason of `openFailure` (undefined: it opened, and refused the request). */
export class RefusedChannel extends Error {
  othersOpen = false;

  constructor(
    message: string,
    readonly reason: number | undefined,
  ) {
    super(message);
  }

  get prohibited(): boolean {
    return this.reason === openFailure.prohibited || this.reason === openFailure.unknownType;
  }
}
