import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../../../provider/basics/record";
import { consequencesOf, neighbour } from "./planned";

const lan = { network: "net-1", mac: "52:54:00:00:00:01", address: "172.17.2.2" };
const data = { pool: "p", size: "1GiB", target: "vdb" };
const olds = {
  name: "dev-it",
  memory: "2GiB",
  restart: "now",
  disks: { root: { pool: "p", size: "20GiB", target: "vda" } },
  interfaces: { lan },
};
const made = { volumes: { root: "p/root", seed: "p/seed.iso", "seed-1a2b3c": "p/old-seed.iso" } };
const update = (news: Inputs, rest: Inputs = {}) =>
  consequencesOf("VirtualMachine", "update", { olds: { ...olds, ...rest }, news: { ...olds, ...rest, ...news }, made });
const nic = (news: Inputs | undefined, rest: Inputs = {}) =>
  update({ interfaces: news ? { lan: { ...lan, ...news } } : {} }, rest).down;
const root = { what: "disks", names: ["root"], machine: "it" };

describe("consequences of a machine", () => {
  it("are a restart where `restart` has `up` do it, once for all fields", () => {
    const down = [{ what: "machine", name: "it", lasts: { while: ["restart"] } }];
    assert.deepEqual(update({ machineType: "pc", firmware: "uefi" }).down, down);
    for (const restart of ["refuse", "defer"]) assert.deepEqual(update({ machineType: "pc", restart }).down, []);
    assert.deepEqual(update({ memory: "1GiB", maxMemory: "2GiB" }).down, []);
  });

  it("are nothing that goes down where it is off", () => {
    const off = { running: false };
    assert.deepEqual(update({ machineType: "pc" }, off).down, []);
    assert.deepEqual(nic({ mac: "52:54:00:00:00:02" }, off), []);
    assert.deepEqual(consequencesOf("VirtualMachine", "delete", { olds: { ...olds, ...off }, made }).down, []);
  });

  it("are what its power is changed to", () => {
    const power = (news: Inputs) => update(news).down?.map(({ lasts }) => lasts);
    assert.deepEqual(power({ running: false }), ["switched-off"]);
    assert.deepEqual(power({ paused: true }), ["paused"]);
    assert.deepEqual(power({ running: false, paused: true }), ["switched-off"]);
    assert.deepEqual(update({ paused: false }, { paused: true }).down, []);
    assert.deepEqual(update({ running: true }, { running: false }).down, []);
  });

  it("are interfaces that go, or are plugged in again", () => {
    const interrupted = (lasts: string) => [{ what: "interface", name: "lan", machine: "it", lasts }];
    const again: Inputs[] = [
      { mac: "52:54:00:00:00:02" },
      { model: "e1000" },
      { mtu: 1400 },
      { network: "net-2" },
      { network: undefined, bridge: "br0" },
      { network: unknown, model: "e1000" },
    ];
    for (const news of again) assert.deepEqual(nic(news), interrupted("for-a-moment"), JSON.stringify(news));
    assert.deepEqual(nic({ link: "down" }), interrupted("cable-out"));
    assert.deepEqual(nic(undefined), interrupted("for-good"));
    assert.deepEqual(nic({ address: "172.17.2.3" }), []);
    assert.deepEqual(nic({ link: "up" }, { interfaces: { lan: { ...lan, link: "down" } } }), []);
    assert.deepEqual(update({ interfaces: { lan, wan: { bridge: "br0" } } }).down, []);
  });

  it("name the machine first, and what is over in a moment last", () => {
    const two = { lan, wan: { bridge: "br0" } };
    const { down } = update({ running: false, interfaces: { lan: { ...lan, mtu: 1400 } } }, { interfaces: two });
    assert.deepEqual(
      down?.map(({ what, lasts }) => [what, lasts]),
      [
        ["machine", "switched-off"],
        ["interface", "for-good"],
        ["interface", "for-a-moment"],
      ],
    );
  });

  it("are its disks where it goes, unless they are kept", () => {
    assert.deepEqual(consequencesOf("VirtualMachine", "delete", { olds, made }), {
      down: [{ what: "machine", name: "it", lasts: "for-good" }],
      lost: [root],
    });
    const replaced = consequencesOf("VirtualMachine", "replace", { olds, news: { ...olds, keepDisks: true }, made });
    assert.deepEqual([replaced.down?.[0]?.lasts, replaced.lost], ["until-recreated", [root]]);
    const kept = consequencesOf("VirtualMachine", "delete", { olds: { ...olds, keepDisks: true }, made });
    assert.deepEqual([kept.lost, kept.kept], [undefined, "disks"]);
    const adopted = { volumes: { seed: "p/seed.iso" } };
    assert.deepEqual(consequencesOf("VirtualMachine", "delete", { olds, made: adopted }).lost, []);
    // A state without the list, of a run that failed: what its inputs asked for.
    assert.deepEqual(consequencesOf("VirtualMachine", "delete", { olds }).lost, [root]);
  });

  it("are disks that it is left without, also by an earlier run", () => {
    const before = { disks: { ...olds.disks, data } };
    const volumes = { ...made.volumes, data: "p/data" };
    const lost = (disks: unknown, rest: Inputs = {}) =>
      consequencesOf("VirtualMachine", "update", {
        olds: { ...olds, ...rest },
        news: { ...olds, ...rest, disks },
        made: { volumes },
      }).lost;
    const gone = [{ ...root, names: ["data"] }];
    assert.deepEqual(lost(olds.disks, before), gone);
    assert.deepEqual(lost({ ...olds.disks, data: { volume: "p/v" } }, before), gone);
    assert.deepEqual(lost(olds.disks), gone);
    assert.deepEqual(lost(before.disks), []);
    assert.deepEqual(lost(olds.disks, { ...before, keepDisks: true }), []);
    assert.deepEqual(lost(unknown, before), []);
    assert.deepEqual(lost({ ...olds.disks, data: unknown }, before), []);
  });

  it("of a new one are what it shares with one that is deleted after it", () => {
    const other = neighbour("VirtualMachine", "other", { operation: "delete", olds });
    const clashes = (news: Inputs, others = [other]) =>
      consequencesOf("VirtualMachine", "create", { news, others }).clashes;
    const both = [
      { what: "address", value: "172.17.2.2" },
      { what: "name", value: "dev-it" },
    ];
    assert.deepEqual(clashes(olds), [{ name: "other", shares: both }]);
    assert.deepEqual(clashes({ ...olds, name: "new" }), [{ name: "other", shares: both.slice(0, 1) }]);
    assert.deepEqual(clashes({ ...olds, name: "new", interfaces: {} }), []);
    assert.deepEqual(clashes(olds, [{ ...other, leftOver: true }]), []);
    assert.deepEqual(clashes(olds, [{ ...other, operation: "update" }]), []);
  });
});
