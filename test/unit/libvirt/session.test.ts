import assert from "node:assert/strict";
import { LibvirtSession } from "../../../provider/drivers/libvirt/session";
import type { Transport } from "../../../provider/transports/transport";
import { FakeDaemon } from "../rpc/fake-daemon";

/** A host whose daemon opens for everyone, and answers a call for its hostname with the number of its connection. */
function host({ refuses = 0 } = {}) {
  const daemons: FakeDaemon[] = [];
  const paths: string[] = [];
  let refusals = refuses;
  const transport = {
    description: "test",
    async connectUnix(path: string) {
      paths.push(path);
      if (refusals-- > 0) throw Object.assign(new Error("nobody"), { code: "x" });
      const daemon = new FakeDaemon();
      daemons.push(daemon);
      daemon.onCall = (call) => {
        if (call.name === "AUTH_LIST") daemon.reply(call, { types: [0] });
        else if (call.name === "CONNECT_SUPPORTS_FEATURE") daemon.reply(call, { supported: false });
        else if (call.name === "CONNECT_GET_HOSTNAME") daemon.reply(call, { hostname: String(daemons.length) });
        else if (call.name !== "CONNECT_GET_URI") daemon.reply(call, {});
      };
      return daemon.client;
    },
    async connectCommand() {
      throw new Error("no command");
    },
  } as unknown as Transport;
  return { transport, daemons, paths };
}

const hostname = (session: LibvirtSession) => session.call("CONNECT_GET_HOSTNAME").then((answer) => answer.hostname);
const opens = (daemons: FakeDaemon[]) =>
  daemons.flatMap(({ calls }) => calls.filter(({ name }) => name === "CONNECT_OPEN").map(({ args }) => args.name));

describe("a session with libvirt", () => {
  it("opens once for all who come, and strips the URI of its host", async () => {
    const { transport, daemons } = host();
    const session = new LibvirtSession(transport, "qemu+ssh://root@anemoi:2222/system?no_tty=1");
    assert.equal(daemons.length, 0);
    assert.deepEqual(await Promise.all([hostname(session), hostname(session)]), ["1", "1"]);
    assert.deepEqual(opens(daemons), ["qemu:///system"]);
    await session.close();
    await assert.rejects(hostname(session), { code: "aborted" });
    await session.close();
  });

  it("takes the socket that the URI names", async () => {
    const { transport, paths } = host();
    const session = new LibvirtSession(transport, "qemu:///system?socket=/x/y%20z");
    await hostname(session);
    assert.deepEqual(paths, ["/x/y z"]);
    await session.close();
  });

  it("shares a failure, and tries anew for the next", async () => {
    const { transport, paths } = host({ refuses: 3 });
    const session = new LibvirtSession(transport, "qemu:///system");
    const results = await Promise.allSettled([hostname(session), hostname(session)]);
    for (const result of results) {
      assert.equal((result as PromiseRejectedResult).reason.code, "hypervisor-unavailable");
    }
    assert.equal(paths.length, 3);
    assert.equal(await hostname(session), "1");
    await session.close();
  });

  it("opens anew after a cut, and does not repeat what was under way", async () => {
    const { transport, daemons } = host();
    const session = new LibvirtSession(transport, "qemu:///system");
    await hostname(session);
    const under = assert.rejects(session.call("CONNECT_GET_URI"), { code: "connection-cut" });
    await new Promise(setImmediate);
    daemons[0]!.socket.destroy();
    await under;
    assert.equal(await hostname(session), "2");
    assert.equal(daemons[1]!.calls.filter(({ name }) => name === "CONNECT_GET_URI").length, 0);
    await session.close();
  });

  it("closes when idle, but not under work", async () => {
    const { transport, daemons } = host();
    const session = new LibvirtSession(transport, "qemu:///system", { idle: 10 });
    const ended = () => new Promise((resolve) => daemons[0]!.socket.once("end", resolve));
    await session.using(async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      assert.equal(await hostname(session), "1");
      assert.ok(!daemons[0]!.calls.some(({ name }) => name === "CONNECT_CLOSE"));
    });
    await ended();
    assert.equal(await hostname(session), "2");
    await session.close();
  });

  it("does what has one key one after the other, past failures, and the rest at once", async () => {
    const { transport } = host();
    const session = new LibvirtSession(transport, "qemu:///system");
    const order: string[] = [];
    const step =
      (name: string, turns: number, fails = false) =>
      async () => {
        order.push(`${name}+`);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        order.push(`${name}-`);
        if (fails) throw new Error(name);
        return name;
      };
    const first = session.queue("x", step("a", 3, true));
    const rest = [session.queue("x", step("b", 1)), session.queue("y", step("c", 1))];
    await assert.rejects(first, /a/);
    assert.deepEqual(await Promise.all(rest), ["b", "c"]);
    assert.deepEqual(order, ["a+", "c+", "c-", "a-", "b+", "b-"]);
    await session.close();
  });

  it("refuses what is no libvirt URI", () => {
    const { transport } = host();
    assert.throws(() => new LibvirtSession(transport, "nonsense"), { code: "invalid-input" });
  });
});
