import assert from "node:assert/strict";
import type { NetworkManager } from "../lab/index.js";
import { nameServer } from "../lab/index.js";
import { arming, BridgeHost, definition, hasCode, mark, work } from "./fixtures";

const ipv6 = (host: BridgeHost) => `fd57:52::${host.host.address.split(".").pop()}`;

/** What each manager itself says of the name servers that it has for the bridge. */
const nameServers: Readonly<Record<NetworkManager, string>> = {
  "systemd-networkd": 'grep ^DNS= "/run/systemd/netif/links/$(cat /sys/class/net/br0/ifindex)"',
  netplan: 'grep ^DNS= "/run/systemd/netif/links/$(cat /sys/class/net/br0/ifindex)"',
  NetworkManager: "nmcli -g IP4.DNS device show br0",
  ifupdown: "ifquery br0",
};

/** The tests of one network manager: wrong changes are taken back, right ones stay. */
export function overTheLiveNic(manager: NetworkManager): void {
  describe(`a bridge over the NIC that ssh comes in by, under ${manager}`, function () {
    this.timeout(180_000);
    let host: BridgeHost;
    let files: string;

    before(async () => {
      host = await BridgeHost.open(`br-${manager.slice(-8).toLowerCase()}`, { manager, ipv6: true });
      files = await host.configuration();
    });
    after(() => host?.close());

    it("takes a wrong gateway back within its time, with an error that says so", async () => {
      const wrong = host.host.address.replace(/\d+$/, "254");
      const addressing = { ...host.addressing(), gateway: wrong };
      const started = Date.now();
      await assert.rejects(
        host.section.apply(definition({ addressing }), mark, { ...arming, rollbackAfter: 12_000 }, work()),
        (error: Error) =>
          hasCode("rolled-back")(error) && error.message.includes(`the gateway ${wrong} does not answer`),
      );
      assert.ok(Date.now() - started < 12_000 + 15_000);
      assert.deepEqual((await host.addresses("host0")).sort(), [host.host.address, ipv6(host)].sort());
      assert.match(await host.text("ip", "route", "show", "default"), /via 172\.31\.250\.1 dev host0/);
      assert.equal(await host.exists("/sys/class/net/br0"), false);
      assert.equal(await host.configuration(), files);
      assert.equal(await host.section.find("br0", work()), undefined);
    });

    it("takes an address back by which the host can't be reached", async () => {
      const addressing = { ...host.addressing(), addresses: ["10.57.52.2/24"], gateway: undefined };
      await assert.rejects(
        host.section.apply(definition({ addressing }), mark, { ...arming, rollbackAfter: 12_000 }, work()),
        (error: Error) => hasCode("rolled-back")(error) && /fresh connection/.test(error.message),
      );
      assert.ok((await host.addresses("host0")).includes(host.host.address));
      assert.equal(await host.configuration(), files);
    });

    it("is taken back by the host alone where whoever made it is gone", async () => {
      await host.abandon(definition({ mtu: 1400 }), 8000);
      assert.equal(await host.outcome(), "rolled-back");
      await host.reached();
      assert.deepEqual((await host.addresses("host0")).sort(), [host.host.address, ipv6(host)].sort());
      assert.equal(await host.configuration(), files);
    });

    it("is taken back by a host that restarts before it was confirmed", async () => {
      await host.abandon(definition({ mtu: 1400 }), 600_000);
      await host.restart();
      assert.equal(await host.outcome(), "rolled-back-at-boot");
      assert.deepEqual((await host.addresses("host0")).sort(), [host.host.address, ipv6(host)].sort());
      assert.equal(await host.exists("/sys/class/net/br0"), false);
      assert.equal(await host.configuration(), files);
    });

    it("moves addresses, default route and name servers, and ssh stays", async () => {
      const kept = host.transport.exec(["sh", "-c", "sleep 4; echo still here"]);
      const state = await host.section.apply(definition(), mark, arming, work());
      assert.equal((await kept).stdout.trim(), "still here");
      assert.deepEqual(state.ports, ["host0"]);
      assert.equal(state.gateway, "172.31.250.1");
      await host.isBridged(ipv6(host));
      assert.ok((await host.text("sh", "-c", nameServers[manager])).includes(nameServer));
      assert.equal(await host.exists("/var/lib/windrose/bridges/br0/change"), false);
      assert.equal(await host.text("sh", "-c", "ls /etc/systemd/system | grep windrose"), "");
    });

    it("is there again after a restart of the host", async () => {
      await host.restart();
      await host.isBridged(ipv6(host));
      const state = await host.section.find("br0", work());
      assert.equal(state?.record?.mark.uuid, mark.uuid);
      assert.equal(state?.gateway, "172.31.250.1");
    });

    it("changes what it has in place, and its other ports stay", async () => {
      await host.text("sh", "-c", "ip tuntap add tap7 mode tap && ip link set tap7 master br0 up");
      const addressing = { ...host.addressing(), addresses: [...host.addressing().addresses, "10.57.52.9/24"] };
      const state = await host.section.apply(definition({ addressing, mtu: 1400 }), mark, arming, work());
      assert.deepEqual([...state.ports].sort(), ["host0", "tap7"]);
      assert.ok(state.addresses.includes("10.57.52.9/24"));
      assert.equal(state.mtu, 1400);
    });

    it("takes a wrong gateway of a bridge that is there back too", async () => {
      const addressing = { ...host.addressing(), gateway: "172.31.250.254" };
      const asked = definition({ addressing, mtu: 1400 });
      await assert.rejects(
        host.section.apply(asked, mark, { ...arming, rollbackAfter: 12_000 }, work()),
        hasCode("rolled-back"),
      );
      const state = await host.section.find("br0", work());
      assert.equal(state?.gateway, "172.31.250.1");
      assert.ok(state.addresses.includes("10.57.52.9/24"));
      assert.ok(state.ports.includes("tap7"));
    });

    it("is not deleted while something else is plugged in", async () => {
      await assert.rejects(
        host.section.remove("br0", mark.uuid, arming, work()),
        (error: Error) => hasCode("in-use")(error) && error.message.includes("tap7"),
      );
      await host.text("ip", "link", "delete", "tap7");
    });

    it("gives the NIC its configuration back, byte for byte", async () => {
      await host.section.remove("br0", mark.uuid, arming, work());
      assert.equal(await host.configuration(), files);
      assert.deepEqual((await host.addresses("host0")).sort(), [host.host.address, ipv6(host)].sort());
      assert.match(await host.text("ip", "route", "show", "default"), /via 172\.31\.250\.1 dev host0/);
      assert.equal(await host.exists("/sys/class/net/br0"), false);
      assert.equal(await host.exists("/var/lib/windrose/bridges/br0"), false);
      await host.section.remove("br0", mark.uuid, arming, work());
    });
  });
}
