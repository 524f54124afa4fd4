import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import type { Inputs } from "../../../provider/basics/record";
import type { Hypervisor } from "../../../provider/drivers/hypervisor";
import type { BridgeSection } from "../../../provider/host-system/bridges/bridges";
import type { BridgeDefinition, BridgeMark, BridgeState, Original } from "../../../provider/host-system/bridges/model";
import { apply, read, remove } from "../../../provider/lifecycle/lifecycle";
import { hostBridge } from "../../../provider/resources/host-bridge/definition";
import { anyOf, checked, checkOf, contextOf, FakeHost, halfMade } from "../fakes";

/** A host in memory, as far as bridges go. */
class FakeBridges {
  readonly calls: string[] = [];
  readonly there = new Map<string, BridgeState>();
  refuses: WindroseError | undefined;

  readonly section: BridgeSection = {
    find: async (name) => this.there.get(name),
    apply: async (definition, mark) => {
      this.calls.push("apply");
      if (this.refuses) throw this.refuses;
      const state = stateOf(definition, mark);
      this.there.set(definition.name, state);
      return state;
    },
    remove: async (name, uuid) => {
      this.calls.push(`remove ${name} ${uuid}`);
      this.there.delete(name);
    },
  };

  get context() {
    const hypervisor = {
      machines: { owners: async () => [] },
      system: { bridges: this.section },
    } as unknown as Hypervisor;
    return { ...contextOf(new FakeHost(), "HostBridge", "br0"), hypervisor: async () => hypervisor };
  }
}

function stateOf(definition: BridgeDefinition, mark: BridgeMark): BridgeState {
  const none = { files: [], down: "", up: "", gone: "", boot: "" };
  const original: Original = {
    manager: "netplan",
    port: definition.nic,
    makesVlan: false,
    mac: "52:54:00:00:00:01",
    gateway4: true,
    gateway6: false,
    files: [],
  };
  return {
    name: definition.name,
    record: { version: 1, mark, definition, original, plain: none, bridge: none },
    ports: [definition.nic],
    mac: definition.mac ?? original.mac,
    mtu: definition.mtu ?? 1500,
    stp: definition.stp,
    addresses: definition.addressing?.addresses ?? ["192.0.2.5/24"],
    gateway: definition.addressing ? definition.addressing.gateway : "192.0.2.1",
    openvswitch: definition.openvswitch !== undefined,
  };
}

const base = { host: "h1", nic: "eth0" };
const fixed = { ...base, addresses: ["192.0.2.5/24"], gateway: "192.0.2.1" };

