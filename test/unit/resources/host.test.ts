import assert from "node:assert/strict";
import { unknown } from "../../../provider/basics/record";
import { configureHosts } from "../../../provider/connections/hosts";
import { diff } from "../../../provider/lifecycle/diff";
import { read } from "../../../provider/lifecycle/lifecycle";
import { host as definition } from "../../../provider/resources/host/definition";
import { anyOf, change, checkOf, contextOf, FakeHost, halfMade, make } from "../fakes";

describe("Host", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });

  it("makes a lineage once, and is known by its machine's id", async () => {
    const made = await make(host, definition, { connection: "qemu:///system" });
    assert.equal(made.id, host.system.machineId);
    assert.match(String(made.state.lineage), /^[0-9a-f]{32}$/);
    const changed = await change(host, definition, made, { connection: "anemoi" });
    assert.equal(changed.state.lineage, made.state.lineage);
    const answer = (await read(anyOf(definition), changed.state, contextOf(host, "Host")))!;
    assert.equal(answer.outputs.lineage, made.state.lineage);
    assert.deepEqual(diff(anyOf(definition), answer.outputs, changed.inputs).rows, []);
  });

  it("checks what it requires before anything else is made", async () => {
    host.facts = { ...host.facts, virtualization: "emulation" };
    host.system = {
      ...host.system,
      cpus: 2,
      virtualizationLack: { why: "there is no /dev/kvm", effect: "guests are emulated" },
    };
    const requirements = {
      virtualization: "required",
      cpus: 4,
      memory: "32GiB",
      freeDisk: { "/": "1TiB" },
      hypervisorVersion: "8.0",
    };
    const half = await halfMade(make(host, definition, { requirements }));
    assert.equal(half.error.code, "requirement-not-met");
    assert.equal(half.id, host.system.machineId);
    for (const what of [/\/dev\/kvm/, /2 CPUs/, /16GiB/, /\/ has/]) assert.match(half.error.message, what);
    assert.ok(!host.calls.includes("host.facts"), "the hypervisor was asked before the requirements were met");
    const met = {
      virtualization: "none",
      cpus: 2,
      memory: "16GiB",
      freeDisk: { "/": "1GiB" },
      hypervisorVersion: "7.2",
    };
    await make(host, definition, { requirements: met });
  });

  it("checks what the hypervisor must be once it is there", async () => {
    host.facts = { ...host.facts, virtualization: "emulation" };
    const requirements = { virtualization: "required", hypervisorVersion: "8.0" };
    const half = await halfMade(make(host, definition, { requirements }));
    assert.equal(half.error.code, "requirement-not-met");
    for (const what of [/KVM/, /7\.2\.22/]) assert.match(half.error.message, what);
  });

  it("goes on knowing a hypervisor that is stopped, in read alone", async () => {
    const made = await make(host, definition, {});
    host.fail("host.facts", "hypervisor-unavailable");
    const answer = (await read(anyOf(definition), made.state, contextOf(host, "Host")))!;
    assert.equal(answer.outputs.version, "7.2.22");
    await halfMade(make(host, definition, {}));
  });

  it("takes no free disk without a unit", async () => {
    for (const inputs of [{ requirements: { freeDisk: { "/": "20" } } }, { capacity: { disk: { "/": "20" } } }])
      assert.match((await checkOf(definition, inputs)).failures[0]?.reason ?? "", /20 has no unit: write 20GiB/);
  });

  it("finds at preview that its connection is not in the configuration", async () => {
    configureHosts(JSON.stringify({ anemoi: "qemu:///system", notus: { adress: "a" } }));
    try {
      const found = async (inputs: object, name?: string) =>
        (await checkOf(definition, { ...inputs }, undefined, name)).failures.map((failure) => failure.property);
      assert.deepEqual(await found({}, "anemoi"), []);
      assert.deepEqual(await found({}, "boreas"), ["connection"]);
      assert.deepEqual(await found({}, "notus"), ["connection"]);
      assert.deepEqual(await found({ connection: "anemoi" }, "boreas"), []);
      assert.deepEqual(await found({ connection: unknown }, "boreas"), []);
      assert.deepEqual(await found({ connection: { address: "a" } }, "boreas"), []);
      assert.deepEqual(await found({ connection: "qemu:///system" }, "boreas"), []);
    } finally {
      configureHosts(unknown);
    }
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
