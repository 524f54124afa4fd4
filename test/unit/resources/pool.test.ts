import assert from "node:assert/strict";
import { diff } from "../../../provider/lifecycle/diff";
import { read, remove } from "../../../provider/lifecycle/lifecycle";
import { storagePool } from "../../../provider/resources/storage-pool/definition";
import { anyOf, change, checkOf, contextOf, FakeHost, make } from "../fakes";

const definition = anyOf(storagePool);
const given = { host: "h1" };

describe("StoragePool", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });
  const context = () => contextOf(host, "StoragePool");

  it("is a directory of its own, started with the host", async () => {
    const made = await make(host, storagePool, given);
    const state = host.pools.get(made.id)!;
    assert.deepEqual([state.path, state.autostart], ["/var/lib/libvirt/images/dev-boreas", true]);
    const answer = (await read(definition, made.state, context()))!;
    assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
  });

  it("is not replaced for how its path is spelled", async () => {
    const made = await make(host, storagePool, { ...given, path: "/srv//pool/" });
    host.pools.set(made.id, { ...host.pools.get(made.id)!, path: "/srv/pool" });
    const answer = (await read(definition, made.state, context()))!;
    assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
    assert.deepEqual(diff(definition, made.state, { ...made.inputs, path: "/srv/pool" }).replaces, []);
  });

  it("takes nothing over by its UUID alone", async () => {
    const uuid = "cccccccc-2222-4333-8444-555555555555";
    const made = await make(host, storagePool, { ...given, uuid });
    await assert.rejects(make(host, storagePool, { ...given, uuid }), { code: "already-exists" });
    assert.equal((await make(host, storagePool, { ...given, uuid, adopt: true })).id, made.id);
  });

  it("changes owner and mode live", async () => {
    const made = await make(host, storagePool, given);
    host.changes();
    const changed = await change(host, storagePool, made, { ...given, owner: 64_055, mode: "750" });
    assert.deepEqual(host.changes(), ["pools.setPermissions"]);
    await change(host, storagePool, changed, { ...given, owner: 64_055, mode: "0750" });
    assert.deepEqual(host.changes(), []);
  });

  it("keeps a directory that was there before, and one with volumes of others", async () => {
    host.paths.add("/srv/old");
    const old = await make(host, storagePool, { ...given, path: "/srv/old" }, "old");
    host.addVolume({ pool: old.id, name: "theirs.qcow2" });
    await remove(definition, old.state, contextOf(host, "StoragePool", "old"));
    assert.ok(host.paths.has("/srv/old"));
    const own = await make(host, storagePool, given);
    host.addVolume({ pool: own.id, name: "theirs.qcow2" });
    await assert.rejects(remove(definition, own.state, context()), { code: "in-use" });
    host.volumes.clear();
    await remove(definition, own.state, context());
    await remove(definition, own.state, context());
    assert.equal(host.pools.size, 0);
  });

  it("refuses another's, and says how to adopt it", async () => {
    const uuid = "cccccccc-2222-4333-8444-555555555555";
    host.pools.set(uuid, {
      uuid,
      name: "dev-boreas",
      type: "dir",
      path: "/srv/x",
      active: true,
      autostart: true,
      capacity: 1,
      available: 1,
    });
    await assert.rejects(make(host, storagePool, given), { code: "already-exists" });
    for (const inputs of [given, { ...given, adopt: true }])
      await assert.rejects(make(host, storagePool, inputs), (error: Error) => {
        const hint = `Choose another \`name\`, or set \`adopt: true\` and \`uuid: "${uuid}"\` and \`path: "/srv/x"\` to take it over.`;
        assert.equal(error.message.split(". ").slice(1).join(". "), hint);
        assert.equal(error.message.match(/not ma[dk]e/g)?.length, 1, error.message);
        return true;
      });
    await assert.rejects(make(host, storagePool, { ...given, adopt: true, uuid }), { code: "replace-refused" });
    const made = await make(host, storagePool, { ...given, adopt: true, uuid, path: "/srv/x" });
    await remove(definition, made.state, context());
    assert.equal(host.pools.size, 0);
  });

  it("refuses paths that are none", async () => {
    for (const path of ["srv", "/srv/../etc", "/srv/./x", ""]) {
      assert.equal((await checkOf(storagePool, { ...given, path })).failures[0]?.property, "path", path);
    }
  });
});
