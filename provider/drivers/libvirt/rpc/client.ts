import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CallArguments, CallOptions, RpcConnection } from "./connection";
import { type ClientEvent, EventWatch } from "./event-watch";
import { Feature } from "./handshake";
import {
  type Arguments,
  type DomainHandle,
  type EventBody,
  type EventKind,
  events,
  type NetworkHandle,
  type PoolHandle,
  type ProcedureName,
  type Result,
  type SnapshotHandle,
  type VolumeHandle,
} from "./protocol";
import type { RpcStream, RpcStreamOptions } from "./streams";

/** What the daemon of a connection said about itself when it was opened. */
export interface ClientInformation {
  /** The URI that was opened. */
  uri: string;
  /** How it was reached: `unix:/run/libvirt/libvirt-sock`, or a command. */
  path: string;
}

export interface TransferOptions extends CallOptions, RpcStreamOptions {
  /** Bytes to skip in the volume. Default 0. */
  offset?: bigint | number;
  /** Bytes to transfer. Default 0: to the end. */
  length?: bigint | number;
}

/**
 * An opened libvirt. One connection serves all calls and events; streams get connections of their own, closed when
 * they end. After the connection is lost everything rejects with `ConnectionLost`: open a new one.
 */
export class LibvirtClient {
  /** Registrations with the daemon, one for each kind of event, made when first wanted and kept to the end. */
  private readonly registrations = new Map<EventKind, Promise<void>>();
  private readonly streamConnections = new Set<RpcConnection>();
  private networkUpdateOrder: Promise<boolean> | undefined;

  constructor(
    private readonly connection: RpcConnection,
    private readonly connectAgain: (deadline?: number) => Promise<RpcConnection>,
    readonly information: ClientInformation,
  ) {}

  /** Why the connection is of no use any more; undefined while it is. */
  get lost(): Error | undefined {
    return this.connection.lost;
  }

  /** Calls back once when the connection ends. Answers how to take it back. */
  onClose(handler: (reason: Error) => void): () => void {
    return this.connection.onClose(handler);
  }

  /** Any procedure of the table, typed by it: `(await client.call("DOMAIN_LOOKUP_BY_UUID", { uuid })).domain`. */
  call<N extends ProcedureName>(name: N, ...rest: CallArguments<N>): Promise<Result<N>> {
    return this.connection.call(name, ...rest);
  }

  async listDomains(flags = 0): Promise<DomainHandle[]> {
    return (await this.call("CONNECT_LIST_ALL_DOMAINS", { flags })).domains;
  }

  async listNetworks(flags = 0): Promise<NetworkHandle[]> {
    return (await this.call("CONNECT_LIST_ALL_NETWORKS", { flags })).networks;
  }

  async listPools(flags = 0): Promise<PoolHandle[]> {
    return (await this.call("CONNECT_LIST_ALL_STORAGE_POOLS", { flags })).pools;
  }

  async listVolumes(pool: PoolHandle): Promise<VolumeHandle[]> {
    return (await this.call("STORAGE_POOL_LIST_ALL_VOLUMES", { pool })).volumes;
  }

  async listSnapshots(domain: DomainHandle, flags = 0): Promise<SnapshotHandle[]> {
    return (await this.call("DOMAIN_LIST_ALL_SNAPSHOTS", { domain, flags })).snapshots;
  }

  /**
   * Changes part of a network. `command` and `section` stood in the other order on the wire until libvirt 7.2 (the
   * feature `NETWORK_UPDATE_HAS_CORRECT_ORDER`, src/libvirt-network.c).
   */
  async updateNetwork(args: Arguments<"NETWORK_UPDATE">, options?: CallOptions): Promise<void> {
    this.networkUpdateOrder ??= this.call("CONNECT_SUPPORTS_FEATURE", {
      feature: Feature.networkUpdateHasCorrectOrder,
    }).then(({ supported }) => supported);
    const { command, section } = args;
    const ordered = (await this.networkUpdateOrder) ? args : { ...args, command: section, section: command };
    await this.call("NETWORK_UPDATE", ordered, options);
  }

