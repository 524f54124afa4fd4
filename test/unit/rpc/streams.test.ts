import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { RpcConnection } from "../../../provider/drivers/libvirt/rpc/connection";
import {
  ConnectionLost,
  DeadlineExceeded,
  LibvirtError,
  ProtocolError,
} from "../../../provider/drivers/libvirt/rpc/errors";
import { MessageStatus, MessageType } from "../../../provider/drivers/libvirt/rpc/framing";
import { PACKET_MAX } from "../../../provider/drivers/libvirt/rpc/streams";
import { FakeDaemon } from "./fake-daemon";

const volume = { pool: "reef", name: "hull", key: "/reef/hull" };
const whole = { volume, offset: 0, length: 0 };

describe("RPC streams", function () {
  this.timeout(20_000);
  let daemon: FakeDaemon;
  let connection: RpcConnection;

  beforeEach(() => {
    daemon = new FakeDaemon();
    connection = new RpcConnection(daemon.client, { description: "fake" });
    daemon.onCall = (call) => daemon.reply(call, {});
  });
  afterEach(() => connection.destroy());

  /** The error may come before the stream is handed out or after: either way it must be told, once. */
  const download = async () => (await connection.openStream("STORAGE_VOL_DOWNLOAD", whole)).toArray();

  it("sends up in packets that every daemon takes, and ends when the daemon has confirmed", async () => {
    let confirmed = false;
    daemon.onStream = (message) => {
      if (message.status !== MessageStatus.ok) return;
      setTimeout(() => {
        confirmed = true;
        daemon.stream(message, MessageStatus.ok);
      }, 20);
    };
    const steps: number[] = [];
    const stream = await connection.openStream("STORAGE_VOL_UPLOAD", whole, { progress: (bytes) => steps.push(bytes) });
    const content = Buffer.alloc(3 * PACKET_MAX + 17, 7);
    await pipeline(Readable.from([content]), stream);
    assert.ok(confirmed);
    const data = daemon.streamed.filter(({ status }) => status === MessageStatus.continue);
    assert.deepEqual(
      data.map(({ payload }) => payload.length),
      [PACKET_MAX, PACKET_MAX, PACKET_MAX, 17],
    );
    assert.ok(Buffer.concat(data.map(({ payload }) => payload)).equals(content));
    assert.equal(stream.transferred, content.length);
    assert.deepEqual(steps, [PACKET_MAX, 2 * PACKET_MAX, 3 * PACKET_MAX, content.length]);
    const [call] = daemon.calls;
    assert.ok(
      daemon.streamed.every(
        ({ serial, procedure, type }) => serial === call!.serial && procedure === 208 && type === 3,
      ),
    );
  });

  it("reads down to the empty packet, then takes leave before it ends", async () => {
    daemon.onCall = (call) => {
      daemon.reply(call, {});
      for (const piece of ["alpha", "beta"]) daemon.stream(call, MessageStatus.continue, Buffer.from(piece));
      daemon.stream(call, MessageStatus.continue);
    };
    daemon.onStream = (message) => daemon.stream(message, MessageStatus.ok);
    const stream = await connection.openStream("STORAGE_VOL_DOWNLOAD", whole);
    const parts: Buffer[] = [];
    for await (const chunk of stream) parts.push(chunk as Buffer);
    assert.equal(Buffer.concat(parts).toString(), "alphabeta");
    assert.deepEqual(
      daemon.streamed.map(({ status }) => status),
      [MessageStatus.ok],
    );
  });

  it("stops reading the connection while the reader is slow, and loses nothing", async () => {
    const packets = 40;
    let written = 0;
    daemon.onCall = (call) => {
      daemon.reply(call, {});
      const next = () => {
        if (written === packets) {
          daemon.stream(call, MessageStatus.continue);
          return;
        }
        daemon.stream(call, MessageStatus.continue, Buffer.alloc(PACKET_MAX, written++));
        if (daemon.socket.writableNeedDrain) daemon.socket.once("drain", next);
        else setImmediate(next);
      };
      next();
    };
    daemon.onStream = (message) => daemon.stream(message, MessageStatus.ok);
    const stream = await connection.openStream("STORAGE_VOL_DOWNLOAD", whole);
    for (let round = 0; round < 100; round++) await turn();
    assert.ok(written < 15, `${written} packets were taken without a reader`);
    let total = 0;
    for await (const chunk of stream) total += (chunk as Buffer).length;
    assert.equal(total, packets * PACKET_MAX);
  });

  it("an unread stream leaves the daemon's silence without meaning", async () => {
    const quick = new FakeDaemon();
    quick.answersPings = false;
    const unread = new RpcConnection(quick.client, { keepalive: { interval: 5, count: 1 } });
    unread.startKeepalive();
    quick.onCall = (call) => {
      quick.reply(call, {});
      for (let index = 0; index < 6; index++) quick.stream(call, MessageStatus.continue, Buffer.alloc(PACKET_MAX));
    };
    const stream = await unread.openStream("STORAGE_VOL_DOWNLOAD", whole);
    const end = performance.now() + 5000;
    while (quick.pings < 6 && performance.now() < end) await turn();
    assert.ok(quick.pings >= 6);
    assert.equal(unread.lost, undefined);
    stream.resume();
    await new Promise((resolve) => unread.onClose(resolve));
    assert.equal((unread.lost as Error | undefined)?.name, "ConnectionLost");
  });

  it("an error in one piece with the answer is the error of the opening", async () => {
    daemon.onCall = (call) => {
      const error = daemon.errorBytes(call, 38, "gone", MessageType.stream);
      daemon.raw(Buffer.concat([daemon.replyBytes(call, {}), error]));
    };
    await assert.rejects(connection.openStream("STORAGE_VOL_DOWNLOAD", whole), { code: 38 });
  });

  it("the refusal of the call is the error of the opening", async () => {
    daemon.onCall = (call) => daemon.refuse(call, 50);
    await assert.rejects(connection.openStream("STORAGE_VOL_DOWNLOAD", whole), { code: 50 });
  });

  it("the daemon's error in the midst is the stream's, up and down, and nothing is aborted after it", async () => {
    daemon.onStream = (message) => daemon.refuse(message, 38, "no space", MessageType.stream);
    const up = await connection.openStream("STORAGE_VOL_UPLOAD", whole);
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(1000);
      })(),
    );
    await assert.rejects(pipeline(endless, up), (error) => error instanceof LibvirtError && error.code === 38);
    daemon.onCall = (call) => {
      daemon.reply(call, {});
      daemon.refuse(call, 38, "bad block", MessageType.stream);
    };
    await assert.rejects(download(), { code: 38 });
    assert.ok(daemon.streamed.every(({ status }) => status === MessageStatus.continue));
  });

  it("an error instead of the confirmation fails the upload", async () => {
    daemon.onStream = (message) => {
      if (message.status === MessageStatus.ok) daemon.refuse(message, 38, "fsync", MessageType.stream);
    };
    const stream = await connection.openStream("STORAGE_VOL_UPLOAD", whole);
    await assert.rejects(pipeline(Readable.from([Buffer.alloc(10)]), stream), { code: 38 });
  });

  it("a daemon that ends early, or sends data up a one-way street, is a protocol error", async () => {
    daemon.onCall = (call) => {
      daemon.reply(call, {});
      daemon.stream(call, MessageStatus.ok);
    };
    await assert.rejects(download(), ProtocolError);
    daemon.onCall = (call) => {
      daemon.reply(call, {});
      daemon.stream(call, MessageStatus.continue, Buffer.from("?"));
    };
    const ended = new Promise((resolve) => connection.onClose(resolve));
    await connection.openStream("STORAGE_VOL_UPLOAD", whole).catch(() => undefined);
    await ended;
    assert.ok(connection.lost instanceof ProtocolError);
  });

  it("destroying it aborts it on the daemon", async () => {
    const stream = await connection.openStream("STORAGE_VOL_DOWNLOAD", whole);
    stream.destroy();
    await once(stream, "close");
    await turn();
    assert.deepEqual(
      daemon.streamed.map(({ status, payload }) => [status, payload.length]),
      [[MessageStatus.error, 0]],
    );
    daemon.stream(daemon.calls[0]!, MessageStatus.continue, Buffer.from("late"));
    daemon.stream(daemon.calls[0]!, MessageStatus.ok);
    await turn();
    assert.equal(connection.lost, undefined);
  });

  it("fails when nothing moves any more, and when the connection is cut", async () => {
    const stalled = await connection.openStream("STORAGE_VOL_DOWNLOAD", whole, { stallTimeout: 20 });
    await assert.rejects(stalled.toArray(), DeadlineExceeded);
    const unconfirmed = await connection.openStream("STORAGE_VOL_UPLOAD", whole, { stallTimeout: 20 });
    await assert.rejects(pipeline(Readable.from([Buffer.alloc(10)]), unconfirmed), DeadlineExceeded);
    const cut = await connection.openStream("STORAGE_VOL_DOWNLOAD", whole);
    setImmediate(() => daemon.socket.destroy());
    await assert.rejects(cut.toArray(), ConnectionLost);
  });

  it("a terminal goes both ways, and ends from either side", async () => {
    daemon.onStream = (message) => {
      if (message.status === MessageStatus.continue) daemon.stream(message, MessageStatus.continue, message.payload);
      else daemon.stream(message, MessageStatus.ok);
    };
    const domain = { name: "boreas", uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", id: 1 };
    const terminal = await connection.openStream("DOMAIN_OPEN_CONSOLE", { domain });
    terminal.write("login");
    const [echo] = (await once(terminal, "data")) as [Buffer];
    assert.equal(echo.toString(), "login");
    terminal.resume();
    terminal.end();
    await once(terminal, "close");

    const other = await connection.openStream("DOMAIN_OPEN_CONSOLE", { domain });
    other.resume();
    daemon.stream(daemon.calls.at(-1)!, MessageStatus.continue);
    await once(other, "close");
    assert.equal(connection.lost, undefined);
  });
});
