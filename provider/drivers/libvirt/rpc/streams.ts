import { Duplex, type DuplexOptions } from "node:stream";
import { DeadlineExceeded, type LibvirtError, ProtocolError } from "./errors";
import { MessageStatus } from "./framing";
import type { ProcedureName } from "./protocol";

/** The most that one packet of a stream holds (`VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX`): every daemon takes it. */
export const PACKET_MAX = 262_120;

export interface RpcStreamOptions {
  /** Called with the bytes that went through so far, packet by packet. */
  progress?: (bytes: number) => void;
  /**
   * Milliseconds without any progress, while the daemon is being waited for, until the stream fails with
   * `DeadlineExceeded`. Default 120,000; a terminal (`both`) may be silent for ever.
   */
  stallTimeout?: number;
}

/** What a stream needs of its connection. */
export interface StreamChannel {
  send(status: number, payload?: Uint8Array, sent?: (error?: Error | null) => void): void;
  pause(): void;
  resume(): void;
  closed(): void;
}

/**
 * The bytes that follow a call (src/rpc/virnetprotocol.x, `VIR_NET_STREAM`): data in packets, then a handshake by which
 * the daemon confirms that all of it arrived. `up` is a Writable whose `finish` means confirmed; `down` is a Readable
 * whose `end` means confirmed; `both` is a terminal. Destroying it early aborts it on the daemon as well.
 *
 * A reader that is slow stops the whole connection, and so does an upload that the daemon is slow to take: libvirt has
 * no window for a stream. So a stream gets a connection of its own (`LibvirtClient.openStream`).
 */
export class RpcStream extends Duplex {
  /** Bytes that went through so far. */
  transferred = 0;
  private state: "opening" | "open" | "finishing" | "aborting" | "closed" = "opening";
  private waiting: ((error?: Error | null) => void) | undefined;
  private paused = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly direction: "up" | "down" | "both",
    readonly name: ProcedureName,
    private readonly options: RpcStreamOptions,
    private readonly channel: StreamChannel,
  ) {
    // `readable` and `writable` are options of Duplex that its types lack.
    const settings: DuplexOptions & { readable: boolean; writable: boolean } = {
      readable: direction !== "up",
      writable: direction !== "down",
      readableHighWaterMark: 4 * PACKET_MAX,
      writableHighWaterMark: 4 * PACKET_MAX,
      allowHalfOpen: direction !== "both",
    };
    super(settings);
    // An error may come before whoever opened the stream can listen for it: it is kept in `errored`, and must not
    // count as unhandled.
    this.on("error", () => undefined);
  }

  /** The call was accepted: bytes may flow. */
  opened(): void {
    this.state = "open";
    if (this.direction === "down") this.watch();
  }

  /** The call was refused: there never was a stream. */
  discard(): void {
    this.close();
    this.destroy();
  }

  /** Data of the daemon; an empty packet is its end. */
  received(payload: Buffer): void {
    if (this.state === "finishing" || this.state === "aborting") return;
    if (this.direction === "up") throw new ProtocolError(`${this.name} sent data where none can come`);
    if (payload.length === 0) {
      this.finish((error) => (error ? this.destroy(error) : this.push(null)));
      return;
    }
    this.transferred += payload.length;
    this.options.progress?.(this.transferred);
    if (this.push(payload)) {
      this.watch();
    } else {
      this.unwatch();
      this.paused = true;
      this.channel.pause();
    }
  }

  /** The daemon's end of the handshake. */
  confirmed(): void {
    const finished = this.state === "finishing";
    const early = this.state === "open";
    this.close();
    const waiting = this.waiting;
    this.waiting = undefined;
    if (finished) {
      waiting?.();
      // a terminal closed from here has no more to say
      if (this.direction === "both" && !this.readableEnded) this.push(null);
    } else if (early) this.destroy(new ProtocolError(`${this.name} was ended by the daemon before all was through`));
  }

  /** The daemon's error. */
  refused(error: LibvirtError): void {
    this.close();
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting) waiting(error);
    else this.destroy(error);
  }

  private close(): void {
    this.state = "closed";
    this.unwatch();
    this.channel.closed();
  }

  /** Says that this is all, and calls back when the daemon has confirmed it. */
  private finish(done: (error?: Error | null) => void): void {
    if (this.state !== "open") {
      done();
      return;
    }
    this.state = "finishing";
    this.waiting = done;
    this.watch();
    this.channel.send(MessageStatus.ok);
  }

  private watch(): void {
    const milliseconds = this.options.stallTimeout ?? (this.direction === "both" ? 0 : 120_000);
    if (!milliseconds) return;
    if (this.timer) this.timer.refresh();
    else this.timer = setTimeout(() => this.destroy(new DeadlineExceeded(this.name, milliseconds)), milliseconds);
  }

  private unwatch(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  override _read(): void {
    if (!this.paused) return;
    this.paused = false;
    this.watch();
    this.channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.state !== "open") {
      done(new ProtocolError(`${this.name} takes no more data`));
      return;
    }
    const packet = chunk.subarray(0, PACKET_MAX);
    this.watch();
    this.channel.send(MessageStatus.continue, packet, (error) => {
      this.unwatch();
      if (error) {
        done(error);
        return;
      }
      this.transferred += packet.length;
      this.options.progress?.(this.transferred);
      if (packet.length === chunk.length) done();
      else this._write(chunk.subarray(PACKET_MAX), _encoding, done);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.finish(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.unwatch();
    if (this.paused) {
      this.paused = false;
      this.channel.resume();
    }
    if (this.state === "open" || this.state === "finishing") {
      this.state = "aborting";
      this.channel.send(MessageStatus.error);
    }
    this.waiting = undefined;
    done(error);
  }
}
