import assert from "node:assert/strict";
import { LibvirtNetworks } from "../../../provider/drivers/libvirt/networks/networks";
import { MachineHost } from "./machine-fixtures";

describe("a libvirt network with a guest in it", function () {
  this.timeout(120_000);
  let host: MachineHost;

  before(async function () {
    this.timeout(300_000);
    host = await MachineHost.open("netguest");
  });
  after(() => host?.close());

  it("keeps the guest connected over a restart, and tells its lease", async () => {
    const networks = new LibvirtNetworks(host.session);
    const machine = await host.guest();
    await host.machines.define(machine);
    await host.machines.start(machine.uuid);
    const address = await host.address(machine.uuid);
    const boot = await host.inGuest(address, "cat /proc/sys/kernel/random/boot_id");
    const network = (await networks.findByName("winds"))!;
    const lease = (await networks.leases(network.uuid)).find((one) => one.address === address);
    assert.equal(lease?.mac, machine.interfaces[0]!.mac);
    assert.ok(lease!.expires! > Date.now() && lease!.expires! < Date.now() + 7 * 86_400_000);

    const started = Date.now();
    await networks.redefine({ ...network, domain: "restarted.test", mtu: 1500 });
    const took = Date.now() - started;
    assert.equal(await host.inGuest(address, "cat /proc/sys/kernel/random/boot_id"), boot);
    assert.deepEqual(await networks.users(network.uuid), [machine.uuid]);
    assert.match(await host.inGuest(address, "ping -c 1 -W 5 192.168.81.1"), /1 packets received/);
    console.log(`      restarted, and plugged in again, in ${took} ms`);
  });
});
