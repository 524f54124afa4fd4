import assert from "node:assert/strict";
import { ensureHostRoot } from "../../lab/index.js";
import { disk, MachineHost, megabyte, work } from "./machine-fixtures";

/** Other releases of libvirt than the one that all other tests run against: a guest as the defaults make it, its whole life. */
for (const [release, version] of [
  ["bullseye", "7.0.0"],
  ["trixie", "11.3.0"],
] as const) {
  describe(`a guest by libvirt ${version}`, () => {
    let host: MachineHost;

    before(async function () {
      this.timeout(600_000);
      const obstacle = await ensureHostRoot("full", release, () => {}).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (obstacle) {
        console.log(`      no Debian ${release} here: ${obstacle}`);
        this.skip();
      }
      host = await MachineHost.open(`on-${release}`, { release });
    });

    after(async function () {
      this.timeout(60_000);
      await host?.close();
    });

    it("boots with the defaults, takes and gives a disk, goes back to a snapshot, and goes", async function () {
      this.timeout(180_000);
      const { machines, snapshots } = host;
      const { stdout } = await host.host.exec(["virsh", "version", "--daemon"]);
      assert.match(stdout, new RegExp(`daemon: ${version.replaceAll(".", "\\.")}`));
      const definition = await host.guest({ maxVcpus: 2, maxMemory: 256 * megabyte });
      const { uuid } = definition;
      await machines.define(definition);
      await machines.start(uuid);
      const address = await host.address(uuid);
      const guest = (command: string) => host.inGuest(address, command);
      const sees = async (command: string, wanted: RegExp) => {
        const deadline = Date.now() + 30_000;
        for (;;) {
          const answer = await guest(command);
          if (wanted.test(answer)) return;
          assert.ok(Date.now() < deadline, `${command}: ${answer}`);
        }
      };
      const defined = (await machines.find(uuid))!.stored;
      assert.deepEqual(defined.cpu, definition.cpu);

      await machines.setVcpus(uuid, 2);
      assert.equal((await machines.find(uuid))!.running!.vcpus, 2);
      // QEMU 5.2 without KVM adds the vCPU, and tells no guest.
      if (release !== "bullseye") await sees("cat /sys/devices/system/cpu/present", /^0-1$/);
      await machines.setMemory(uuid, 160 * megabyte);
      const data = disk({ key: "data", target: "vdc", path: await host.image(`data-${release}`) });
      await machines.attachDisk(uuid, data);
      await sees("cat /proc/partitions", /vdc/);
      await machines.detachDisk(uuid, "data", work());
      await sees("cat /proc/partitions", /^(?![\s\S]*vdc)/);

      await guest("echo one > /tmp/mark");
      await snapshots.create({ machine: uuid, name: "s", mark: "0123abcd", memory: true, quiesce: false }, work());
      await guest("echo two > /tmp/mark");
      await snapshots.restore(uuid, "s", work());
      assert.equal(await guest("cat /tmp/mark"), "one");
      await snapshots.delete(uuid, "s", work());
      assert.deepEqual(await snapshots.list(uuid), []);

      await machines.define({ ...definition, memory: 192 * megabyte });
      assert.equal((await machines.find(uuid))!.stored.memory, 192 * megabyte);
      await machines.shutdown(uuid, { timeout: 30_000, force: false }, work());
      const off = snapshots.create(
        { machine: uuid, name: "off", mark: "0123abcd", memory: false, quiesce: false },
        work(),
      );
      if (release === "bullseye") await assert.rejects(off, /not support snapshotting\. .*Start the machine before/);
      else await off;
      await machines.remove(uuid);
      assert.equal(await machines.find(uuid), undefined);
    });
  });
}
