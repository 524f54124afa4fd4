import assert from "node:assert/strict";
import { currentLab, type LabHost, managed } from "../lab/index.js";
import { arming, BridgeHost, definition, mark, work } from "./fixtures";

describe("a bridge over a NIC that has its address by DHCP", function () {
  this.timeout(180_000);
  let router: LabHost;

  before(async () => {
    const lab = await currentLab();
    router = await lab.host({ name: "br-router", form: "networks", configure: managed({ manager: "ifupdown" }) });
    // One address for each NIC. It is given to nobody else while its lease holds: one that the server takes for another
    // client gets none.
    const hosts = Array.from({ length: 60 }, (_, index) => {
      const mac = `02:57:52:00:00:${(index + 11).toString(16).padStart(2, "0")}`;
      return `--dhcp-host=${mac},172.31.250.${index + 11}`;
    });
    const serve = ["dnsmasq", "--keep-in-foreground", "--port=0", "--bind-interfaces", "--interface=host0"];
    const range = ["--dhcp-range=172.31.250.0,static,255.255.255.0,1h", `--dhcp-option=3,${lab.address}`];
    const unit = ["systemd-run", "--quiet", "--unit=dhcp", ...serve, ...range, "--log-dhcp", ...hosts];
    await router.exec(unit);
  });
  after(() => router?.destroy());

  for (const manager of ["systemd-networkd", "NetworkManager", "netplan", "ifupdown"] as const) {
    it(`keeps its lease, and gets it after a restart, under ${manager}`, async () => {
      const host = await BridgeHost.open(`br-d-${manager.slice(-6).toLowerCase()}`, { manager, dhcp: true });
      try {
        const files = await host.configuration();
        await host.section.apply(definition(), mark, arming, work());
        await host.isBridged();
        await host.restart();
        await host.isBridged();
        await host.section.remove("br0", mark.uuid, arming, work());
        assert.deepEqual(await host.addresses("host0"), [host.host.address]);
        assert.equal(await host.configuration(), files);
      } finally {
        await host.close();
      }
    });
  }
});
