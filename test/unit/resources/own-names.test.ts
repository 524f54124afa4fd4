import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../../provider/basics/record";
import { check } from "../../../provider/lifecycle/check";
import { Exclusives } from "../../../provider/lifecycle/exclusives";
import type { Kind } from "../../../provider/lifecycle/schema";
import { definitions } from "../../../provider/pulumi/definitions";
import { foreign } from "../../../provider/resources/common";
import { anyOf, contextOf, FakeHost, identityOf, lineage } from "../fakes";

const [pool, other] = ["11111111-2222-8333-8444-555555555555", "22222222-2222-8333-8444-555555555555"];
const machine = { memory: "64MiB" };
const nat = { ipv4: { address: "172.17.2.1/24" } };

describe("what a resource has for itself alone on its host", () => {
  let exclusives: Exclusives;
  beforeEach(() => {
    exclusives = new Exclusives();
  });

  async function problems(kind: Kind, name: string, inputs: Inputs, connection = "anemoi"): Promise<string[]> {
    const identity = identityOf(kind, name, { exclusives, connection });
    const answer = await check(anyOf(definitions[kind]), { host: "h1", ...inputs }, undefined, identity);
    return answer.failures.map(({ property, reason }) => `${property} ${reason}`);
  }

  for (const [kind, inputs] of [
    ["VirtualMachine", machine],
    ["Network", nat],
    ["StoragePool", {}],
  ] as [Kind, Inputs][]) {
    it(`is the name of a ${kind}, also where two names come to one`, async () => {
      const given = { ...inputs, name: "wind" };
      assert.deepEqual(await problems(kind, "boreas", given), []);
      assert.deepEqual(await problems(kind, "boreas", given), [], "checked again");
      const refused = `name wind is the name of ${kind} "boreas" too: give one of them another \`name\``;
      assert.equal((await problems(kind, "notus", given))[0], refused);
      assert.deepEqual(await problems(kind, "eurus", { ...given, host: "h2" }), [], "on another host");
      assert.deepEqual(await problems(kind, "a b", inputs), []);
      assert.match((await problems(kind, "a-b", inputs))[0]!, /^name dev-a-b is the name of \w+ "a b" too/);
      assert.deepEqual(await problems(kind, "北風", inputs), []);
      assert.deepEqual(await problems(kind, "南風", inputs), [], "a digest in the place of what is lost");
    });

    it(`is the name of a ${kind} on a host that is yet to be made`, async () => {
      const given = { ...inputs, host: unknown, name: "wind" };
      assert.deepEqual(await problems(kind, "boreas", given), []);
      assert.equal((await problems(kind, "notus", given)).length > 0, true);
      assert.deepEqual(await problems(kind, "eurus", given, "far"), []);
    });

    it(`is the UUID of a ${kind}`, async () => {
      assert.deepEqual(await problems(kind, "boreas", { ...inputs, uuid: other }), []);
      const [refused] = await problems(kind, "notus", { ...inputs, uuid: other });
      assert.match(refused!, /^uuid 22222222-.* is the UUID of \w+ "boreas" too: give one of them another `uuid`$/);
    });
  }

  it("is a file of a pool, whatever has it", async () => {
    const file = { pool, volumeName: "data.qcow2" };
    assert.deepEqual(await problems("Volume", "boreas", { ...file, size: "1GiB" }), []);
    const words = 'data.qcow2 is the file of Volume "boreas" too: give one of them another';
    assert.deepEqual(await problems("Volume", "notus", { ...file, size: "1GiB" }), [
      `volumeName ${words} \`volumeName\``,
    ]);
    assert.deepEqual(await problems("Volume", "eurus", { ...file, pool: other, size: "1GiB" }), []);
    assert.deepEqual(await problems("Image", "zephyr", { ...file, source: "https://images.example/a.img" }), [
      `volumeName ${words} \`volumeName\``,
    ]);
    assert.deepEqual(
      await problems("VirtualMachine", "boreas", { ...machine, disks: { root: { ...file, size: "1GiB" } } }),
      [`disks.root.volumeName ${words} \`disks.root.volumeName\``],
    );
    const disks = {
      a: { pool, volumeName: "own.img", size: "1GiB" },
      b: { pool, volumeName: "own.img", size: "1GiB" },
    };
    assert.deepEqual(await problems("VirtualMachine", "notus", { ...machine, disks }), [
      "disks.b.volumeName own.img is the file of `disks.a.volumeName` too: give one of them another `disks.b.volumeName`",
    ]);
  });

  it("is a file of a pool that is yet to be made", async () => {
    const file = { pool: { id: unknown, name: "dev-pool" }, volumeName: "data.qcow2", size: "1GiB" };
    assert.deepEqual(await problems("Volume", "boreas", file), []);
    assert.equal((await problems("Volume", "notus", file)).length, 1);
    assert.deepEqual(await problems("Volume", "eurus", { ...file, pool: { id: unknown, name: "dev-other" } }), []);
  });

  it("is no file that two take over", async () => {
    const file = { pool, volumeName: "theirs.qcow2", adopt: true, size: "1GiB" };
    assert.deepEqual(await problems("Volume", "boreas", file), []);
    assert.deepEqual(await problems("Volume", "notus", file), []);
    assert.equal((await problems("Volume", "eurus", { ...file, adopt: false })).length, 1);
  });

  it("is a device of the host: a bridge, the port of one, the directory of a pool", async () => {
    assert.deepEqual(await problems("HostBridge", "br0", { nic: "eth0" }), []);
    assert.deepEqual(await problems("Network", "winds", { ...nat, bridge: "br0" }), [
      'bridge br0 is the bridge of HostBridge "br0" too: give one of them another `bridge`',
    ]);
    assert.deepEqual(await problems("HostBridge", "br1", { nic: "eth0" }), [
      'nic eth0 is the port of HostBridge "br0" too: give one of them another `nic`',
    ]);
    assert.deepEqual(await problems("HostBridge", "br2", { nic: "eth0", vlan: 7 }), []);
    assert.deepEqual(await problems("StoragePool", "a", { path: "/srv/pool/" }), []);
    assert.deepEqual(await problems("StoragePool", "b", { path: "/srv//pool" }), [
      'path /srv/pool is the directory of StoragePool "a" too: give one of them another `path`',
    ]);
  });

  it("is a MAC address in a network, and the port of a screen", async () => {
    const mac = "52:54:00:00:00:01";
    const nic = (network: string) => ({ ...machine, interfaces: { lan: { network, mac } } });
    assert.deepEqual(await problems("VirtualMachine", "boreas", nic(pool)), []);
    assert.match((await problems("VirtualMachine", "notus", nic(pool)))[0]!, /^interfaces.lan.mac 52:54.*"boreas" too/);
    assert.deepEqual(await problems("VirtualMachine", "eurus", nic(other)), []);
    assert.deepEqual(await problems("VirtualMachine", "a", { ...machine, graphics: { port: 5901 } }), []);
    assert.match(
      (await problems("VirtualMachine", "b", { ...machine, graphics: { port: 5901 } }))[0]!,
      /^graphics.port /,
    );
    assert.deepEqual(await problems("VirtualMachine", "c", { ...machine, graphics: {} }), []);
    assert.deepEqual(await problems("VirtualMachine", "d", { ...machine, graphics: {} }), []);
  });

  it("is the name of a snapshot, for each machine", async () => {
    const given = { machine: pool, name: "before" };
    assert.deepEqual(await problems("Snapshot", "a", given), []);
    assert.deepEqual(await problems("Snapshot", "b", given), [
      'name before is the name of Snapshot "a" too: give one of them another `name`',
    ]);
    assert.deepEqual(await problems("Snapshot", "c", { ...given, machine: other }), []);
    const yet = { machine: { id: unknown, name: "dev-boreas" }, name: "before" };
    assert.deepEqual(await problems("Snapshot", "d", yet), []);
    assert.equal((await problems("Snapshot", "e", yet)).length, 1);
    assert.match((await problems("Snapshot", "北", { machine: pool })).join(), /^$/);
  });
});

