import assert from "node:assert/strict";
import { diff } from "../../../provider/lifecycle/diff";
import { read, remove } from "../../../provider/lifecycle/lifecycle";
import { snapshot } from "../../../provider/resources/snapshot/definition";
import { anyOf, change, checked, contextOf, FakeHost, halfMade, make } from "../fakes";

const machine = "11111111-2222-8333-8444-555555555555";
const given = { host: "h1", machine };
const definition = anyOf(snapshot);

describe("Snapshot", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.addMachine(machine);
  });
  const context = () => contextOf(host, "Snapshot");

  it("has the resource's name, and holds memory where the machine runs", async () => {
    const made = await make(host, snapshot, given);
    assert.equal(made.id, `${machine}/boreas`);
    assert.equal(host.snapshots.get(made.id)?.memory, true);
    host.addMachine(machine, { power: "shutoff" });
    const off = await make(host, snapshot, given, "off");
    assert.equal(host.snapshots.get(off.id)?.memory, false);
  });

  it("reads back without a change, with and without a description", async () => {
    for (const description of [undefined, "before the upgrade\nof March"]) {
      const made = await make(host, snapshot, { ...given, description }, description ? "two" : "one");
      const answer = (await read(definition, made.state, context()))!;
      assert.deepEqual(answer.inputs, made.inputs);
      assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
    }
  });

  it("is gone where another stands under its name", async () => {
    const made = await make(host, snapshot, given);
    Object.assign(host.snapshots.get(made.id)!, { description: "theirs", mark: undefined, created: 1 });
    assert.equal(await read(definition, made.state, context()), undefined);
    host.changes();
    await assert.rejects(change(host, snapshot, made, { ...given, restore: "2" }));
    assert.deepEqual(host.changes(), []);
    assert.equal(host.snapshots.get(made.id)!.description, "theirs");
  });

  it("changes its description live, and keeps our mark", async () => {
    const made = await make(host, snapshot, given);
    const changed = await change(host, snapshot, made, { ...given, description: "good" });
    const there = host.snapshots.get(made.id)!;
    assert.equal(there.description, "good");
    assert.match(there.mark!, /^[0-9a-f]{8}$/);
    there.description = "bad";
    assert.equal((await read(definition, changed.state, context()))!.inputs.description, "bad");
  });

  it("rolls back for a new token, once, and never for the one that it was made with", async () => {
    const made = await make(host, snapshot, { ...given, restore: "1" });
    assert.ok(!host.changes().includes("snapshots.restore"));
    const rolled = await change(host, snapshot, made, { ...given, restore: "2" });
    assert.deepEqual(host.changes(), ["snapshots.restore"]);
    assert.equal(rolled.state.restoredToken, "2");
    const same = await change(host, snapshot, rolled, { ...given, restore: "2", description: "x" });
    await change(host, snapshot, same, { ...given });
    assert.ok(!host.changes().includes("snapshots.restore"));
  });

  it("tries a failed roll-back again", async () => {
    const made = await make(host, snapshot, given);
    host.fail("snapshots.restore");
    const half = await halfMade(change(host, snapshot, made, { ...given, restore: "2" }));
    assert.deepEqual(half.outputs.__pending, ["restore"]);
    host.failing.clear();
    host.changes();
    await change(host, snapshot, { ...made, state: half.outputs }, { ...given, restore: "2" });
    assert.deepEqual(host.changes(), ["snapshots.restore"]);
  });

  it("does not roll back to what was only just made in place of a lost one", async () => {
    const made = await make(host, snapshot, given);
    host.snapshots.clear();
    host.changes();
    await change(host, snapshot, made, { ...given, restore: "2" });
    assert.deepEqual(host.changes(), ["snapshots.create"]);
  });

  it("finishes what a killed run left, and refuses what is another's", async () => {
    await make(host, snapshot, given);
    host.changes();
    await make(host, snapshot, given);
    assert.deepEqual(host.changes(), []);
    const inputs = await checked(snapshot, given);
    Object.assign(host.snapshots.get(`${machine}/boreas`)!, { description: "by hand", mark: undefined });
    await assert.rejects(make(host, snapshot, given), { code: "already-exists" });
    const adopted = await make(host, snapshot, { ...given, adopt: true });
    assert.equal(host.snapshots.get(adopted.id)!.mark, inputs.suffix);
  });

  it("deletes its own and no other", async () => {
    const made = await make(host, snapshot, given);
    const own = host.snapshots.get(made.id)!;
    host.snapshots.set(made.id, { ...own, description: "by hand", mark: undefined, created: own.created + 1000 });
    await assert.rejects(remove(definition, made.state, context()), { code: "foreign" });
    host.snapshots.set(made.id, own);
    await remove(definition, made.state, context());
    await remove(definition, made.state, context());
    assert.equal(host.snapshots.size, 0);
  });

  it("needs its machine", async () => {
    host.machines.clear();
    await assert.rejects(make(host, snapshot, given), { code: "not-found" });
  });
});
