import { ProtocolError } from "./errors";
import { Program, programVersion } from "./protocol/procedure";
import { MESSAGE_MAX, XdrReader, XdrWriter } from "./xdr-buffer";

/** `virNetMessageType` (src/rpc/virnetprotocol.x). */
export const MessageType = { call: 0, reply: 1, event: 2, stream: 3, hole: 6 } as const;

/** `virNetMessageStatus`. */
export const MessageStatus = { ok: 0, error: 1, continue: 2 } as const;

export interface MessageHeader {
  program: number;
  procedure: number;
  type: number;
  serial: number;
  status: number;
}

export interface Message extends MessageHeader {
  /** A view into what was received. */
  payload: Buffer;
}

const lengthBytes = 4;
const headerBytes = 24;

/** Begins a message: the length word (set by `finishMessage`) and the header. The payload is written after it. */
export function startMessage(header: MessageHeader, capacity?: number): XdrWriter {
  const writer = new XdrWriter(capacity);
  writer.uint32(0);
  writer.uint32(header.program);
  writer.uint32(programVersion);
  writer.int32(header.procedure);
  writer.uint32(header.type);
  writer.uint32(header.serial);
  writer.uint32(header.status);
  return writer;
}

export function finishMessage(writer: XdrWriter): Buffer {
  writer.patchUint32(0, writer.length);
  return writer.finish();
}

/** A message of a header and bytes as they are (stream data, keepalive). */
export function rawMessage(header: MessageHeader, payload?: Uint8Array): Buffer {
  const writer = startMessage(header, lengthBytes + headerBytes + (payload?.length ?? 0));
  if (payload) writer.raw(payload);
  return finishMessage(writer);
}

const programs = new Set<number>(Object.values(Program));

function parseMessage(frame: Buffer): Message {
  const reader = new XdrReader(frame.subarray(lengthBytes, lengthBytes + headerBytes));
  const program = reader.uint32();
  const version = reader.uint32();
  const procedure = reader.int32();
  const type = reader.uint32();
  const serial = reader.uint32();
  const status = reader.uint32();
  if (!programs.has(program) || version !== programVersion) {
    throw new ProtocolError(`The daemon speaks program 0x${program.toString(16)}, version ${version}`);
  }
  return { program, procedure, type, serial, status, payload: frame.subarray(lengthBytes + headerBytes) };
}

/** Cuts what comes in, in pieces of any size, into messages. Each byte is copied at most once. */
export class MessageSplitter {
  private chunks: Buffer[] = [];
  private held = 0;

  /** The messages that are complete with this piece. Throws a ProtocolError on a length that can't be. */
  *push(chunk: Buffer): Generator<Message> {
    this.chunks.push(chunk);
    this.held += chunk.length;
    for (;;) {
      const length = this.peekLength();
      if (length === undefined || this.held < length) return;
      yield parseMessage(this.take(length));
    }
  }

  private peekLength(): number | undefined {
    if (this.held < lengthBytes) return undefined;
    const first = this.chunks[0]!;
    if (first.length < lengthBytes) {
      const head: Buffer[] = [];
      let bytes = 0;
      while (bytes < lengthBytes) {
        const next = this.chunks.shift()!;
        head.push(next);
        bytes += next.length;
      }
      this.chunks.unshift(Buffer.concat(head));
    }
    const length = this.chunks[0]!.readUInt32BE(0);
    if (length < lengthBytes + headerBytes || length > MESSAGE_MAX) {
      throw new ProtocolError(`What came is not libvirt's protocol: a message of ${length} bytes`);
    }
    return length;
  }

  private take(length: number): Buffer {
    this.held -= length;
    const first = this.chunks[0]!;
    if (first.length === length) {
      this.chunks.shift();
      return first;
    }
    if (first.length > length) {
      this.chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    let bytes = 0;
    let count = 0;
    while (bytes < length) bytes += this.chunks[count++]!.length;
    const parts = this.chunks.splice(0, count);
    const surplus = bytes - length;
    if (surplus > 0) {
      const last = parts[count - 1]!;
      this.chunks.unshift(last.subarray(last.length - surplus));
    }
    // what is over `length` is left out by concat
    return Buffer.concat(parts, length);
  }
}
