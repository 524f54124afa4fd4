import assert from "node:assert/strict";
import { hasCode } from "../../../provider/errors";
import type { WantedPreparation } from "../../../provider/hypervisors/system/preparation/model";
import { differences, type HostSnapshot, snapshotOfHost } from "../../lab/snapshot-of-host.js";
import { type holder, PreparedHost, standInForModules } from "./fixtures";

/** All that a bare host can be prepared with, without any package. */
const everything: Partial<WantedPreparation> = {
  services: { nftables: { enabled: true, running: true } },
  users: { windy: ["kvm", "audio"] },
  sysctl: {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.ip_local_port_range": "20000 60000",
  },
  modules: ["bridge"],
  firewall: [
    { bridge: "kvmbr0", subnets: ["172.17.2.0/24", "fd00:17:2::/64"], masquerade: true },
    { bridge: "kvmbr1", subnets: ["172.17.3.0/24"], masquerade: false },
  ],
  files: [
    { path: "/etc/winds/boreas/motd", content: "north\n'\"$(id)\\\n", mode: "0640", owner: "root:adm", adopt: false },
    { path: "/etc/issue.net", content: "ours\n", mode: "0600", owner: "root:root", adopt: true },
  ],
};

describe("a host that is prepared", function () {
  this.timeout(120_000);
  let host: PreparedHost;
  let bare: HostSnapshot;

  before(async () => {
    host = await PreparedHost.open({ form: "bare" });
    await host.host.exec(["groupadd", "-f", "kvm"]);
    // Once in a boot: what nft and the kernel load by themselves at their first use.
    await host.text(
      "nft list ruleset; systemctl start nftables; systemctl stop nftables; gpasswd -a windy kvm; gpasswd -d windy kvm",
    );
    await host.text(standInForModules);
    bare = await snapshotOfHost(host.host);
  });
  after(() => host?.close());
  afterEach(async () => {
    await host.text("systemctl unmask ssh >/dev/null 2>&1; true");
  });

  const asBefore = async () => assert.deepEqual(differences(bare, await snapshotOfHost(host.host)), []);
  const standsAsAsked = async (wanted = everything, who?: ReturnType<typeof holder>) => {
    const real = await host.read(wanted, who);
    for (const name of ["users", "sysctl", "modules", "firewall", "libvirt", "apparmorPaths"] as const)
      assert.deepEqual(real[name], wanted[name] ?? (Array.isArray(real[name]) ? [] : {}), name);
    assert.deepEqual(
      real.files,
      (wanted.files ?? []).map(({ adopt: _, ...file }) => file),
    );
    assert.deepEqual(real.missingPackages, []);
    for (const [name, state] of Object.entries(wanted.services ?? {})) assert.deepEqual(real.services[name], state);
  };

  it("gets all that is asked for by two commands, and nothing the second time by one", async () => {
    host.transport.commands = 0;
    assert.deepEqual(await host.apply(everything), []);
    assert.equal(host.transport.commands, 2);
    host.transport.commands = 0;
    await standsAsAsked();
    assert.equal(host.transport.commands, 1, "a look is one command");
    await host.apply(everything);
    assert.equal(host.transport.commands, 2, "nothing is changed where all is as asked");
    assert.equal(await host.text("cat /proc/sys/net/ipv4/ip_forward"), "1");
    assert.match(await host.text("cat /etc/sysctl.d/90-windrose.conf"), /net\.ipv4\.ip_forward = 1/);
    assert.equal(await host.text("stat -c '%a %U:%G' /etc/winds/boreas/motd"), "640 root:adm");
    assert.match(await host.text("id -nG windy"), /audio.*kvm|kvm.*audio/);
    assert.match(
      await host.text("nft list table inet windrose"),
      /iifname "kvmbr0" oifname != "kvmbr0" ip saddr != 172\.17\.2\.0\/24 drop/,
    );
    assert.equal(await host.text("stat -c '%a %U' /var/lib/windrose /var/lib/windrose/claims | sort -u"), "700 root");
  });

  it("is as it was when all is taken back, by what the state knows or by the claims alone", async () => {
    await host.release(everything);
    await asBefore();
    await host.apply(everything);
    await host.release();
    await asBefore();
  });
});
