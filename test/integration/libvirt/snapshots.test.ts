import assert from "node:assert/strict";
import { hasCode } from "../../../provider/basics/errors";
import type { MachineDefinition, SnapshotDefinition } from "../../../provider/drivers/model";
import { disk, MachineHost, megabyte, work } from "./machine-fixtures";

describe("libvirt snapshots", () => {
  let host: MachineHost;

  before(async function () {
    this.timeout(600_000);
    host = await MachineHost.open("eurus");
  });

  afterEach(async function () {
    this.timeout(60_000);
    await host?.removeMade();
  });

  after(async function () {
    this.timeout(60_000);
    await host?.close();
  });

  const mark = "0123abcd";
  const unsupported = (error: unknown) => hasCode(error, "unsupported");
  const of = (machine: string, name: string, changes: Partial<SnapshotDefinition> = {}): SnapshotDefinition => ({
    machine,
    name,
    mark,
    memory: false,
    quiesce: false,
    ...changes,
  });

  async function started(
    changes: Partial<MachineDefinition> = {},
  ): Promise<{ definition: MachineDefinition; address: string }> {
    const definition = await host.guest(changes);
    await host.machines.define(definition);
    await host.machines.start(definition.uuid);
    return { definition, address: await host.address(definition.uuid) };
  }

  it("of a running guest hold memory and disk, with a raw readonly seed attached", async function () {
    this.timeout(180_000);
    const { machines, snapshots } = host;
    const empty = disk({ key: "media", device: "cdrom", bus: "scsi", target: "sda", format: "raw", readonly: true });
    const { definition, address } = await started({ maxMemory: 256 * megabyte, disks: [empty] });
    const { uuid } = definition;
    const guest = (command: string) => host.inGuest(address, command);
    await guest("echo one > /tmp/mark");
    const boot = await guest("cat /proc/sys/kernel/random/boot_id");
    const snapshot = of(uuid, "first", { memory: true, description: "before <it>" });
    await snapshots.create(snapshot, work());
    await snapshots.create(snapshot, work());
    await assert.rejects(snapshots.create({ ...snapshot, memory: false }, work()), (error) =>
      hasCode(error, "already-exists"),
    );
    const state = await snapshots.find(uuid, "first");
    assert.ok(state && Math.abs(state.created - Date.now()) < 120_000);
    const { created: _, ...rest } = state;
    assert.deepEqual(rest, {
      machine: uuid,
      name: "first",
      description: "before <it>",
      mark,
      power: "running",
      memory: true,
      current: true,
      external: false,
    });

    await guest("echo two > /tmp/mark");
    await snapshots.create(of(uuid, "second", { memory: true }), work());
    assert.deepEqual(
      (await snapshots.list(uuid)).map(({ name, parent, current }) => [name, parent, current]),
      [
        ["first", undefined, false],
        ["second", "first", true],
      ],
    );

    // The definition moves on; the roll-back must not take it back.
    await machines.setMetadata(uuid, undefined, undefined, { team: "winds" });
    await machines.define({ ...definition, metadata: { team: "winds" }, maxVcpus: 2 });
    await snapshots.restore(uuid, "first", work());
    assert.equal(await guest("cat /tmp/mark"), "one");
    assert.equal(await guest("cat /proc/sys/kernel/random/boot_id"), boot);
    const after = await machines.find(uuid);
    assert.deepEqual([after?.power, after?.stored.metadata, after?.stored.maxVcpus], ["running", { team: "winds" }, 2]);

    // From off, to the running state.
    await machines.shutdown(uuid, { timeout: 0, force: true }, work());
    await snapshots.restore(uuid, "second", work());
    assert.equal((await machines.find(uuid))?.power, "running");
    assert.equal(await guest("cat /tmp/mark"), "two");

    await snapshots.describe(uuid, "first", "after & all", mark);
    await snapshots.describe(uuid, "second", "the second", mark);
    assert.deepEqual(
      (await snapshots.list(uuid)).map(({ description, current }) => [description, current]),
      [
        ["after & all", false],
        ["the second", true],
      ],
    );
    await snapshots.restore(uuid, "first", work());
    assert.equal(await guest("cat /tmp/mark"), "one");
    await snapshots.delete(uuid, "first", work());
    await snapshots.delete(uuid, "first", work());
    assert.equal(await snapshots.find(uuid, "first"), undefined);
    assert.deepEqual(
      (await snapshots.list(uuid)).map(({ name, parent }) => [name, parent]),
      [["second", undefined]],
    );
    assert.equal(await guest("cat /tmp/mark"), "one");
  });

  it("of a stopped machine hold its disks, and leave it stopped", async function () {
    this.timeout(60_000);
    const { machines, snapshots, host: there } = host;
    const path = await host.image("stopped");
    const definition = host.definition({ disks: [disk({ key: "root", target: "vda", path })] });
    const { uuid } = definition;
    await machines.define(definition);
    const write = (text: string) => there.exec(["qemu-io", "-c", `write -P ${text} 0 512`, path]);
    const holds = async (text: string) =>
      (await there.exec(["qemu-io", "-r", "-c", `read -P ${text} 0 512`, path], { check: false })).code === 0;
    await write("0x11");
    await snapshots.create(of(uuid, "clean"), work());
    await write("0x22");
    assert.deepEqual([await holds("0x11"), await holds("0x22")], [false, true]);
    assert.equal((await snapshots.find(uuid, "clean"))?.power, "shutoff");
    await snapshots.restore(uuid, "clean", work());
    assert.equal((await machines.find(uuid))?.power, "shutoff");
    assert.deepEqual([await holds("0x11"), await holds("0x22")], [true, false]);
    await machines.start(uuid);
    await snapshots.restore(uuid, "clean", work());
    assert.equal((await machines.find(uuid))?.power, "shutoff");
    await snapshots.delete(uuid, "clean", work());
    assert.deepEqual(await snapshots.list(uuid), []);
    assert.doesNotMatch((await there.exec(["qemu-img", "snapshot", "-l", path])).stdout, /clean/);
  });

  it("never touch the image that a disk is a clone of", async function () {
    this.timeout(60_000);
    const { machines, snapshots, host: there } = host;
    const digest = async () => (await there.exec(["sha256sum", "/var/lib/libvirt/images/micro.qcow2"])).stdout;
    const before = await digest();
    const definition = await host.guest();
    await machines.define(definition);
    await snapshots.create(of(definition.uuid, "a"), work());
    await snapshots.create(of(definition.uuid, "b"), work());
    await snapshots.restore(definition.uuid, "a", work());
    await snapshots.delete(definition.uuid, "a", work());
    await snapshots.delete(definition.uuid, "b", work());
    assert.equal(await digest(), before);
  });

  it("are refused where they can't be, before anything is changed", async function () {
    this.timeout(60_000);
    const { machines, snapshots } = host;
    const qcow = disk({ key: "root", target: "vda", path: await host.image("refused") });
    const raw = disk({
      key: "raw",
      target: "vdb",
      format: "raw",
      path: await host.image("refused", { format: "raw" }),
    });
    const definition = host.definition({ disks: [qcow, raw] });
    const { uuid } = definition;
    await machines.define(definition);
    await assert.rejects(snapshots.create(of(uuid, "s"), work()), (error) => {
      assert.ok(hasCode(error, "unsupported"));
      assert.match(error.message, /vdb/);
      return true;
    });
    await machines.detachDisk(uuid, "raw", work());
    await assert.rejects(snapshots.create(of(uuid, "s", { memory: true }), work()), unsupported);
    await assert.rejects(snapshots.create(of(uuid, "s", { quiesce: true }), work()), unsupported);
    await machines.start(uuid, { paused: true });
    await assert.rejects(snapshots.create(of(uuid, "s"), work()), unsupported);
    assert.deepEqual(await snapshots.list(uuid), []);
    await machines.define({
      ...definition,
      disks: [qcow],
      patch: {
        set: {
          "/domain/os/loader[@type='pflash']": "/var/lib/libvirt/images/code.fd",
          "/domain/os/loader/@readonly": "yes",
          "/domain/os/nvram": "/var/lib/libvirt/images/vars.fd",
        },
      },
    });
    await machines.shutdown(uuid, { timeout: 0, force: true }, work());
    await assert.rejects(snapshots.create(of(uuid, "s"), work()), unsupported);
    assert.deepEqual(await snapshots.list(uuid), []);
  });

  it("are not restored to other disks, nor to one that lost them", async function () {
    this.timeout(60_000);
    const { machines, snapshots, host: there } = host;
    const path = await host.image("moved");
    const definition = host.definition({ disks: [disk({ key: "root", target: "vda", path })] });
    const { uuid } = definition;
    await machines.define(definition);
    await snapshots.create(of(uuid, "s"), work());
    const other = disk({ key: "data", target: "vdb", path: await host.image("moved-too") });
    await machines.attachDisk(uuid, other);
    await assert.rejects(snapshots.restore(uuid, "s", work()), (error) => {
      assert.ok(hasCode(error, "replace-refused"));
      assert.match(error.message, /moved-too/);
      return true;
    });
    assert.equal((await machines.find(uuid))?.stored.disks.length, 2);
    await machines.detachDisk(uuid, "data", work());
    await there.exec(["qemu-img", "snapshot", "-d", "s", path]);
    await assert.rejects(snapshots.restore(uuid, "s", work()), (error) => hasCode(error, "not-found"));
    await assert.rejects(snapshots.restore(uuid, "none", work()), (error) => hasCode(error, "not-found"));
  });

  /** A running guest with a snapshot of its disk `data`, which it has no more. */
  async function withoutItsDisk(name: string): Promise<string> {
    const { machines, snapshots } = host;
    const data = disk({ key: "data", target: "vdc", path: await host.image(name) });
    const { definition } = await started({ disks: [data] });
    await snapshots.create(of(definition.uuid, "s", { memory: true }), work());
    await machines.detachDisk(definition.uuid, "data", work());
    return definition.uuid;
  }
  const daemon = () => host.host.exec(["systemctl", "show", "--property=MainPID", "libvirtd", "virtqemud"]);

  it("of a running machine are deleted after a disk of theirs has gone, or another is in its place", async function () {
    this.timeout(180_000);
    const { machines, snapshots } = host;
    const uuid = await withoutItsDisk("went");
    const before = await daemon();
    await snapshots.create(of(uuid, "child", { memory: true }), work());
    await snapshots.delete(uuid, "s", work());
    assert.deepEqual(
      (await snapshots.list(uuid)).map(({ name, parent, current }) => [name, parent, current]),
      [["child", undefined, true]],
    );
    await machines.attachDisk(uuid, disk({ key: "data", target: "vdc", path: await host.image("came") }));
    await snapshots.create(of(uuid, "t", { memory: true }), work());
    await machines.detachDisk(uuid, "data", work());
    await machines.attachDisk(uuid, disk({ key: "data", target: "vdc", path: await host.image("other") }));
    await snapshots.delete(uuid, "t", work());
    await snapshots.delete(uuid, "child", work());
    assert.deepEqual(await snapshots.list(uuid), []);
    assert.deepEqual(await daemon(), before, "libvirt's daemon is the same");
    // Off, with one that has its disk between two that have not.
    await machines.detachDisk(uuid, "data", work());
    await snapshots.create(of(uuid, "a", { memory: true }), work());
    await machines.attachDisk(uuid, disk({ key: "data", target: "vdc", path: await host.image("last") }));
    await snapshots.create(of(uuid, "b", { memory: true }), work());
    await machines.detachDisk(uuid, "data", work());
    await snapshots.create(of(uuid, "c", { memory: true }), work());
    await machines.shutdown(uuid, { timeout: 0, force: true }, work());
    await snapshots.delete(uuid, "b", work());
    assert.deepEqual(
      (await snapshots.list(uuid)).map(({ name, parent, current }) => [name, parent, current]),
      [
        ["a", undefined, false],
        ["c", "a", true],
      ],
    );
    await snapshots.delete(uuid, "a", work());
    await snapshots.delete(uuid, "c", work());
    const root = (await machines.find(uuid))!.stored.disks.find(({ key }) => key === "root");
    const { stdout } = await host.host.exec(["qemu-img", "snapshot", "-lU", root!.path!]);
    assert.doesNotMatch(stdout, /\b(s|t|child|a|b|c)\b/);
  });

  it("that kill the daemon are named so, at once and when it dies again", async function () {
    this.timeout(180_000);
    const uuid = await withoutItsDisk("fatal");
    const { session } = host;
    const fatal = async () => {
      const { snapshots } = await session.call("DOMAIN_LIST_ALL_SNAPSHOTS", {
        domain: (await session.call("DOMAIN_LOOKUP_BY_UUID", { uuid })).domain,
      });
      await session.call("DOMAIN_SNAPSHOT_DELETE", { snapshot: snapshots[0]! });
    };
    await assert.rejects(fatal(), (error: Error) => {
      assert.match(
        error.message,
        /(libvirtd|virtqemud) died by the signal SIGSEGV during the call DOMAIN_SNAPSHOT_DELETE\. /,
      );
      return true;
    });
    await assert.rejects(fatal(), /DOMAIN_SNAPSHOT_DELETE, and has died 2 times within an hour\. .* kills it again/);
  });

  it("go with their machine, and are no trouble once it is gone", async function () {
    this.timeout(60_000);
    const { machines, snapshots } = host;
    const definition = host.definition({
      disks: [disk({ key: "root", target: "vda", path: await host.image("gone") })],
    });
    const { uuid } = definition;
    await machines.define(definition);
    await machines.start(uuid);
    await snapshots.create(of(uuid, "s", { memory: true }), work());
    await machines.remove(uuid);
    assert.equal(await machines.find(uuid), undefined);
    assert.equal(await snapshots.find(uuid, "s"), undefined);
    assert.deepEqual(await snapshots.list(uuid), []);
    await snapshots.delete(uuid, "s", work());
    await assert.rejects(snapshots.create(of(uuid, "s"), work()), (error) => hasCode(error, "not-found"));
  });
});