describe("HostBridge", () => {
  let host: FakeBridges;
  const made = async (given: Inputs, previous?: { inputs: Inputs; outputs: Inputs }) => {
    const inputs = await checked(hostBridge, given, previous?.inputs, "br0");
    const { outputs } = await apply(anyOf(hostBridge), inputs, previous?.outputs, host.context);
    return { inputs, outputs };
  };
  const refusals = async (given: Inputs) =>
    (await checkOf(hostBridge, given, undefined, "br0")).failures.map(({ property }) => property);

  beforeEach(() => {
    host = new FakeBridges();
  });

  it("keeps what the NIC has, and says what manages it", async () => {
    const { outputs } = await made(base);
    assert.equal(outputs.name, "br0");
    assert.equal(outputs.managedBy, "netplan");
    assert.deepEqual(outputs.hostAddresses, ["192.0.2.5/24"]);
    assert.equal(host.there.get("br0")!.record!.definition.addressing, undefined);
  });

  it("does nothing where nothing changed, and mends what drifted", async () => {
    const first = await made(fixed);
    await made(fixed, first);
    assert.deepEqual(host.calls, ["apply"]);
    host.there.set("br0", { ...host.there.get("br0")!, ports: [] });
    await made(fixed, first);
    host.there.set("br0", { ...host.there.get("br0")!, addresses: [] });
    await made(fixed, first);
    await made({ ...fixed, mtu: 1400 }, first);
    assert.equal(host.calls.length, 4);
  });

  it("shows what drifted, and not what DHCP gave", async () => {
    const seen = async (given: Inputs, change: Partial<BridgeState>) => {
      host = new FakeBridges();
      const { outputs } = await made(given);
      host.there.set("br0", { ...host.there.get("br0")!, ...change });
      const answer = await read(anyOf(hostBridge), outputs, host.context);
      return answer!.inputs;
    };
    assert.deepEqual((await seen(fixed, { addresses: ["192.0.2.9/24"] })).addresses, ["192.0.2.9/24"]);
    assert.equal((await seen(fixed, { gateway: "192.0.2.7" })).gateway, "192.0.2.7");
    assert.equal((await seen(base, { stp: true })).stp, true);
    assert.equal((await seen({ ...base, dhcp4: true }, { addresses: ["192.0.2.9/24"] })).addresses, undefined);
    assert.equal((await seen(base, { addresses: ["192.0.2.9/24"] })).addresses, undefined);
  });

  it("leaves the state as it was where the host took the change back", async () => {
    const first = await made(fixed);
    host.refuses = new WindroseError("rolled-back", "the gateway does not answer");
    const inputs = await checked(hostBridge, { ...fixed, gateway: "192.0.2.2" }, first.inputs, "br0");
    const half = await halfMade(apply(anyOf(hostBridge), inputs, first.outputs, host.context));
    assert.equal(half.error.code, "rolled-back");
    assert.deepEqual(half.outputs.__pending, ["configuration"]);
  });

  it("refuses a bridge that is there, and adopts one without touching it", async () => {
    const foreign = { ...stateOf({ name: "br0", nic: "eth0", stp: false }, {} as BridgeMark), record: undefined };
    host.there.set("br0", foreign);
    await assert.rejects(made(base), { code: "already-exists" });
    await assert.rejects(made({ ...base, nic: "eth1", adopt: true }), { code: "replace-refused" });
    const { outputs } = await made({ ...base, adopt: true });
    assert.equal(outputs.adopted, true);
    await remove(anyOf(hostBridge), outputs, host.context);
    assert.deepEqual(host.calls, []);
  });

  it("is gone where another's stands in its place", async () => {
    const { outputs } = await made(base);
    host.there.set("br0", { ...host.there.get("br0")!, record: undefined });
    assert.equal(await read(anyOf(hostBridge), outputs, host.context), undefined);
  });

  it("is removed by its name and UUID", async () => {
    const { outputs } = await made(base);
    await remove(anyOf(hostBridge), outputs, host.context);
    assert.equal(host.calls.at(-1), `remove br0 ${outputs.uuid}`);
  });

  it("refuses what can never be right", async () => {
    assert.deepEqual(await refusals(base), []);
    assert.deepEqual(await refusals(fixed), []);
    assert.deepEqual(await refusals({ ...fixed, gateway: "198.51.100.1" }), ["gateway"]);
    assert.deepEqual(await refusals({ ...fixed, gateway: "192.0.2.5" }), ["gateway"]);
    assert.deepEqual(await refusals({ ...fixed, gateway6: "fe80::1" }), []);
    assert.deepEqual(await refusals({ ...fixed, addresses: ["192.0.2.5"] }), ["addresses.0"]);
    assert.deepEqual(await refusals({ ...base, gateway: "192.0.2.1" }), ["gateway"]);
    assert.deepEqual(await refusals({ ...base, dhcp4: true, dns: ["192.0.2.53"] }), []);
    assert.deepEqual(await refusals({ ...base, addresses: "keep", dhcp4: true }), ["dhcp4"]);
    assert.deepEqual(await refusals({ ...base, nic: "br0" }), ["name"]);
    assert.deepEqual(await refusals({ ...base, nic: "eth0; reboot" }), ["nic"]);
    assert.deepEqual(await refusals({ ...base, name: "a-very-long-bridge" }), ["name"]);
    assert.deepEqual(await refusals({ ...base, tag: 7 }), ["tag"]);
    assert.deepEqual(await refusals({ ...base, type: "openvswitch", tag: 7, trunks: [7] }), []);
    assert.deepEqual(await refusals({ ...base, type: "openvswitch", vlan: 7 }), ["vlan"]);
    assert.deepEqual(await refusals({ ...base, type: "openvswitch", manager: "NetworkManager" }), ["type"]);
    assert.deepEqual(await refusals({ ...base, forwardDelay: 4 }), ["forwardDelay"]);
    assert.deepEqual(await refusals({ ...base, stp: true, rollbackAfter: 20 }), ["rollbackAfter"]);
    assert.deepEqual(await refusals({ ...base, rollbackAfter: 600 }), ["timeout"]);
    assert.deepEqual(await refusals({ ...base, rollbackAfter: 600, timeout: 700 }), []);
    assert.deepEqual(await refusals({ ...base, mac: "ff:ff:ff:ff:ff:ff" }), ["mac"]);
  });
});
