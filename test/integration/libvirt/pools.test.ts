import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createLibvirtHypervisor } from "../../../provider/drivers/libvirt/driver";
import { DriverHost, hasCode, mebibyte } from "./host-fixtures";

describe("libvirt's storage pools", function () {
  this.timeout(60_000);
  let host: DriverHost;

  before(async function () {
    this.timeout(240_000);
    host = await DriverHost.open("pools");
  });
  after(() => host?.close());

  it("makes a pool with its directory and reads it back as it was asked for", async () => {
    const asked = await host.pool({ mode: "0751", owner: 0, group: 0 });
    const state = await host.root.pools.find(asked.uuid);
    const { active, autostart, capacity, available, ...definition } = state!;
    assert.deepEqual(definition, asked);
    assert.deepEqual({ active, autostart }, { active: true, autostart: false });
    assert.ok(capacity > available && available > mebibyte);
    assert.equal(await host.text("stat", "-c", "%a %u:%g", asked.path), "751 0:0");
    assert.deepEqual(await host.root.pools.findByName(asked.name), state);
  });

  it("answers undefined for what is not there, and fails where libvirt does not answer", async () => {
    assert.equal(await host.root.pools.find(randomUUID()), undefined);
    assert.equal(await host.root.pools.findByName("nowhere"), undefined);
    const silent = createLibvirtHypervisor(host.root.transport, "qemu:///system?socket=/run/nobody");
    await assert.rejects(silent.pools.find(randomUUID()), hasCode("hypervisor-unavailable"));
    await silent.close();
  });

  it("may be told again, and finishes what is half-made", async () => {
    const asked = await host.pool();
    await host.root.pools.define(asked);
    await host.text("virsh", "pool-destroy", asked.name);
    await host.text("rmdir", asked.path);
    assert.equal((await host.root.pools.find(asked.uuid))?.active, false);
    await host.root.pools.define(asked);
    assert.equal((await host.root.pools.find(asked.uuid))?.active, true);
    assert.ok(await host.exists(asked.path));
  });

  it("leaves a directory that was there as it is, unless the definition says how it must be", async () => {
    const path = "/var/lib/windrose-test/there-before";
    await host.text("install", "-d", "-m", "0777", path);
    assert.equal(await host.root.pools.pathExists(path), true);
    assert.equal(await host.user.pools.pathExists(`${path}-not`), false);
    const first = await host.pool({ path });
    assert.equal(await host.text("stat", "-c", "%a", path), "777");
    await host.root.pools.remove(first.uuid, false);
    assert.ok(await host.exists(path));
    await host.pool({ path, mode: "0700" });
    assert.equal(await host.text("stat", "-c", "%a", path), "700");
  });

  it("names the other pool where the directory or the name is taken", async () => {
    const first = await host.pool();
    const named = (error: { code?: string; message?: string }) =>
      error.code === "already-exists" && error.message!.includes(first.name);
    await assert.rejects(host.pool({ path: first.path }), named);
    await assert.rejects(host.pool({ name: first.name }), named);
    await assert.rejects(host.pool({ uuid: first.uuid, path: "/var/lib/windrose-test/else" }), named);
  });

  it("sets the directory's permissions while a machine could use it, for a user without root's rights too", async () => {
    const asked = await host.pool();
    await host.user.pools.setPermissions({ ...asked, mode: "0705", owner: 0, group: 0 });
    const state = await host.root.pools.find(asked.uuid);
    assert.deepEqual([state?.mode, state?.active], ["0705", true]);
    assert.equal(await host.text("stat", "-c", "%a", asked.path), "705");
  });

  it("sets autostart, and starts a stopped pool", async () => {
    const asked = await host.pool();
    await host.root.pools.setAutostart(asked.uuid, true);
    await host.text("virsh", "pool-destroy", asked.name);
    await host.root.pools.start(asked.uuid);
    await host.root.pools.start(asked.uuid);
    const state = await host.root.pools.find(asked.uuid);
    assert.deepEqual([state?.autostart, state?.active], [true, true]);
  });

  it("lists what lies in the directory now, without unfinished downloads", async () => {
    const asked = await host.pool();
    await host.text("truncate", "-s", "1M", `${asked.path}/by-hand.raw`, `${asked.path}/.x.qcow2.partial`);
    const volumes = await host.root.pools.volumes(asked.uuid);
    assert.deepEqual(
      volumes.map(({ name, format, capacity }) => ({ name, format, capacity })),
      [{ name: "by-hand.raw", format: "raw", capacity: mebibyte }],
    );
  });

  it("removes the directory only if told and empty, and may be told again", async () => {
    const kept = await host.pool();
    await host.text("touch", `${kept.path}/foreign`);
    await host.root.pools.remove(kept.uuid, true);
    assert.ok(await host.exists(`${kept.path}/foreign`));
    assert.equal(await host.root.pools.find(kept.uuid), undefined);
    const gone = await host.pool();
    await host.text("touch", `${gone.path}/.x.partial`, `${gone.path}/.x.partial.source`);
    await host.root.pools.remove(gone.uuid, true);
    assert.equal(await host.exists(gone.path), false);
    await host.root.pools.remove(gone.uuid, true);
  });
});
