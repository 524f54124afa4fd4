import type { Duplex } from "node:stream";
import { WindroseError } from "../../../basics/errors";
import { ConnectionLost, DeadlineExceeded, LibvirtError, ProtocolError } from "./errors";
import {
  finishMessage,
  type Message,
  MessageSplitter,
  MessageStatus,
  MessageType,
  rawMessage,
  startMessage,
} from "./framing";
import { Gate } from "./gate";
import { Keepalive, KeepaliveProcedure, type KeepaliveSettings, keepaliveDefaults } from "./keepalive";
import {
  type Arguments,
  type EventBody,
  type EventKind,
  errorBody,
  events,
  type Procedure,
  type ProcedureName,
  Program,
  procedures,
  type Result,
} from "./protocol";
import { RpcStream, type RpcStreamOptions } from "./streams";
import { type Codec, decode } from "./xdr";

export interface RpcOptions {
  /** For messages: `/run/libvirt/libvirt-sock on anemoi`. */
  description?: string;
  /** Milliseconds for an ordinary call. Default 30,000. */
  deadline?: number;
  /** Milliseconds for a call that may take minutes (`Procedure.slow`), from when it is sent. Default 600,000. */
  slowDeadline?: number;
  /** How many of those are in flight at once. Default 3. */
  slowCalls?: number;
  keepalive?: Partial<KeepaliveSettings>;
}

export interface CallOptions {
  /** Milliseconds until the call rejects with `DeadlineExceeded`. Default: by the procedure. */
  deadline?: number;
  /** Rejects with `aborted`. What was sent is carried out all the same. */
  signal?: AbortSignal;
}

interface PendingCall {
  name: ProcedureName;
  procedure: Procedure<unknown, never>;
  stream?: RpcStream;
  settle(outcome: { value: unknown } | { error: unknown }): void;
}

/**
 * libvirtd reads no further message of a client that has this many calls under way (`max_client_requests` of
 * libvirtd.conf), pings included: silence means nothing then. It is also why slow calls are held back here: five of
 * them would keep every quick one waiting.
 */
const serverRequestLimit = 5;

export type CallArguments<N extends ProcedureName> =
  Record<string, never> extends Arguments<N>
    ? [args?: Arguments<N>, options?: CallOptions]
    : [args: Arguments<N>, options?: CallOptions];

/** One connection to a daemon: many calls in flight, streams, events, keepalive. It is opened by `handshake`. */
export class RpcConnection {
  readonly description: string;
  private readonly pending = new Map<number, PendingCall>();
  /** Serials of calls that nobody waits for any more, but that the daemon has not answered yet. */
  private readonly abandoned = new Set<number>();
  private readonly streams = new Map<number, RpcStream>();
  private readonly eventHandlers = new Map<EventKind, Set<(body: never) => void>>();
  private readonly closeHandlers = new Set<(reason: Error) => void>();
  private readonly splitter = new MessageSplitter();
  private readonly slowGate: Gate;
  private readonly keepalive: Keepalive;
  private serial = 0;
  private paused = false;
  private failure: Error | undefined;

  constructor(
    private readonly transport: Duplex,
    private readonly options: RpcOptions = {},
  ) {
    this.description = options.description ?? "libvirt";
    this.slowGate = new Gate(options.slowCalls ?? 3);
    this.keepalive = new Keepalive(
      { ...keepaliveDefaults, ...options.keepalive },
      {
        ping: () => this.sendKeepalive(KeepaliveProcedure.ping),
        dead: (milliseconds) =>
          this.fail(new ConnectionLost(`${this.description} has been silent for ${milliseconds / 1000} s`)),
        excused: () => this.paused || this.uploading || this.pending.size + this.abandoned.size >= serverRequestLimit,
      },
    );
    transport.on("data", (chunk: Buffer) => this.receive(chunk));
    transport.on("error", (cause: Error) =>
      this.fail(new ConnectionLost(`The connection to ${this.description} broke: ${cause.message}`, { cause })),
    );
    const ended = () => this.fail(new ConnectionLost(`${this.description} closed the connection`));
    transport.on("end", ended);
    transport.on("close", ended);
  }

  /** Why the connection is of no use any more; undefined while it is. */
  get lost(): Error | undefined {
    return this.failure;
  }

  /** Calls sent and not answered yet. */
  get inFlight(): number {
    return this.pending.size;
  }

  /** The daemon reads no further while it has stream data that it can't write yet. */
  private get uploading(): boolean {
    return [...this.streams.values()].some(({ direction }) => direction === "up");
  }

