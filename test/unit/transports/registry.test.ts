import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Gate } from "../../../provider/transports/channels";
import { closeAll, connectionKey, transportFor } from "../../../provider/transports/registry";

describe("transportFor", () => {
  afterEach(() => closeAll());

  it("gives one transport for one connection", () => {
    const a = transportFor({ kind: "ssh", address: "anemoi", user: "root", password: "hunter2" });
    assert.equal(
      a,
      transportFor({ kind: "ssh", password: "hunter2", user: "root", port: undefined, address: "anemoi" }),
    );
    assert.notEqual(a, transportFor({ kind: "ssh", address: "anemoi", user: "root", password: "other" }));
    assert.equal(a.description, "ssh://root@anemoi");
    assert.ok(!inspect(a, { depth: 9, showHidden: true }).includes("hunter2"));
    assert.ok(!JSON.stringify(a).includes("hunter2"));
    assert.equal(transportFor({ kind: "local" }), transportFor({ kind: "local" }));
    assert.notEqual(transportFor({ kind: "local" }), transportFor({ kind: "local", sudo: true }));
  });

  it("keeps no credential in its key", () => {
    assert.match(connectionKey({ kind: "ssh", address: "a", privateKey: "secret" }), /^[0-9a-f]{64}$/);
  });
});

describe("Gate", () => {
  it("lets so many in, and the rest in their order", async () => {
    const gate = new Gate(2);
    const order: number[] = [];
    await gate.enter();
    await gate.enter();
    const waiting = [1, 2].map((index) => gate.enter().then(() => order.push(index)));
    gate.leave();
    gate.leave();
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2]);
  });

  it("lowers its limit to what is open when one is refused, and tries more later", async () => {
    const gate = new Gate(8, 10);
    for (let index = 0; index < 4; index++) await gate.enter();
    assert.equal(gate.refused(), true);
    assert.equal(gate.refused(), true);
    assert.equal(gate.limit, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await gate.enter();
    assert.equal(gate.limit, 3);
  });

  it("does not wait for ever", async () => {
    const gate = new Gate(1);
    await gate.enter();
    await assert.rejects(gate.enter(10), { code: "timeout" });
    gate.leave();
    await gate.enter();
  });
});
