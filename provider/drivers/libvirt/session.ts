import { WindroseError } from "../../basics/errors";
import type { Transport } from "../../transports/transport";
import { daemonDeath } from "./daemon-death";
import {
  type CallArguments,
  ConnectionLost,
  type LibvirtClient,
  openLibvirt,
  type ProcedureName,
  type Result,
} from "./rpc";

export interface SessionOptions {
  /** Milliseconds without a call after which the connection is closed; the next call opens it again. Default 30,000. */
  idle?: number;
  /** Milliseconds for opening. Default 60,000: a fresh daemon probes its emulators first. */
  openDeadline?: number;
}

/**
 * One libvirt on one host, as long as it is wanted: opened by the first call, shared by all, opened anew after it was
 * cut, closed when idle. A call that was under way when the connection was cut rejects with `connection-cut`: only its
 * caller knows whether it may be made again.
 */
export class LibvirtSession {
  private opening: Promise<LibvirtClient> | undefined;
  private opened: LibvirtClient | undefined;
  private held = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly queues = new Map<string, Promise<unknown>>();
  /** Without the way to the host. */
  readonly target: { uri: string; socket?: string };
  private readonly idle: number;
  private readonly openDeadline: number;

  /** `uri` may name a host (`qemu+ssh://root@anemoi/system?socket=…`): the transport is the way there, not the URI. */
  constructor(
    readonly transport: Transport,
    readonly uri: string,
    options: SessionOptions = {},
  ) {
    this.target = parseUri(uri);
    this.idle = options.idle ?? 30_000;
    this.openDeadline = options.openDeadline ?? 60_000;
  }

  /** The open connection. Callers that come while it is being opened share the attempt and its failure. */
  client(): Promise<LibvirtClient> {
    if (this.closed) return Promise.reject(new WindroseError("aborted", "The connection to libvirt was closed"));
    if (this.opened && !this.opened.lost) {
      this.rest();
      return Promise.resolve(this.opened);
    }
    this.opened = undefined;
    this.opening ??= this.open().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async open(): Promise<LibvirtClient> {
    const client = await openLibvirt(this.transport, { ...this.target, deadline: this.openDeadline });
    if (this.closed) {
      await client.close();
      throw new WindroseError("aborted", "The connection to libvirt was closed");
    }
    this.opened = client;
    this.rest();
    return client;
  }

  /** Any procedure of the RPC's table. Rejects with the daemon's own error: `attempt` and `found` are for it. */
  async call<N extends ProcedureName>(name: N, ...rest: CallArguments<N>): Promise<Result<N>> {
    try {
      return await this.using((client) => client.call(name, ...rest));
    } catch (error) {
      if (!(error instanceof ConnectionLost) || this.closed) throw error;
      throw (await daemonDeath(this.transport, name)) ?? error;
    }
  }

  /** Work with the connection, which is not closed for idleness meanwhile (an event that is waited for, a stream). */
  async using<T>(work: (client: LibvirtClient) => Promise<T>): Promise<T> {
    this.held++;
    clearTimeout(this.idleTimer);
    try {
      return await work(await this.client());
    } finally {
      this.held--;
      this.rest();
    }
  }

  /**
   * Work on one object that libvirt can't do twice at once, one after the other. The same key from within the work
   * would wait for itself: take it once, outside.
   */
  queue<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.queues.set(key, settled);
    void settled.then(() => {
      if (this.queues.get(key) === settled) this.queues.delete(key);
    });
    return turn;
  }

  private rest(): void {
    clearTimeout(this.idleTimer);
    if (this.held > 0 || this.closed) return;
    this.idleTimer = setTimeout(() => {
      const client = this.opened;
      this.opened = undefined;
      void client?.close().catch(() => undefined);
    }, this.idle);
    this.idleTimer.unref();
  }

  /** Ends the connection; every later call rejects with `aborted`. Safe to call twice. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idleTimer);
    const opening = this.opening?.catch(() => undefined);
    const client = this.opened;
    this.opened = undefined;
    await client?.close();
    await opening;
  }
}

/** The URI without its host and way, and the socket that it may name. */
function parseUri(uri: string): { uri: string; socket?: string } {
  let parsed: URL;
  try {
    parsed = new URL(uri);
  } catch (error) {
    throw new WindroseError(
      "invalid-input",
      "The libvirt URI can't be read; it looks like qemu+ssh://root@anemoi/system",
      {
        cause: error,
      },
    );
  }
  const driver = parsed.protocol.replace(/\+[a-z0-9]+:$|:$/, "");
  const socket = parsed.searchParams.get("socket") ?? undefined;
  return { uri: `${driver}://${parsed.pathname || "/system"}`, ...(socket ? { socket } : {}) };
}
