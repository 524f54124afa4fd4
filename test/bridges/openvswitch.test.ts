import assert from "node:assert/strict";
import { arming, BridgeHost, definition, hasCode, mark, work } from "./fixtures";

// In user space: the lab's kernel has no module of Open vSwitch.
const openvswitch = { datapath: "netdev", trunks: [] } as const;

for (const manager of ["systemd-networkd", "netplan", "ifupdown"] as const) {
  describe(`an Open vSwitch bridge over the NIC that ssh comes in by, under ${manager}`, function () {
    this.timeout(180_000);
    let host: BridgeHost;
    let files: string;

    before(async () => {
      host = await BridgeHost.open(`ovs-${manager.slice(-8).toLowerCase()}`, { manager, openvswitch: true });
      files = await host.configuration();
    });
    after(() => host?.close());

    it("takes a wrong VLAN of the host's own port back within its time", async () => {
      const wrong = definition({ openvswitch: { ...openvswitch, tag: 57 } });
      await assert.rejects(
        host.section.apply(wrong, mark, { ...arming, rollbackAfter: 12_000 }, work()),
        (error: Error) => hasCode("rolled-back")(error) && /fresh connection/.test(error.message),
      );
      assert.deepEqual(await host.addresses("host0"), [host.host.address]);
      assert.equal(await host.configuration(), files);
      assert.equal(await host.text("ovs-vsctl", "list-br"), "");
    });

    it("is taken back by a host that restarts before it was confirmed", async () => {
      await host.abandon(definition({ openvswitch }), 600_000);
      await host.restart();
      assert.equal(await host.outcome(), "rolled-back-at-boot");
      assert.deepEqual(await host.addresses("host0"), [host.host.address]);
      assert.equal(await host.text("ovs-vsctl", "list-br"), "");
    });

    it("moves the addresses, and is there after a restart", async () => {
      const state = await host.section.apply(definition({ openvswitch }), mark, arming, work());
      assert.deepEqual([state.openvswitch, state.ports], [true, ["host0"]]);
      await host.isBridged();
      await host.restart();
      await host.isBridged();
    });

    it("changes its trunks in place", async () => {
      const asked = definition({ openvswitch: { ...openvswitch, trunks: [0, 10, 20] } });
      await host.section.apply(asked, mark, arming, work());
      assert.equal(await host.text("ovs-vsctl", "get", "port", "host0", "trunks"), "[0, 10, 20]");
      await host.section.apply(definition({ openvswitch }), mark, arming, work());
      assert.equal(await host.text("ovs-vsctl", "get", "port", "host0", "trunks"), "[]");
    });

    it("gives the NIC its configuration back", async () => {
      await host.section.remove("br0", mark.uuid, arming, work());
      assert.equal(await host.configuration(), files);
      assert.deepEqual(await host.addresses("host0"), [host.host.address]);
      assert.equal(await host.text("ovs-vsctl", "list-br"), "");
    });
  });
}