  /** Calls back once, when the connection ends for whatever reason; at once if it has. Answers how to take it back. */
  onClose(handler: (reason: Error) => void): () => void {
    if (this.failure) handler(this.failure);
    else this.closeHandlers.add(handler);
    return () => this.closeHandlers.delete(handler);
  }

  /** Receives a kind of event. The daemon sends it only after its registration, which is the client's part. */
  onEvent<K extends EventKind>(kind: K, handler: (body: EventBody<K>) => void): () => void {
    const handlers = this.eventHandlers.get(kind) ?? new Set();
    this.eventHandlers.set(kind, handlers);
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  /** Sends pings from now on. Only where the daemon says that it answers them. */
  startKeepalive(): void {
    if (!this.failure) this.keepalive.start();
  }

  /**
   * One call. Rejects with `LibvirtError` (the daemon's own), `DeadlineExceeded`, `ConnectionLost` or `ProtocolError`;
   * only the last two leave open whether it was carried out, with `DeadlineExceeded`.
   */
  async call<N extends ProcedureName>(name: N, ...[args, options]: CallArguments<N>): Promise<Result<N>> {
    return (await this.perform(name, args ?? {}, options ?? {})) as Result<N>;
  }

  /** A call that a stream of bytes follows. The stream is open once this resolves. */
  async openStream<N extends ProcedureName>(
    name: N,
    args: Arguments<N>,
    options: CallOptions & RpcStreamOptions = {},
  ): Promise<RpcStream> {
    const direction = procedures[name].stream;
    if (!direction) throw new ProtocolError(`${name} has no stream`);
    let opened: RpcStream | undefined;
    await this.perform(name, args, options, (serial) => {
      const { program, number } = procedures[name];
      const header = { program, procedure: number, type: MessageType.stream, serial };
      opened = new RpcStream(direction, name, options, {
        send: (status, payload, sent) => this.write(rawMessage({ ...header, status }, payload), sent),
        pause: () => this.pause(),
        resume: () => this.resume(),
        closed: () => this.streams.delete(serial),
      });
      return opened;
    });
    if (opened?.errored) throw opened.errored;
    return opened!;
  }

  private async perform(
    name: ProcedureName,
    args: unknown,
    options: CallOptions,
    makeStream?: (serial: number) => RpcStream,
  ): Promise<unknown> {
    const procedure = procedures[name] as Procedure<unknown, never>;
    if (!procedure.slow) return this.send(name, procedure, args, options, makeStream);
    try {
      await this.slowGate.enter(options.signal);
    } catch {
      throw new WindroseError("aborted", `${name} was called off`);
    }
    try {
      return await this.send(name, procedure, args, options, makeStream);
    } finally {
      this.slowGate.leave();
    }
  }

  private send(
    name: ProcedureName,
    procedure: Procedure<unknown, never>,
    args: unknown,
    { deadline, signal }: CallOptions,
    makeStream?: (serial: number) => RpcStream,
  ): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure);
    if (signal?.aborted) return Promise.reject(new WindroseError("aborted", `${name} was called off`));
    return new Promise((resolve, reject) => {
      const serial = this.nextSerial();
      const { program, number } = procedure;
      const writer = startMessage({
        program,
        procedure: number,
        type: MessageType.call,
        serial,
        status: MessageStatus.ok,
      });
      procedure.arguments.encode(writer, args as never);

      const abandon = (error: Error) => {
        this.abandoned.add(serial);
        call.settle({ error });
      };
      const milliseconds =
        deadline ?? (procedure.slow ? (this.options.slowDeadline ?? 600_000) : (this.options.deadline ?? 30_000));
      const timer = setTimeout(() => abandon(new DeadlineExceeded(name, milliseconds)), milliseconds);
      const aborted = () => abandon(new WindroseError("aborted", `${name} was called off`));
      signal?.addEventListener("abort", aborted, { once: true });

      const stream = makeStream?.(serial);
      if (stream) this.streams.set(serial, stream);
      const call: PendingCall = {
        name,
        procedure,
        stream,
        settle: (outcome) => {
          this.pending.delete(serial);
          clearTimeout(timer);
          signal?.removeEventListener("abort", aborted);
          if ("value" in outcome) {
            stream?.opened();
            resolve(outcome.value);
          } else {
            stream?.discard();
            this.streams.delete(serial);
            reject(outcome.error);
          }
        },
      };
      this.pending.set(serial, call);
      this.write(finishMessage(writer));
    });
  }

  private nextSerial(): number {
    do {
      this.serial = this.serial >= 0xffff_ffff ? 1 : this.serial + 1;
    } while (this.pending.has(this.serial) || this.abandoned.has(this.serial) || this.streams.has(this.serial));
    return this.serial;
  }

  private write(message: Buffer, sent?: (error?: Error | null) => void): void {
    if (this.failure) sent?.(this.failure);
    else this.transport.write(message, sent);
  }

  private sendKeepalive(procedure: number): void {
    this.write(
      rawMessage({
        program: Program.keepalive,
        procedure,
        type: MessageType.event,
        serial: 0,
        status: MessageStatus.ok,
      }),
    );
  }

  private pause(): void {
    this.paused = true;
    this.transport.pause();
  }

  private resume(): void {
    this.paused = false;
    this.keepalive.heard();
    this.transport.resume();
  }

  private receive(chunk: Buffer): void {
    if (this.failure) return;
    try {
      for (const message of this.splitter.push(chunk)) {
        this.keepalive.heard();
        this.dispatch(message);
        if (this.failure) return;
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new ProtocolError(String(error)));
    }
  }

  private dispatch(message: Message): void {
    if (message.program === Program.keepalive) {
      if (message.procedure === KeepaliveProcedure.ping) this.sendKeepalive(KeepaliveProcedure.pong);
      return;
    }
    switch (message.type) {
      case MessageType.reply:
        this.dispatchReply(message);
        break;
      case MessageType.stream:
        this.dispatchStream(message);
        break;
      case MessageType.event:
        this.dispatchEvent(message);
        break;
      default:
        throw new ProtocolError(`${this.description} sent a message of type ${message.type}`);
    }
  }

  private dispatchReply(message: Message): void {
    const { serial } = message;
    if (this.abandoned.delete(serial)) return;
    const call = this.pending.get(serial);
    if (!call) return;
    const { procedure, name } = call;
    if (message.program !== procedure.program || message.procedure !== procedure.number) {
      throw new ProtocolError(`${this.description} answered procedure ${message.procedure} where ${name} was called`);
    }
    if (message.status !== MessageStatus.ok && message.status !== MessageStatus.error) {
      throw new ProtocolError(`${this.description} answered ${name} with status ${message.status}`);
    }
    // The frame is whole, so what is wrong within it is this call's alone.
    try {
      if (message.status === MessageStatus.ok) call.settle({ value: decode(procedure.result, message.payload) });
      else call.settle({ error: new LibvirtError(decode(errorBody, message.payload), name) });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      call.settle({ error: new ProtocolError(`The answer to ${name} makes no sense: ${error.why}`, { cause: error }) });
    }
  }

  private dispatchStream(message: Message): void {
    const stream = this.streams.get(message.serial);
    if (!stream) return;
    switch (message.status) {
      case MessageStatus.continue:
        stream.received(message.payload);
        break;
      case MessageStatus.ok:
        stream.confirmed();
        break;
      case MessageStatus.error:
        stream.refused(new LibvirtError(decode(errorBody, message.payload), stream.name));
        break;
      default:
        throw new ProtocolError(`${this.description} sent a stream message of status ${message.status}`);
    }
  }

  private dispatchEvent(message: Message): void {
    const found = message.program === Program.remote ? eventByNumber.get(message.procedure) : undefined;
    const handlers = found && this.eventHandlers.get(found.kind);
    if (!found || !handlers) return;
    const body = decode(found.body, message.payload);
    for (const handler of handlers) handler(body as never);
  }

  /** Ends the connection: everything in flight rejects with `reason`. */
  private fail(reason: Error): void {
    if (this.failure) return;
    this.failure = reason;
    this.keepalive.stop();
    for (const call of [...this.pending.values()]) call.settle({ error: reason });
    for (const stream of [...this.streams.values()]) stream.destroy(reason);
    this.streams.clear();
    this.abandoned.clear();
    this.transport.destroy();
    for (const handler of [...this.closeHandlers]) handler(reason);
    this.closeHandlers.clear();
    this.eventHandlers.clear();
  }

  /** Takes leave of the daemon, for at most `deadline` milliseconds (default 2,000), and ends the connection. */
  async close({ deadline = 2000 }: { deadline?: number } = {}): Promise<void> {
    if (!this.failure) await this.call("CONNECT_CLOSE", {}, { deadline }).catch(() => undefined);
    this.fail(new ConnectionLost(`The connection to ${this.description} was closed here`));
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.fail(new ConnectionLost(`The connection to ${this.description} was closed here`));
  }
}

const eventByNumber = new Map(
  Object.entries(events).map(([kind, { number, body }]) => [
    number,
    { kind: kind as EventKind, body: body as Codec<unknown, never> },
  ]),
);
