import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import sinon from "sinon";
import { hasCode } from "../../../provider/basics/errors";
import { RpcConnection } from "../../../provider/drivers/libvirt/rpc/connection";
import {
  ConnectionLost,
  DeadlineExceeded,
  LibvirtError,
  ProtocolError,
} from "../../../provider/drivers/libvirt/rpc/errors";
import { type Call, FakeDaemon } from "./fake-daemon";

const domain = { name: "boreas", uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", id: -1 };

function setup(options: ConstructorParameters<typeof RpcConnection>[1] = {}) {
  const daemon = new FakeDaemon();
  const connection = new RpcConnection(daemon.client, { description: "fake", ...options });
  return { daemon, connection };
}

/** Lets what was written travel there and back. */
async function turns(): Promise<void> {
  for (let round = 0; round < 5; round++) await turn();
}

describe("RPC connection", function () {
  this.timeout(20_000);
  const opened: RpcConnection[] = [];
  const make = (options?: Parameters<typeof setup>[0]) => {
    const both = setup(options);
    opened.push(both.connection);
    return both;
  };
  afterEach(() => {
    sinon.restore();
    for (const connection of opened.splice(0)) connection.destroy();
  });

  it("matches answers to calls by serial, in whatever order they come", async () => {
    const { daemon, connection } = make();
    const calls: Call[] = [];
    daemon.onCall = (call) => {
      calls.push(call);
      if (calls.length === 20) {
        for (const one of calls.reverse()) daemon.reply(one, { domain: { ...domain, name: String(one.args.name) } });
      }
    };
    const asked = Array.from({ length: 20 }, (_, index) => `domain-${index}`);
    const answers = await Promise.all(asked.map((name) => connection.call("DOMAIN_LOOKUP_BY_NAME", { name })));
    assert.deepEqual(
      answers.map((answer) => answer.domain.name),
      asked,
    );
    assert.equal(connection.inFlight, 0);
  });

  it("puts answers together from pieces cut anywhere", async () => {
    const { daemon, connection } = make();
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.array(fc.nat(400), { maxLength: 8 }), async (text, cuts) => {
        const hostname = text.replaceAll("\0", "");
        daemon.onCall = (call) => {
          if (daemon.calls.length % 2) return;
          const [first, second] = daemon.calls.slice(-2);
          const bytes = Buffer.concat([
            daemon.replyBytes<"CONNECT_GET_URI">(first!, { uri: hostname }),
            daemon.replyBytes<"CONNECT_GET_HOSTNAME">(call, { hostname }),
          ]);
          assert.equal(second, call);
          const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
            (a, b) => a - b,
          );
          for (let index = 1; index < places.length; index++)
            daemon.raw(bytes.subarray(places[index - 1], places[index]));
        };
        const [{ uri }, answer] = await Promise.all([
          connection.call("CONNECT_GET_URI"),
          connection.call("CONNECT_GET_HOSTNAME"),
        ]);
        assert.equal(uri, hostname);
        assert.equal(answer.hostname, hostname);
      }),
      { numRuns: 100 },
    );
  });

  it("puts an answer together byte by byte, and one of 4 MB from packets", async () => {
    const { daemon, connection } = make();
    daemon.onCall = (call) => {
      const bytes = daemon.replyBytes<"CONNECT_GET_HOSTNAME">(call, { hostname: "anemoi" });
      for (let index = 0; index < bytes.length; index++) daemon.raw(bytes.subarray(index, index + 1));
    };
    assert.equal((await connection.call("CONNECT_GET_HOSTNAME")).hostname, "anemoi");
    const xml = "x".repeat(4_000_000);
    daemon.onCall = (call) => {
      const bytes = daemon.replyBytes<"CONNECT_GET_CAPABILITIES">(call, { xml });
      for (let index = 0; index < bytes.length; index += 1000) daemon.raw(bytes.subarray(index, index + 1000));
    };
    const start = performance.now();
    assert.equal((await connection.call("CONNECT_GET_CAPABILITIES")).xml, xml);
    assert.ok(performance.now() - start < 2000);
  });

  it("hands on the daemon's error with all its fields", async () => {
    const { daemon, connection } = make();
    daemon.onCall = (call) => daemon.refuse(call, 42, "Domain not found");
    await assert.rejects(connection.call("DOMAIN_LOOKUP_BY_NAME", { name: "none" }), (error) => {
      assert.ok(error instanceof LibvirtError);
      const { code, codeName, domain: from, level, message, str1, str2, int1, int2, procedure } = error;
      assert.deepEqual(
        { code, codeName, from, level, message, str1, str2, int1, int2, procedure },
        {
          code: 42,
          codeName: "VIR_ERR_NO_DOMAIN",
          from: 10,
          level: 2,
          message: "Domain not found",
          str1: "Domain not found",
          str2: null,
          int1: 1,
          int2: -1,
          procedure: "DOMAIN_LOOKUP_BY_NAME",
        },
      );
      return true;
    });
  });

  it("keeps the deadline, ignores the late answer, and goes on", async () => {
    const { daemon, connection } = make();
    await assert.rejects(connection.call("CONNECT_GET_HOSTNAME", {}, { deadline: 20 }), DeadlineExceeded);
    daemon.reply<"CONNECT_GET_HOSTNAME">(daemon.calls[0]!, { hostname: "late" });
    daemon.onCall = (call) => daemon.reply<"CONNECT_GET_HOSTNAME">(call, { hostname: "anemoi" });
    assert.equal((await connection.call("CONNECT_GET_HOSTNAME")).hostname, "anemoi");
  });

  it("is called off by a signal, before and after sending", async () => {
    const { daemon, connection } = make({ slowCalls: 1 });
    const abort = new AbortController();
    const sent = connection.call("DOMAIN_CREATE_WITH_FLAGS", { domain }, { signal: abort.signal });
    const queued = connection.call("DOMAIN_CREATE_WITH_FLAGS", { domain }, { signal: abort.signal });
    const free = connection.call("DOMAIN_CREATE_WITH_FLAGS", { domain });
    await turn();
    assert.equal(daemon.calls.length, 1);
    daemon.onCall = (call) => daemon.reply<"DOMAIN_CREATE_WITH_FLAGS">(call, { domain });
    abort.abort();
    await assert.rejects(sent, (error) => hasCode(error, "aborted"));
    await assert.rejects(queued, (error) => hasCode(error, "aborted"));
    await free;
    assert.equal(daemon.calls.length, 2);
    await assert.rejects(connection.call("CONNECT_GET_URI", {}, { signal: abort.signal }), (error) =>
      hasCode(error, "aborted"),
    );
  });

  it("holds back slow calls so that quick ones pass", async () => {
    const { daemon, connection } = make();
    const slow = Array.from({ length: 8 }, () => connection.call("DOMAIN_CREATE_WITH_FLAGS", { domain }));
    const quick = connection.call("CONNECT_GET_HOSTNAME");
    await turn();
    assert.deepEqual(
      daemon.calls.map(({ name }) => name),
      ["CONNECT_GET_HOSTNAME", ...Array(3).fill("DOMAIN_CREATE_WITH_FLAGS")].sort().reverse().reverse(),
    );
    const answer = (call: Call) =>
      call.name === "CONNECT_GET_HOSTNAME"
        ? daemon.reply<"CONNECT_GET_HOSTNAME">(call, { hostname: "a" })
        : daemon.reply<"DOMAIN_CREATE_WITH_FLAGS">(call, { domain });
    daemon.onCall = answer;
    for (const call of [...daemon.calls]) answer(call);
    await Promise.all([...slow, quick]);
    assert.equal(daemon.calls.length, 9);
  });

  it("rejects everything in flight when the connection is cut, and everything after", async () => {
    const { daemon, connection } = make();
    const closed = sinon.spy();
    connection.onClose(closed);
    const calls = [connection.call("CONNECT_GET_HOSTNAME"), connection.call("CONNECT_GET_CAPABILITIES")];
    const outcomes = calls.map((call) => assert.rejects(call, ConnectionLost));
    await turn();
    daemon.socket.destroy();
    await Promise.all(outcomes);
    await assert.rejects(connection.call("CONNECT_GET_URI"), ConnectionLost);
    sinon.assert.calledOnce(closed);
    assert.ok(daemon.client.destroyed);
  });

  it("an answer that makes no sense fails its call alone", async () => {
    const { daemon, connection } = make();
    daemon.onCall = (call) =>
      daemon.reply<"CONNECT_GET_HOSTNAME">({ ...call, name: "CONNECT_GET_HOSTNAME" }, { hostname: "x" });
    await assert.rejects(connection.call("NODE_GET_INFO"), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.match(error.message, /NODE_GET_INFO/);
      return true;
    });
    assert.equal((await connection.call("CONNECT_GET_HOSTNAME")).hostname, "x");
  });

  for (const [what, bytes] of [
    ["a length that is too short", Buffer.from("0000001b", "hex")],
    ["a length that is too long", Buffer.from("7fffffff", "hex")],
    ["another protocol", Buffer.from("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n")],
    ["another program", Buffer.concat([Buffer.from("0000001c", "hex"), Buffer.alloc(24, 1)])],
  ] as const) {
    it(`ends the connection on ${what}`, async () => {
      const { daemon, connection } = make();
      const call = connection.call("CONNECT_GET_HOSTNAME");
      daemon.raw(bytes);
      await assert.rejects(call, ProtocolError);
      assert.ok(connection.lost instanceof ProtocolError);
    });
  }

  it("random bytes never do worse than end the connection", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), async (pieces) => {
        const { daemon, connection } = setup();
        const call = assert.rejects(connection.call("CONNECT_GET_HOSTNAME"), (error) => {
          return error instanceof ProtocolError || error instanceof ConnectionLost;
        });
        for (const piece of pieces) daemon.raw(Buffer.from(piece));
        daemon.socket.end();
        await call;
      }),
      { numRuns: 100 },
    );
  });

  it("answers pings, and sends its own into silence until the daemon counts as dead", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { daemon, connection } = make();
    daemon.keepalive(1);
    await turn();
    assert.equal(daemon.pongs, 1);
    connection.startKeepalive();
    for (let round = 0; round < 10; round++) {
      await clock.tickAsync(5000);
      await turns();
    }
    assert.equal(daemon.pings, 10);
    assert.equal(connection.lost, undefined);
    daemon.answersPings = false;
    await clock.tickAsync(25_000);
    assert.equal(connection.lost, undefined);
    await clock.tickAsync(5000);
    const { lost } = connection as { lost: Error | undefined };
    assert.ok(lost instanceof ConnectionLost);
    assert.match(lost.message, /silent for 30 s/);
  });

  it("declares nobody dead who has so many calls under way that he can't read pings", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { daemon, connection } = make({ slowCalls: 10 });
    daemon.answersPings = false;
    connection.startKeepalive();
    const calls = Array.from({ length: 5 }, () => connection.call("DOMAIN_CREATE_WITH_FLAGS", { domain }));
    await clock.tickAsync(120_000);
    assert.equal(connection.lost, undefined);
    daemon.reply<"DOMAIN_CREATE_WITH_FLAGS">(daemon.calls[0]!, { domain });
    await calls[0];
    const lost = Promise.all(calls.slice(1).map((call) => assert.rejects(call, ConnectionLost)));
    await clock.tickAsync(60_000);
    await lost;
  });

  it("late answers are accounted for: silence counts again after them", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { daemon, connection } = make();
    daemon.answersPings = false;
    connection.startKeepalive();
    const late = Array.from({ length: 5 }, () =>
      assert.rejects(connection.call("CONNECT_GET_HOSTNAME"), DeadlineExceeded),
    );
    await clock.tickAsync(120_000);
    await Promise.all(late);
    assert.equal(connection.lost, undefined);
    for (const call of daemon.calls) daemon.reply<"CONNECT_GET_HOSTNAME">(call, { hostname: "late" });
    await turns();
    await clock.tickAsync(60_000);
    assert.equal((connection.lost as Error | undefined)?.name, "ConnectionLost");
  });

  it("closes within its bound though the daemon says nothing", async () => {
    const { daemon, connection } = make();
    const start = performance.now();
    await connection.close({ deadline: 50 });
    assert.ok(performance.now() - start < 1000);
    assert.equal(daemon.calls[0]?.name, "CONNECT_CLOSE");
    assert.ok(connection.lost instanceof ConnectionLost);
    await connection.close();
    if (!daemon.client.destroyed) await once(daemon.client, "close");
  });

  it("delivers an event that comes in one piece with the answer before it", async () => {
    const { daemon, connection } = make();
    const seen: unknown[] = [];
    connection.onEvent("device-removed", ({ alias }) => seen.push(alias));
    connection.onEvent("lifecycle", () => seen.push("other"));
    daemon.event("device-removed", { callbackId: 1, domain, alias: "net0" });
    daemon.event("balloon-change", { callbackId: 2, domain, actual: 1n });
    await turn();
    assert.deepEqual(seen, ["net0"]);
  });
});