  /**
   * Events of these kinds from now on. Only once this resolves has the daemon been told; close the watch when done.
   * `accept` leaves out what is not wanted (other domains' events).
   */
  async watch<K extends EventKind>(
    kinds: readonly K[],
    accept: (event: ClientEvent<K>) => boolean = () => true,
  ): Promise<EventWatch<K>> {
    const releases: (() => void)[] = [];
    const watch = new EventWatch<K>(() => {
      for (const release of releases) release();
    });
    for (const kind of kinds) {
      releases.push(
        this.connection.onEvent(kind, (body) => {
          const event = { kind, body } as ClientEvent<K>;
          if (accept(event)) watch.offer(event);
        }),
      );
    }
    releases.push(this.connection.onClose((reason) => watch.fail(reason)));
    try {
      await Promise.all(kinds.map((kind) => this.register(kind)));
    } catch (error) {
      watch.close();
      throw error;
    }
    return watch;
  }

  /** Calls back for each event of a kind, until what it answers is called. The handler must not throw. */
  async onEvent<K extends EventKind>(kind: K, handler: (body: EventBody<K>) => void): Promise<() => void> {
    const release = this.connection.onEvent(kind, handler);
    try {
      await this.register(kind);
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  private register(kind: EventKind): Promise<void> {
    let registration = this.registrations.get(kind);
    if (!registration) {
      registration = this.requestEvents(kind);
      this.registrations.set(kind, registration);
      registration.catch(() => this.registrations.delete(kind));
    }
    return registration;
  }

  private async requestEvents(kind: EventKind): Promise<void> {
    const { family, id } = events[kind];
    const args = { eventId: id };
    if (family === "domain") await this.call("CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY", args);
    else if (family === "network") await this.call("CONNECT_NETWORK_EVENT_REGISTER_ANY", args);
    else await this.call("CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY", args);
  }

  /** A call that a stream follows, on a connection of its own that ends with the stream. */
  async openStream<N extends ProcedureName>(
    name: N,
    args: Arguments<N>,
    options: CallOptions & RpcStreamOptions = {},
  ): Promise<RpcStream> {
    if (this.connection.lost) throw this.connection.lost;
    const connection = await this.connectAgain(options.deadline);
    if (this.connection.lost) {
      connection.destroy();
      throw this.connection.lost;
    }
    this.streamConnections.add(connection);
    connection.onClose(() => this.streamConnections.delete(connection));
    try {
      const stream = await connection.openStream(name, args, options);
      stream.once("close", () => void connection.close());
      return stream;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Writes a volume from a stream. Resolves with the bytes written when the daemon has confirmed them. */
  async upload(volume: VolumeHandle, source: Readable, options: TransferOptions = {}): Promise<number> {
    const { offset = 0, length = 0 } = options;
    let stream: RpcStream;
    try {
      stream = await this.openStream("STORAGE_VOL_UPLOAD", { volume, offset, length }, options);
    } catch (error) {
      source.destroy();
      throw error;
    }
    await pipeline(source, stream, { signal: options.signal });
    return stream.transferred;
  }

  /** A volume's bytes. The stream's `end` comes after the daemon confirmed that these were all. */
  download(volume: VolumeHandle, options: TransferOptions = {}): Promise<RpcStream> {
    const { offset = 0, length = 0 } = options;
    return this.openStream("STORAGE_VOL_DOWNLOAD", { volume, offset, length }, options);
  }

  /** A guest's terminal, both ways. `device` is an alias (`serial0`); default: the first. Flags: `Console`. */
  openConsole(
    domain: DomainHandle,
    { device, flags, ...options }: CallOptions & { device?: string; flags?: number } = {},
  ): Promise<RpcStream> {
    return this.openStream("DOMAIN_OPEN_CONSOLE", { domain, device, flags }, options);
  }

  /** Ends all connections, each within about two seconds. Safe to call twice. */
  async close(): Promise<void> {
    for (const connection of this.streamConnections) connection.destroy();
    await this.connection.close();
  }
}
