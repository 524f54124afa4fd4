import assert from "node:assert/strict";
import { diff } from "../../../provider/lifecycle/diff";
import { read, remove } from "../../../provider/lifecycle/lifecycle";
import { derivedSuffix } from "../../../provider/lifecycle/ownership";
import { volume } from "../../../provider/resources/volume/definition";
import {
  anyOf,
  change,
  checked,
  checkOf,
  contextOf,
  FakeHost,
  halfMade,
  identityOf,
  lineage,
  make,
  refusalOf,
} from "../fakes";
import { condemned } from "./condemned";

const pool = "aaaaaaaa-2222-8333-8444-555555555555";
const definition = anyOf(volume);
const given = { host: "h1", pool, size: "1GiB" };
const fileName = `dev-boreas-${derivedSuffix(lineage, identityOf("Volume").urn)}.qcow2`;

describe("Volume", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });
  const context = () => contextOf(host, "Volume");

  it("is made under a name that derives from lineage and identity", async () => {
    const made = await make(host, volume, given);
    assert.equal(made.id, `${pool}/${fileName}`);
    assert.equal(made.state.path, `/pool/${fileName}`);
    assert.equal(host.volumes.get(made.id)?.capacity, 2 ** 30);
  });

  it("reads back without a change", async () => {
    const made = await make(host, volume, { ...given, owner: 0, mode: "600" });
    const answer = (await read(definition, made.state, context()))!;
    assert.deepEqual(answer.inputs, made.inputs);
    assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
  });

  it("shows what was changed on the host, and nothing else", async () => {
    const made = await make(host, volume, { ...given, mode: "0600" });
    Object.assign(host.volumes.get(made.id)!, { mode: "0644", owner: 64_055, allocation: 10 ** 9 });
    const answer = (await read(definition, made.state, context()))!;
    assert.deepEqual(answer.inputs, { ...made.inputs, mode: "0644" });
    assert.equal(answer.outputs.allocation, made.state.allocation);
  });

  it("is gone when it is gone, and an error when the host fails", async () => {
    const made = await make(host, volume, given);
    host.fail("volumes.find", "host-unreachable");
    await assert.rejects(read(definition, made.state, context()), { code: "host-unreachable" });
    host.failing.clear();
    host.volumes.clear();
    assert.equal(await read(definition, made.state, context()), undefined);
  });

  it("grows in place, and twice is no error", async () => {
    const made = await make(host, volume, given);
    host.changes();
    const grown = await change(host, volume, made, { ...given, size: "2GiB" });
    assert.deepEqual(host.changes(), ["volumes.grow"]);
    assert.equal(grown.id, made.id);
    await change(host, volume, grown, { ...given, size: "2048MiB" });
    assert.deepEqual(host.changes(), []);
  });

  it("refuses to shrink, at preview", async () => {
    const made = await make(host, volume, given);
    const smaller = await checked(volume, { ...given, size: "512MiB" }, made.inputs);
    assert.match(refusalOf(volume, made.state, smaller), /^size: .*never made smaller \(1GiB → 512MiB\)/);
  });

  it("refuses to shrink below its image, before anything is made", async () => {
    host.addVolume({ pool, name: "base.qcow2", capacity: 2 * 2 ** 30 });
    await assert.rejects(make(host, volume, { ...given, image: `${pool}/base.qcow2` }), { code: "invalid-input" });
    assert.deepEqual(host.changes(), []);
  });

  it("is a linked clone of its image, of the image's size", async () => {
    const base = host.addVolume({ pool, name: "base.img", format: "raw", capacity: 5 * 2 ** 30 });
    const made = await make(host, volume, { host: "h1", pool, image: `${pool}/base.img` });
    const state = host.volumes.get(made.id)!;
    assert.equal(state.backingPath, base.path);
    assert.equal(state.capacity, base.capacity);
    assert.equal(diff(definition, made.state, made.inputs).rows.length, 0);
  });

  it("is a full copy where that is asked for, also in another pool", async () => {
    host.addVolume({ pool, name: "base.qcow2" });
    await make(host, volume, {
      host: "h1",
      pool: "bbbbbbbb-2222-8333-8444-555555555555",
      image: `${pool}/base.qcow2`,
      clone: "full",
    });
    assert.deepEqual(host.changes(), ["volumes.copy"]);
  });

  for (const [what, bad, property] of [
    ["no size and no image", { size: undefined }, "size"],
    ["an image and a volume", { image: `${pool}/a`, from: `${pool}/b` }, "from"],
    ["a linked clone in raw", { image: `${pool}/a`, format: "raw" }, "format"],
    ["a linked clone in another pool", { image: "bbbbbbbb-2222-8333-8444-555555555555/a" }, "clone"],
    ["a linked clone that is allocated", { image: `${pool}/a`, preallocation: "full" }, "preallocation"],
    ["a size that is none", { size: "many" }, "size"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { failures } = await checkOf(volume, { ...given, ...bad });
      assert.deepEqual(
        failures.map((failure) => failure.property),
        [property],
      );
    });
  }

  it("finishes what a killed run left, and refuses what is another's", async () => {
    const known = { ...given, __lineage: lineage };
    const first = await make(host, volume, known);
    const again = await make(host, volume, known);
    assert.equal(again.id, first.id);
    // Of another lineage, under a name that looks like one of ours.
    host.addVolume({ pool, name: "dev-boreas-deadbeef.qcow2" });
    const alike = { ...known, volumeName: "dev-boreas-deadbeef.qcow2" };
    await assert.rejects(make(host, volume, alike), { code: "already-exists" });
    host.addVolume({ pool, name: "data.qcow2" });
    await assert.rejects(make(host, volume, { ...given, volumeName: "data.qcow2" }), { code: "already-exists" });
  });

  it("adopts a volume by its name, and leaves it when it is deleted", async () => {
    host.addVolume({ pool, name: "data.qcow2" });
    const made = await make(host, volume, { ...given, volumeName: "data.qcow2", adopt: true });
    await remove(definition, made.state, context());
    assert.ok(host.volumes.has(`${pool}/data.qcow2`));
  });

  it("keeps the steps that are owed when one fails", async () => {
    const made = await make(host, volume, given);
    host.fail("volumes.grow", "no-space");
    const half = await halfMade(change(host, volume, made, { ...given, size: "2GiB" }));
    assert.equal(half.error.code, "no-space");
    assert.deepEqual(half.outputs.__pending, ["size", "permissions"]);
    host.failing.clear();
    const done = await change(host, volume, { ...made, state: half.outputs }, { ...given, size: "2GiB" });
    assert.equal(done.state.__pending, undefined);
    assert.equal(host.volumes.get(made.id)?.capacity, 2 ** 31);
  });

  it("is not deleted while a machine or another volume needs it", async () => {
    const made = await make(host, volume, given);
    host.addMachine("m1", { name: "zephyr", paths: [String(made.state.path)] });
    await assert.rejects(remove(definition, made.state, context()), /is a disk of zephyr/);
    host.machines.clear();
    host.addVolume({ pool, name: "child.qcow2", backingPath: String(made.state.path) });
    await assert.rejects(remove(definition, made.state, context()), /backing file of child\.qcow2/);
    host.volumes.delete(`${pool}/child.qcow2`);
    await remove(definition, made.state, context());
    await remove(definition, made.state, context());
    assert.equal(host.volumes.size, 0);
  });

  it("takes a condemned image along when it was its last user", async () => {
    const base = condemned(host, pool, "base.qcow2");
    const one = await make(host, volume, { ...given, image: `${pool}/base.qcow2` }, "one");
    const two = await make(host, volume, { ...given, image: `${pool}/base.qcow2` }, "two");
    await remove(definition, one.state, context());
    assert.ok([...host.volumes.values()].some((left) => left.path === base.path));
    await remove(definition, two.state, context());
    assert.deepEqual([...host.volumes.keys()], []);
  });
});
