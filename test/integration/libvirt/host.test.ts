import assert from "node:assert/strict";
import { cpus, totalmem } from "node:os";
import { DriverHost } from "./host-fixtures";

describe("what libvirt's host is", function () {
  this.timeout(60_000);
  let host: DriverHost;

  before(async function () {
    this.timeout(240_000);
    host = await DriverHost.open("facts");
  });
  after(() => host?.close());

  it("tells the same to root and to a user of the group libvirt", async () => {
    const [facts, system] = await Promise.all([host.root.host.facts(), host.root.system.facts()]);
    assert.deepEqual(await host.user.host.facts(), facts);
    assert.deepEqual(await host.user.system.facts(), system);
    assert.equal(system.machineId, await host.text("cat", "/etc/machine-id"));
    assert.equal(await host.user.system.machineId(), system.machineId);
    assert.equal(system.hostname, await host.text("hostname"));
    assert.match(system.os, /^debian 1\d$/);
    assert.deepEqual(system.distributions, ["debian"]);
    assert.equal(system.arch, "x86_64");
    assert.equal(system.cpus, cpus().length);
    assert.match(system.virtualizationLack!.why, /no hardware virtualization|no \/dev\/kvm/);
    // libvirt sums up NUMA nodes, which on some virtual machines is not what the kernel has.
    assert.equal(system.memory, totalmem());
    assert.equal(facts.hypervisor, "QEMU");
    assert.match(facts.version, /^\d+\.\d+\.\d+$/);
    assert.match(await host.text("virsh", "version"), new RegExp(`Using library: libvirt ${facts.libraryVersion}\n`));
    assert.equal(facts.virtualization, "emulation");
  });

  it("is no host to rely on without a machine id", async () => {
    await host.text("mv", "/etc/machine-id", "/etc/machine-id.aside");
    try {
      await assert.rejects(host.root.system.facts(), { code: "requirement-not-met" });
    } finally {
      await host.text("mv", "/etc/machine-id.aside", "/etc/machine-id");
    }
  });

  it("counts machines and free memory", async () => {
    const status = await host.root.host.status();
    assert.deepEqual([status.machinesRunning, status.machinesDefined], [0, 0]);
    assert.ok(status.memoryFree > 2 ** 26 && status.memoryFree < totalmem());
  });

  it("knows the free space of a path that is still to be made", async () => {
    const blocks = await host.text("df", "-k", "--output=avail", "/var/lib");
    const expected = Number(blocks.split("\n").at(-1)) * 1024;
    const free = await host.root.system.freeSpace("/var/lib/not/there/yet");
    assert.ok(Math.abs(free - expected) < 2 ** 28, `${free} bytes, ${expected} expected`);
    await host.text("mkdir", "-p", "/small disk");
    await host.text("mount", "-t", "tmpfs", "-o", "size=4m", "none", "/small disk");
    assert.equal(await host.root.system.freeSpace("/small disk/images/x"), 4 * 2 ** 20);
    await host.text("umount", "/small disk");
  });
});
