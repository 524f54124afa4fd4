import { Duplex, type Readable, type Writable } from "node:stream";
import { WindroseError } from "../basics/errors";

export interface StreamParts {
  readable: Readable;
  writable: Writable;
  /** Ends what is behind the stream; called once. */
  close(): void;
  /** Keeps the process alive until the returned function is called. */
  hold?(): () => void;
}

/**
 * A byte stream over a pair of streams: a command's standard input and output, or a channel of ssh. It behaves as a
 * socket of Node does where ssh2's own channels don't: `destroy` is final, a write that can't be done any more fails,
 * and a connection that is cut is an error. `ref` and `unref` work as those of `net.Socket`.
 */
export class JoinedStream extends Duplex {
  private pendingWrite: ((error?: Error | null) => void) | undefined;
  private inputEnded = false;
  private over = false;
  private release: (() => void) | undefined;

  constructor(private readonly parts: StreamParts) {
    super({ allowHalfOpen: true });
    this.release = parts.hold?.();
    parts.readable.on("data", (chunk: Buffer) => {
      if (!this.destroyed && !this.inputEnded && !this.push(chunk)) parts.readable.pause();
    });
    parts.readable.on("end", () => this.endInput());
    parts.readable.on("error", (error: Error) => this.conclude(error));
    parts.writable.on("error", (error: Error) => this.writeFailed(error));
  }

  /** The owner says that both directions are gone: in order, or with an error. */
  conclude(error?: Error): void {
    if (this.over || this.destroyed) return;
    this.over = true;
    if (error) {
      this.destroy(error);
      return;
    }
    this.writeFailed(gone());
    this.endInput();
    if (this.readableEnded) this.destroy();
    else this.once("end", () => this.destroy());
  }

  ref(): this {
    if (!this.destroyed) this.release ??= this.parts.hold?.();
    return this;
  }

  unref(): this {
    this.release?.();
    this.release = undefined;
    return this;
  }

  override _read(): void {
    this.parts.readable.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.over) {
      done(gone());
      return;
    }
    this.pendingWrite = done;
    this.parts.writable.write(chunk, (error) => {
      if (this.pendingWrite !== done) return;
      this.pendingWrite = undefined;
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.over) this.parts.writable.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.over = true;
    this.writeFailed(error ?? gone());
    this.parts.close();
    // What still comes is read and dropped, or the other side's close would never be seen.
    this.parts.readable.resume();
    this.unref();
    done(error);
  }

  private endInput(): void {
    if (this.inputEnded || this.destroyed) return;
    this.inputEnded = true;
    this.push(null);
  }

  private writeFailed(error: Error): void {
    const done = this.pendingWrite;
    this.pendingWrite = undefined;
    done?.(error);
  }
}

function gone(): WindroseError {
  return new WindroseError("connection-cut", "The other side has closed the stream");
}
