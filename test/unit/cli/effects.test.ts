import assert from "node:assert/strict";
import { unknown } from "../../../provider/basics/record";
import { digest, machine, made, report, type Sketch } from "./digests";

const change = (sketch: Sketch, others: Sketch[] = []) => {
  const all = report(digest([sketch, ...others])).changes;
  assert.ok(all[0]);
  return all[0];
};
const update = (news: object, rest: Partial<Sketch> = {}) =>
  change({
    op: "update",
    olds: machine,
    news: { ...machine, ...news },
    outputs: made,
    detailedDiff: Object.keys(news),
    ...rest,
  });

describe("effects in a preview summary", () => {
  it("are those of the field tables", () => {
    assert.equal(update({ memory: "4GiB" }).effect, "live");
    assert.equal(update({ memory: "4GiB", maxMemory: "16GiB" }).effect, "restart");
    assert.equal(update({ keepDisks: true }).effect, "local");
    assert.deepEqual(
      update({ memory: "4GiB", machineType: "pc" }).fields.map(({ path, old, new: value, effect }) => [
        path,
        old,
        value,
        effect,
      ]),
      [
        ["memory", "2GiB", "4GiB", "live"],
        ["machineType", undefined, "pc", "restart"],
      ],
    );
  });

  it("say what a restart takes down, by the machine's own `restart`", () => {
    const now = update({ machineType: "pc", restart: "now" });
    assert.deepEqual(now.down, ["`boreas`, while it restarts"]);
    const refused = update({ machineType: "pc" });
    assert.deepEqual(refused.down, []);
    assert.match(refused.notes.join(), /`restart` is `"refuse"`: `up` refuses this while the machine runs/);
    const deferred = update({ machineType: "pc", restart: "defer" });
    assert.deepEqual(deferred.down, []);
    assert.match(deferred.notes.join(), /next restart/);
  });

  it("take nothing down where the machine is off", () => {
    const olds = { ...machine, running: false };
    const off = update({ machineType: "pc", running: false, restart: "now" }, { olds });
    assert.equal(off.effect, "live");
    assert.deepEqual(off.down, []);
    assert.deepEqual(change({ op: "delete", olds, outputs: made }).down, []);
  });

  it("say what goes down though its effect is live", () => {
    assert.deepEqual(update({ running: false }).down, ["`boreas`, switched off"]);
    assert.deepEqual(update({ paused: true }).down, ["`boreas`, stands still"]);
    const nic = (lan: object | undefined) => update({ interfaces: lan ? { lan } : {} }).down;
    assert.deepEqual(nic({ ...machine.interfaces.lan, mac: "52:54:00:00:00:02" }), [
      "interface `lan` of `boreas`, for a moment",
    ]);
    assert.deepEqual(nic({ ...machine.interfaces.lan, link: "down" }), [
      "interface `lan` of `boreas`, its cable is out",
    ]);
    assert.deepEqual(nic(undefined), ["interface `lan` of `boreas`, for good"]);
  });

  it("name the disks that are lost with a machine, and none that stay", () => {
    const gone = change({ op: "delete", olds: machine, outputs: made });
    assert.equal(gone.effect, "delete");
    assert.deepEqual(gone.lost, ["all on the disk `root` of `boreas`"]);
    assert.deepEqual(gone.down, ["`boreas`, for good"]);
    const kept = change({ op: "delete", olds: { ...machine, keepDisks: true }, outputs: made });
    assert.deepEqual(kept.lost, []);
    // What the state holds counts: a delete does not see the program.
    const late = change({ op: "replace", olds: machine, news: { ...machine, keepDisks: true }, outputs: made });
    assert.deepEqual(late.lost, ["all on the disk `root` of `boreas`"]);
    // An adopted disk is in no list of what was made with it.
    assert.deepEqual(
      change({ op: "delete", olds: machine, outputs: { volumes: { seed: "pool-id/seed.iso" } } }).lost,
      [],
    );
    assert.deepEqual(change({ op: "delete", olds: machine, outputs: made, old: { retainOnDelete: true } }).lost, []);
    assert.equal(change({ op: "delete", olds: machine, outputs: made, old: { retainOnDelete: true } }).effect, "local");
  });

  it("lose nothing of what is replaced and stays on the host", () => {
    const stays = change({ op: "replace", olds: machine, news: machine, outputs: made, old: { retainOnDelete: true } });
    assert.deepEqual(stays.lost, []);
    assert.match(stays.notes.join(), /Stays on the host/);
  });

  it("name a disk that is taken from a machine that stays", () => {
    const olds = { ...machine, disks: { ...machine.disks, data: { pool: "pool-id", size: "1GiB", target: "vdb" } } };
    const outputs = { volumes: { ...made.volumes, data: "pool-id/data" } };
    const sketch = { op: "update", olds, news: machine, outputs, detailedDiff: ["disks.data"] };
    assert.deepEqual(change(sketch).lost, ["all on the disk `data` of `boreas`"]);
    assert.deepEqual(change({ ...sketch, news: { ...machine, keepDisks: true } }).lost, []);
  });

  it("know volumes, networks and snapshots", () => {
    const volume = { kind: "Volume", name: "data", olds: { host: "h", pool: "p", size: "1GiB" } };
    assert.deepEqual(change({ op: "delete", ...volume }).lost, ["all on the volume `data`"]);
    assert.deepEqual(change({ op: "delete", ...volume, outputs: { __adopted: true } }).lost, []);
    const network = { kind: "Network", name: "lan", id: "net-id", olds: { host: "h", mode: "nat", domain: "a" } };
    const user = { op: "same", olds: machine, news: machine };
    const replaced = change({ op: "replace", ...network, news: { host: "h", mode: "isolated" } }, [user]);
    assert.deepEqual(replaced.down, ["network `lan`, until it is recreated, with it `boreas`"]);
    const restarted = change({ op: "update", ...network, news: { host: "h", mode: "nat", domain: "b" } }, [user]);
    assert.deepEqual(restarted.down, ["network `lan`, for a moment, with it `boreas`"]);
    const of = { machine: ["urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:VirtualMachine::boreas"] };
    const olds = { host: "h", machine: "m", name: "before" };
    const snapshot = { kind: "Snapshot", name: "before", olds, propertyDependencies: of };
    assert.deepEqual(change({ op: "delete", ...snapshot }).lost, ["the point in time `before` of `boreas`"]);
    const back = { op: "update", ...snapshot, news: { ...olds, restore: "1" } };
    assert.deepEqual(change(back).lost, ["what `boreas` wrote since the snapshot `before`"]);
    assert.deepEqual(change({ ...back, outputs: { restoredToken: "1" } }).lost, []);
  });

  it("know that a bridge moves the host's own network", () => {
    const olds = { host: "h", nic: "eno1", name: "br0" };
    const bridge = { kind: "HostBridge", name: "br0", olds };
    const own = "the host's own network over `eno1`, for a moment";
    assert.deepEqual(change({ op: "create", ...bridge, olds: undefined, news: olds }).down, [own]);
    assert.deepEqual(change({ op: "delete", ...bridge }).down, [
      "bridge `br0`, for good, with what is plugged into it",
      own,
    ]);
    assert.deepEqual(change({ op: "update", ...bridge, news: { ...olds, mtu: 9000 } }).down, [own]);
    assert.deepEqual(change({ op: "update", ...bridge, news: { ...olds, rollbackAfter: 30 } }).down, []);
  });

  it("say that it is not known what a script or another package does", () => {
    const script = { host: "h", create: "make", delete: "unmake" };
    const command = { kind: "Command", name: "setup", olds: script };
    const runs = (sketch: Sketch) => change(sketch).unforeseen;
    assert.equal(runs({ op: "create", ...command, olds: undefined, news: script }), true);
    assert.equal(runs({ op: "update", ...command, news: { ...script, create: "make more" } }), true);
    assert.equal(runs({ op: "update", ...command, news: { ...script, delete: "other" } }), false);
    assert.equal(runs({ op: "delete", ...command }), true);
    assert.equal(runs({ op: "delete", ...command, olds: { host: "h", create: "make" } }), false);
    const pet = { type: "random:index/randomPet:RandomPet", olds: {} };
    assert.equal(runs({ op: "delete", ...pet }), true);
    assert.equal(runs({ op: "delete", ...pet, old: { retainOnDelete: true } }), false);
  });

  it("count what is not yet known as the engine does", () => {
    const disks = { root: { ...machine.disks.root, image: unknown } };
    const replaced = update(
      { disks },
      { op: "replace", replaceReasons: ["disks"], detailedDiff: ["disks.root.image"] },
    );
    assert.equal(replaced.effect, "replace");
    assert.deepEqual(
      replaced.fields.map((field) => [field.path, field.new, field.effect]),
      [["disks.root.image", unknown, "replace"]],
    );
  });

  it("say why a resource is replaced or updated though no field asks for it", () => {
    assert.match(update({}, { op: "replace", old: { taint: true } }).notes.join(), /tainted/);
    assert.match(update({}, { op: "replace", replaceReasons: ["memory"] }).notes.join(), /for `memory`/);
    assert.match(update({}, { outputs: { ...made, __pending: ["power", "wait"] } }).notes.join(), /`power`, `wait`/);
    assert.match(update({ __connection: "other" }).notes.join(), /reached changes/);
  });

  it("judge a state of a later release by the engine's operation alone", () => {
    const sketch = { op: "update", olds: machine, news: { ...machine, memory: "4GiB" } };
    const later = change({ ...sketch, outputs: { ...made, __schema: 999 } });
    assert.equal(later.effect, "unknown");
    assert.match(later.notes.join(), /schema 999/);
    const gone = change({ op: "delete", olds: machine, outputs: { ...made, __schema: 999 } });
    assert.deepEqual(gone.lost, ["all on the disk `root` of `boreas`"]);
  });

  it("of another package are the engine's operation", () => {
    const pet = { type: "random:index/randomPet:RandomPet", name: "pet" };
    const sketch = {
      op: "replace",
      ...pet,
      olds: { length: 1 },
      news: { length: 2 },
      detailedDiff: ["length"],
      replaceReasons: ["length"],
    };
    const replaced = change(sketch);
    assert.equal(replaced.kind, undefined);
    assert.equal(replaced.effect, "replace");
    assert.deepEqual(
      replaced.fields.map(({ path, old, new: value, effect }) => [path, old, value, effect]),
      [["length", 1, 2, "replace"]],
    );
    assert.equal(change({ ...sketch, op: "update", replaceReasons: [] }).effect, "update");
  });

  it("of a replacement in several steps are one change", () => {
    const [news, olds] = [{ ...machine, name: "other" }, machine];
    const steps = [
      { op: "delete-replaced", olds, outputs: made },
      { op: "replace", olds, news, outputs: made, detailedDiff: ["name"], replaceReasons: ["name"] },
      { op: "create-replacement", olds, news, outputs: made },
    ];
    const all = report(digest(steps)).changes;
    assert.equal(all.length, 1);
    assert.equal(all[0]?.effect, "replace");
    assert.deepEqual(
      all[0]?.fields.map((field) => field.path),
      ["name"],
    );
  });
});
