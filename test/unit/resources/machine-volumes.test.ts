import assert from "node:assert/strict";
import { dirname } from "node:path";
import { refuseOtherDisks } from "../../../provider/resources/virtual-machine/adoption";
import { virtualMachine } from "../../../provider/resources/virtual-machine/definition";
import type { MachineRun } from "../../../provider/resources/virtual-machine/desired-machine";
import { fields } from "../../../provider/resources/virtual-machine/fields";
import {
  cleanVolumes,
  growVolumes,
  makeVolumes,
  recoverLeftHostKey,
  writeSeed,
} from "../../../provider/resources/virtual-machine/volumes";
import { checkOf, contextOf, FakeHost } from "../fakes";

const pool = "aaaaaaaa-2222-8333-8444-555555555555";

function runOf(host: FakeHost, volumeName: string, adopt: boolean, made = {}): MachineRun {
  const disks = { root: { pool: "p1", volumeName, size: "1GiB", format: "qcow2", clone: "linked" } };
  const context = contextOf(host, "VirtualMachine");
  const inputs = { name: "dev-boreas", adopt, disks };
  return { context, hypervisor: host.hypervisor, given: inputs, inputs, made } as never;
}

describe("the volumes of a machine", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });

  it("are its own under the names that derive", async () => {
    host.addVolume({ pool: "p1", name: "dev-boreas-root-0123abcd.qcow2" });
    const run = runOf(host, "dev-boreas-root-0123abcd.qcow2", false);
    await makeVolumes(run);
    assert.deepEqual(run.made.volumes, { root: "p1/dev-boreas-root-0123abcd.qcow2" });
  });

  it("are kept as disks of the user's, whatever their keys begin with, where disks are to be kept", async () => {
    const disks = { "seed-data": { pool: "p1", volumeName: "data.qcow2", size: "1GiB", format: "qcow2" } };
    const run = (wanted: object) => {
      const inputs = { name: "dev-boreas", uuid: "0123abcd-0", keepDisks: true, disks: wanted };
      const context = contextOf(host, "VirtualMachine");
      const made = { volumes: { "seed-data": "p1/data.qcow2", "seed-0a1b2c": "p1/old.iso" } };
      return { context, hypervisor: host.hypervisor, given: inputs, inputs, made } as never as MachineRun;
    };
    for (const wanted of [disks, {}]) {
      host.addVolume({ pool: "p1", name: "data.qcow2" });
      host.addVolume({ pool: "p1", name: "old.iso" });
      await cleanVolumes(run(wanted));
      assert.deepEqual([...host.volumes.keys()], ["p1/data.qcow2"]);
    }
    const refused = async (key: string) => {
      const { failures } = await checkOf(virtualMachine, {
        host: "h1",
        memory: "1GiB",
        disks: { [key]: { pool, size: "1GiB" } },
        interfaces: {},
      });
      return failures.some(({ property, reason }) => property === `disks.${key}` && reason.includes("is kept for"));
    };
    assert.deepEqual(await Promise.all(["seed", "seed-0a1b2c", "seed-data", "seeds"].map(refused)), [
      true,
      true,
      false,
      false,
    ]);
  });

  it("are another's under a name that was given, and stay so where they are adopted", async () => {
    host.addVolume({ pool: "p1", name: "precious.qcow2" });
    const refused = runOf(host, "precious.qcow2", false);
    await assert.rejects(makeVolumes(refused), { code: "already-exists" });
    assert.deepEqual(refused.made.volumes, {});
    const adopting = runOf(host, "precious.qcow2", true);
    await makeVolumes(adopting);
    await growVolumes(adopting);
    assert.deepEqual(adopting.made.volumes, {});
    const later = runOf(host, "precious.qcow2", false, adopting.made);
    await makeVolumes(later);
    await cleanVolumes(later);
    assert.ok(host.volumes.has("p1/precious.qcow2"));
  });

  it("stay with a machine that the state does not know, under their targets", async () => {
    host.addVolume({ pool: "p1", name: "first.qcow2" });
    host.addVolume({ pool: "p1", name: "second.qcow2" });
    const pathOf = (name: string) => host.volumes.get(`p1/${name}`)!.path;
    host.pools.set("p1", { uuid: "p1", name: "p1", path: dirname(pathOf("first.qcow2")) } as never);
    const found = (path: string, target: string) =>
      ({ name: "boreas", stored: { disks: [{ key: "root", device: "disk", path, target }] } }) as never;
    const run = runOf(host, "first.qcow2", false);
    (run.inputs.disks as unknown as { root: { target?: string } }).root.target = "vda";
    await refuseOtherDisks(run, found(pathOf("first.qcow2"), "vda"));
    await assert.rejects(
      refuseOtherDisks(run, found(pathOf("second.qcow2"), "vdb")),
      /set `disks\.root\.target: "vdb"`; set `disks\.root\.volumeName: "second\.qcow2"`/,
    );
  });

  it("are not taken from another machine, which may delete them", async () => {
    host.addVolume({ pool: "p1", name: "shared.qcow2" });
    host.addMachine("m1", { name: "zephyr", paths: [host.volumes.get("p1/shared.qcow2")!.path] });
    await assert.rejects(makeVolumes(runOf(host, "shared.qcow2", true)), /is a disk of zephyr/);
  });

  it("are its own under a name that was given, once it has made them", async () => {
    const run = runOf(host, "mine.qcow2", false);
    await makeVolumes(run);
    await makeVolumes(runOf(host, "mine.qcow2", false, run.made));
    assert.deepEqual(run.made.volumes, { root: "p1/mine.qcow2" });
  });

  it("that are left of one that is gone keep its guest's host key", async () => {
    const uuid = "01234567-89ab-8def-8123-456789abcdef";
    const anew = () => {
      const run = runOf(host, "dev-boreas-root-0123abcd.qcow2", false);
      Object.assign(run.inputs, { uuid, cloudInit: { hostname: "boreas", pool: "p1" } });
      return run;
    };
    const first = anew();
    await recoverLeftHostKey(first);
    assert.equal(first.made.hostKeySeed, undefined);
    assert.deepEqual(host.calls, ["volumes.find"]);
    await makeVolumes(first);
    await writeSeed(first);
    const again = anew();
    await recoverLeftHostKey(again);
    assert.equal(again.made.hostKeySeed, first.made.hostKeySeed);
    assert.ok(again.made.hostKeySeed);
  });

  it("has memory in whole MiB, which is what it gets", () => {
    assert.deepEqual(
      ["1GB", "2GiB"].map((size) => fields.memory.type.parse(size)),
      ["954MiB", "2GiB"],
    );
  });
});
