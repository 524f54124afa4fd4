import assert from "node:assert/strict";
import { digest, report, type Sketch } from "./digests";

const cluster = { name: "winds", version: "1.34.3", endpoint: "winds-api:6443", podSubnet: "10.244.0.0/16" };
const worker = {
  machine: "m-notus",
  nodeName: "notus",
  role: "worker",
  address: "172.17.2.4",
  through: "m-boreas/boreas",
  cluster,
  source: { from: "image" },
  definition: { vcpus: 1, maxMemory: "2GiB" },
};
const { through: _, ...rest } = worker;
const first = { ...rest, machine: "m-boreas", nodeName: "boreas", role: "controlPlane", address: "172.17.2.2" };
const machineUrn = "urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:VirtualMachine::winds-notus";

const node = (sketch: Partial<Sketch>): Sketch => ({
  op: "update",
  kind: "KubernetesNode",
  name: "winds-notus",
  olds: worker,
  propertyDependencies: { machine: [machineUrn] },
  ...sketch,
});
const change = (sketch: Partial<Sketch>) => report(digest([node(sketch)])).changes[0]!;
const update = (news: object) => change({ news: { ...worker, ...news }, detailedDiff: Object.keys(news) });

describe("nodes in a preview summary", () => {
  it("are drained before they go, and while they are recreated", () => {
    const gone = change({ op: "delete" });
    assert.deepEqual(
      [gone.effect, gone.down, gone.lost],
      ["delete", ["node `winds-notus`, drained before, for good"], []],
    );
    const replaced = change({ op: "replace", news: { ...worker, machine: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } });
    assert.deepEqual(replaced.down, ["node `winds-notus`, drained before, until it has joined again"]);
    assert.deepEqual(change({ op: "create", olds: undefined, news: worker }).down, []);
  });

  it("are drained while they are upgraded, and while their machines restart", () => {
    const upgraded = update({ cluster: { ...cluster, version: "1.34.4" } });
    assert.equal(upgraded.effect, "live");
    assert.deepEqual(upgraded.down, ["node `winds-notus`, drained while it is upgraded"]);
    const resized = update({ definition: { vcpus: 1, maxMemory: "4GiB" } });
    assert.deepEqual(resized.down, ["node `winds-notus`, drained while its machine restarts"]);
    const larger = update({ definition: { vcpus: 1, maxVcpus: 2, maxMemory: "2GiB" } });
    assert.deepEqual(larger.down, ["node `winds-notus`, drained while its machine restarts"]);
    assert.deepEqual(update({ labels: { zone: "south" } }).down, []);
    assert.deepEqual(update({ labels: { zone: "south" } }).effect, "live");
  });

  it("hold the cluster, where the others join through them", () => {
    const gone = change({ op: "delete", olds: first, name: "winds-boreas" });
    assert.deepEqual(gone.down, ["cluster `winds`, for good"]);
    assert.deepEqual(gone.lost, ["all that the cluster `winds` holds"]);
    const heir = node({ name: "winds-kaikias", olds: { ...first, through: "x" }, news: first });
    const left = report(digest([node({ op: "delete", olds: first, name: "winds-boreas" }), heir])).changes[0]!;
    assert.deepEqual([left.down, left.lost], [["node `winds-boreas`, drained before, for good"], []]);
    const anew = { cluster: { ...cluster, generation: 2 } };
    const made = change({ op: "replace", olds: first, news: { ...first, ...anew }, name: "winds-boreas" });
    assert.deepEqual(made.down, ["cluster `winds`, until it is recreated"]);
    assert.deepEqual(made.lost, ["all that the cluster `winds` holds"]);
    const joined = change({ op: "replace", news: { ...worker, ...anew } });
    assert.deepEqual([joined.down, joined.lost], [["node `winds-notus`, until it has joined the new cluster"], []]);
  });

  it("say what is refused", () => {
    const notes = (news: object) => update({ cluster: { ...cluster, ...news } }).notes.join();
    assert.match(notes({ version: "1.34.2" }), /`cluster\.version` is refused: .*be downgraded/);
    assert.match(notes({ version: "1.36.0" }), /go to 1\.35 first/);
    assert.match(notes({ podSubnet: "10.100.0.0/16" }), /`cluster\.podSubnet` is refused: .*generation/);
  });

  it("are named by the machines that they restart", () => {
    const machine: Sketch = {
      op: "update",
      name: "winds-notus",
      olds: { memory: "1GiB", maxMemory: "2GiB", restart: "defer" },
      news: { memory: "1GiB", maxMemory: "4GiB", restart: "defer" },
      detailedDiff: ["maxMemory"],
    };
    const notes = (...others: Sketch[]) =>
      report(digest([machine, ...others])).changes.find(({ kind }) => kind === "VirtualMachine")!.notes;
    assert.deepEqual(notes(), ['Waits for the next restart: `restart` is `"defer"`.']);
    const restarting = node({ news: { ...worker, definition: { vcpus: 1, maxMemory: "4GiB" } } });
    assert.deepEqual(notes(restarting), ["Restarted by its node `winds-notus`, which is drained before."]);
  });
});
