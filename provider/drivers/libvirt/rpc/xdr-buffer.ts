import { ProtocolError } from "./errors";

/** The largest message that libvirt accepts, its header and length word included (virnetprotocol.x). */
export const MESSAGE_MAX = 33_554_432 + 4;

/** Collects XDR values (RFC 4506: big-endian, each a multiple of four bytes) in one growing buffer. */
export class XdrWriter {
  private buffer: Buffer;
  private used = 0;

  constructor(capacity = 256) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `bytes` more and answers where they begin. */
  private take(bytes: number): number {
    const start = this.used;
    const end = start + bytes;
    if (end > MESSAGE_MAX) throw new ProtocolError(`A message of more than ${MESSAGE_MAX} bytes can't be sent`);
    if (end > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, start);
      this.buffer = larger;
    }
    this.used = end;
    return start;
  }

  int32(value: number): void {
    const at = this.take(4);
    this.buffer.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    const at = this.take(4);
    this.buffer.writeUInt32BE(value, at);
  }

  int64(value: bigint): void {
    const at = this.take(8);
    this.buffer.writeBigInt64BE(value, at);
  }

  uint64(value: bigint): void {
    const at = this.take(8);
    this.buffer.writeBigUInt64BE(value, at);
  }

  double(value: number): void {
    const at = this.take(8);
    this.buffer.writeDoubleBE(value, at);
  }

  /** Bytes and the zeros that fill them up to a multiple of four. */
  padded(bytes: Uint8Array): void {
    const length = Math.ceil(bytes.length / 4) * 4;
    const start = this.take(length);
    this.buffer.set(bytes, start);
    this.buffer.fill(0, start + bytes.length, start + length);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const start = this.take(bytes.length);
    this.buffer.set(bytes, start);
  }

  /** Replaces four bytes written before (the length word of a message). */
  patchUint32(offset: number, value: number): void {
    this.buffer.writeUInt32BE(value, offset);
  }

  get length(): number {
    return this.used;
  }

  finish(): Buffer {
    return this.buffer.subarray(0, this.used);
  }
}

/** Takes XDR values off a buffer. Every read is checked: what is short or out of range is a ProtocolError. */
export class XdrReader {
  private offset = 0;

  constructor(private readonly buffer: Buffer) {}

  private take(bytes: number): number {
    const start = this.offset;
    if (bytes > this.buffer.length - start) {
      throw new ProtocolError(`The answer is too short: ${bytes} bytes wanted, ${this.buffer.length - start} left`);
    }
    this.offset = start + bytes;
    return start;
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8));
  }

  uint64(): bigint {
    return this.buffer.readBigUInt64BE(this.take(8));
  }

  double(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  /** A view, not a copy. The padding must be zeros (RFC 4506, section 3). */
  padded(length: number): Buffer {
    const whole = Math.ceil(length / 4) * 4;
    const start = this.take(whole);
    for (let index = start + length; index < start + whole; index++) {
      if (this.buffer[index] !== 0) throw new ProtocolError("The answer's padding is not zero");
    }
    return this.buffer.subarray(start, start + length);
  }

  /** A length word that must not be over `max`. */
  length(max: number, what: string): number {
    const length = this.uint32();
    if (length > max) throw new ProtocolError(`The answer holds ${what} of ${length}, more than the ${max} allowed`);
    return length;
  }

  get remaining(): number {
    return this.buffer.length - this.offset;
  }

  end(): void {
    if (this.remaining > 0) throw new ProtocolError(`The answer has ${this.remaining} bytes more than it should`);
  }
}
