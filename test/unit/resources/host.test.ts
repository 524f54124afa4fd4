import assert from "node:assert/strict";
import { diff, read } from "../../../provider/lifecycle";
import { host as definition } from "../../../provider/resources/host";
import { anyOf, change, checkOf, contextOf, FakeHost, halfMade, make } from "../fakes";

describe("Host", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });

  it("makes a lineage once, and is known by its machine's id", async () => {
    const made = await make(host, definition, { connection: "qemu:///system" });
    assert.equal(made.id, host.facts.machineId);
    assert.match(String(made.state.lineage), /^[0-9a-f]{32}$/);
    const changed = await change(host, definition, made, { connection: "anemoi" });
    assert.equal(changed.state.lineage, made.state.lineage);
    const answer = (await read(anyOf(definition), changed.state, contextOf(host, "Host")))!;
    assert.equal(answer.outputs.lineage, made.state.lineage);
    assert.deepEqual(diff(anyOf(definition), answer.outputs, changed.inputs).rows, []);
  });

  it("checks what it requires before anything else is made", async () => {
    host.facts = { ...host.facts, virtualization: "emulation", cpus: 2 };
    const requirements = {
      virtualization: "required",
      cpus: 4,
      memory: "32GiB",
      freeDisk: { "/": "1TiB" },
      hypervisorVersion: "8.0",
    };
    const half = await halfMade(make(host, definition, { requirements }));
    assert.equal(half.error.code, "requirement-not-met");
    assert.equal(half.id, host.facts.machineId);
    for (const what of [/KVM/, /2 CPUs/, /16GiB/, /\/ has/, /7\.2\.22/]) assert.match(half.error.message, what);
    const met = {
      virtualization: "none",
      cpus: 2,
      memory: "16GiB",
      freeDisk: { "/": "1GiB" },
      hypervisorVersion: "7.2",
    };
    await make(host, definition, { requirements: met });
  });

  it("refuses connections that can't be right", async () => {
    for (const connection of ["xen://", "qemu+tcp://a/system", { adress: "a" }, 7]) {
      assert.equal(
        (await checkOf(definition, { connection })).failures[0]?.property,
        "connection",
        JSON.stringify(connection),
      );
    }
  });
});
