import { Duplex } from "node:stream";
import {
  finishMessage,
  type Message,
  MessageSplitter,
  MessageStatus,
  MessageType,
  rawMessage,
  startMessage,
} from "../../../provider/drivers/libvirt/rpc/framing";
import {
  type EventBody,
  type EventKind,
  errorBody,
  events,
  type ProcedureName,
  Program,
  procedures,
  type Result,
} from "../../../provider/drivers/libvirt/rpc/protocol";
import { type Codec, decode } from "../../../provider/drivers/libvirt/rpc/xdr";

/** Two streams: what is written to one is read from the other. */
function duplexPair(): [Duplex, Duplex] {
  class End extends Duplex {
    other!: End;
    private wanting: (() => void) | undefined;
    override _read() {
      const done = this.wanting;
      this.wanting = undefined;
      done?.();
    }
    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void) {
      if (chunk.length === 0) {
        process.nextTick(done);
        return;
      }
      this.other.wanting = done;
      this.other.push(chunk);
    }
    override _final(done: () => void) {
      this.other.push(null);
      done();
    }
    override _destroy(error: Error | null, done: (error: Error | null) => void) {
      if (!this.other.destroyed && !this.other.readableEnded) this.other.push(null);
      done(error);
    }
  }
  const [left, right] = [new End(), new End()];
  left.other = right;
  right.other = left;
  return [left, right];
}

export interface Call extends Message {
  name: ProcedureName;
  args: Record<string, unknown>;
}

const names = new Map(
  Object.entries(procedures).map(([name, { program, number }]) => [`${program}/${number}`, name as ProcedureName]),
);

/** The daemon's side of a connection, in the hands of a test. */
export class FakeDaemon {
  /** Give this to the client. */
  readonly client: Duplex;
  readonly socket: Duplex;
  readonly calls: Call[] = [];
  readonly streamed: Message[] = [];
  pings = 0;
  pongs = 0;
  onCall: (call: Call) => void = () => undefined;
  onStream: (message: Message) => void = () => undefined;
  answersPings = true;

  constructor() {
    [this.client, this.socket] = duplexPair();
    const splitter = new MessageSplitter();
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => {
      for (const message of splitter.push(chunk)) this.receive(message);
    });
  }

  private receive(message: Message): void {
    if (message.program === Program.keepalive) {
      if (message.procedure === 2) this.pongs++;
      else {
        this.pings++;
        if (this.answersPings) this.keepalive(2);
      }
    } else if (message.type === MessageType.call) {
      const name = names.get(`${message.program}/${message.procedure}`)!;
      const args = decode(procedures[name].arguments as Codec<Record<string, unknown>, never>, message.payload);
      const call = { ...message, name, args };
      this.calls.push(call);
      this.onCall(call);
    } else {
      this.streamed.push(message);
      this.onStream(message);
    }
  }

  raw(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  replyBytes<N extends ProcedureName>(call: Call, result: Result<N>): Buffer {
    const writer = startMessage({ ...call, type: MessageType.reply, status: MessageStatus.ok });
    (procedures[call.name].result as unknown as Codec<unknown, unknown>).encode(writer, result);
    return finishMessage(writer);
  }

  reply<N extends ProcedureName>(call: Call, result: Result<N>): void {
    this.raw(this.replyBytes(call, result));
  }

  errorBytes(call: Message, code: number, message: string, type: number): Buffer {
    const writer = startMessage({ ...call, type, status: MessageStatus.error });
    errorBody.encode(writer, { code, domain: 10, message, level: 2, str1: message, int1: 1, int2: -1 });
    return finishMessage(writer);
  }

  refuse(call: Message, code: number, message = "refused", type: number = MessageType.reply): void {
    this.raw(this.errorBytes(call, code, message, type));
  }

  stream(call: Message, status: number, payload?: Buffer): void {
    this.raw(rawMessage({ ...call, type: MessageType.stream, status }, payload));
  }

  event<K extends EventKind>(kind: K, body: EventBody<K>): void {
    const { number, body: codec } = events[kind];
    const writer = startMessage({
      program: Program.remote,
      procedure: number,
      type: MessageType.event,
      serial: 0,
      status: 0,
    });
    (codec as unknown as Codec<unknown, unknown>).encode(writer, body);
    this.raw(finishMessage(writer));
  }

  keepalive(procedure: number): void {
    this.raw(rawMessage({ program: Program.keepalive, procedure, type: MessageType.event, serial: 0, status: 0 }));
  }
}