describe("what is in the way", () => {
  const uuid = "cccccccc-2222-4333-8444-555555555555";
  const mark = { project: "windy", stack: "dev", urn: identityOf("VirtualMachine", "notus").urn, incarnation: "i" };

  async function said(kind: Kind, found: Inputs, given: Inputs = { __lineage: lineage }): Promise<string> {
    const host = new FakeHost();
    const context = contextOf(host, kind);
    const run = { context, hypervisor: host.hypervisor, given, inputs: {}, made: {} };
    const failure = await foreign(run as never, kind, { name: "wind", uuid, ...found }).catch((error: Error) => error);
    return (failure as Error).message;
  }

  it("is this stack's own under another name: `aliases` is the way", async () => {
    for (const one of [mark, { ...mark, lineage }])
      assert.match(
        await said("VirtualMachine", { mark: one }),
        /a VirtualMachine "wind" already, VirtualMachine "notus" of this very stack\. If that was renamed in the program, give it the option `aliases: \[\{ name: "notus" \}\]`: it stays/,
      );
    const moved = { ...mark, urn: "urn:pulumi:dev::windy::lab$pulumi-nodejs:dynamic/windrose:VirtualMachine::boreas" };
    assert.ok((await said("VirtualMachine", { mark: moved })).includes(`\`aliases: ["${moved.urn}"]\``));
    assert.doesNotMatch(await said("VirtualMachine", { mark }), /adopt/);
  });

  it("is another stack's: a name of its own is the way, and adopting it the last", async () => {
    assert.match(
      await said("Network", { mark: { ...mark, project: "tides" } }),
      /which the stack tides\/dev made\. That one has it in its state: choose another `name` \(by default it is `<stack>-<name>`, whatever the project\)\. Only if tides\/dev is gone, set `adopt: true` and `uuid: "cccccccc-2222-4333-8444-555555555555"` to take it over\.$/,
    );
  });

  it("is some stack's, as far as its UUID tells", async () => {
    const text = await said("StoragePool", { uuid: uuid.replace("-4333-", "-8333-") });
    assert.match(text, /which another stack made, or this one for another resource\. If the resource was renamed/);
    assert.match(text, /If no state has it any more, set `adopt: true` and `uuid: "cccccccc-2222-8333-/);
  });

  it("is nobody's that is known, or of a state that was lost: adopting it is a way", async () => {
    for (const found of [{}, { mark: { ...mark, lineage: "0".repeat(32) } }])
      assert.match(
        await said("VirtualMachine", found),
        /which this stack did not make\. Choose another `name`, or set `adopt: true` and `uuid: "[0-9a-f-]+"` to take it over\.$/,
      );
  });
});
