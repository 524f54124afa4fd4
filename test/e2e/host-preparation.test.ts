import assert from "node:assert/strict";
import { currentLab, ensureMicroGuest, type LabHost } from "../lab";
import { differences, type HostSnapshot, snapshotOfHost } from "../lab/snapshot-of-host";
import { itsOwn, packagesAlone, startBareHost } from "./bare-host";
import { connection, frame, guest, inGuest, initrd, kernel } from "./guests";
import { inOrder } from "./in-order";
import { type Asked, Stack } from "./stack";

/** From a machine with nothing but an ssh server to a guest on it, and back. */
describe("a bare host", function () {
  this.timeout(600_000);
  inOrder();

  let host: LabHost;
  let stack: Stack;
  let other: Stack;
  let publicKey: string;
  let bare: HostSnapshot;

  const preparation: Record<string, unknown> = {
    packages: "auto",
    users: { windy: ["libvirt", "kvm"] },
    forwarding: { ipv4: true },
    sysctl: { "net.ipv4.conf.all.log_martians": 1 },
    firewall: { bridges: { kvmbr0: { subnets: ["172.17.2.0/24"] } } },
    files: { "/etc/winds/motd": { content: "anemoi\n" } },
    libvirt: { "network.conf": { firewall_backend: "iptables" }, "qemu.conf": { max_core: 0 } },
    apparmorPaths: ["/srv/disks"],
  };
  const anemoi = (extra: object = {}): Asked => ({
    kind: "Host",
    name: "anemoi",
    args: { requirements: { virtualization: "none" }, ...preparation, ...extra },
  });
  const asked = (extra: object = {}): Asked[] => [
    anemoi(extra),
    ...frame({ network: { bridge: "kvmbr0" } }).slice(1),
    guest("boreas", 0, publicKey),
  ];
  const hosts = () => ({ anemoi: connection(host) });
  const ask = (extra: object = {}) => stack.ask(hosts(), asked(extra));
  const text = async (script: string) => (await host.exec(["sh", "-c", script], { check: false })).stdout.trim();

  before(async () => {
    const micro = await ensureMicroGuest(() => {});
    const lab = await currentLab();
    publicKey = await lab.publicKey();
    host = await startBareHost();
    await host.copyIn(micro.kernel, kernel);
    await host.copyIn(micro.initrd, initrd);
    [stack, other] = await Promise.all([Stack.create(), Stack.create()]);
    bare = await snapshotOfHost(host);
  });
  after(async () => {
    await host?.destroy();
    await stack?.dispose();
    await other?.dispose();
  });

  it("says what is missing where nothing was asked for", async () => {
    await stack.ask(hosts(), [{ kind: "Host", name: "anemoi", args: { requirements: { virtualization: "none" } } }]);
    const { code, output } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /packages: "auto"/);
    assert.equal(await text("ls -d /var/lib/windrose"), "");
    await stack.destroy();
    assert.deepEqual(differences(bare, await snapshotOfHost(host)), []);
  });

  it("gets packages, services, forwarding, a firewall, and a guest by one `up`", async () => {
    await ask();
    await stack.up();
    const { guests } = await stack.outputs<{ guests: Record<string, { ipAddress: string; sshHostKeys: string[] }> }>();
    const { ipAddress, sshHostKeys } = guests.boreas!;
    assert.equal(await inGuest(host, ipAddress, sshHostKeys[0]!, "hostname"), "boreas");
    assert.equal(await text("systemctl is-enabled libvirtd"), "enabled");
    assert.match(await text("nft list table inet windrose"), /kvmbr0/);
    assert.equal(await text("cat /etc/winds/motd"), "anemoi");
    assert.equal(await text("grep firewall_backend /etc/libvirt/network.conf"), 'firewall_backend = "iptables"');
  });

  it("has nothing to do the second time, nor after a refresh", async () => {
    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.refresh({ args: ["--expect-no-changes"] });
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  const drifts: [string, string, RegExp, string, RegExp][] = [
    [
      "a parameter",
      "echo 0 > /proc/sys/net/ipv4/conf/all/log_martians",
      /sysctl/,
      "cat /proc/sys/net/ipv4/conf/all/log_martians",
      /^1$/,
    ],
    ["forwarding", "echo 0 > /proc/sys/net/ipv4/ip_forward", /forwarding/, "cat /proc/sys/net/ipv4/ip_forward", /^1$/],
    ["a rule", "nft flush chain inet windrose forward", /firewall/, "nft list table inet windrose", /kvmbr0/],
    ["a group", "gpasswd -d windy libvirt", /users/, "id -nG windy", /libvirt/],
    ["a service", "systemctl disable libvirtd", /services/, "systemctl is-enabled libvirtd", /^enabled$/],
    ["a file", "echo boo > /etc/winds/motd", /files/, "cat /etc/winds/motd", /^anemoi$/],
    [
      "a setting",
      "sed -i s/iptables/nftables/ /etc/libvirt/network.conf",
      /network\.conf/,
      "cat /etc/libvirt/network.conf",
      /"iptables"/,
    ],
  ];
  it("sees each drift by a refresh, and mends all by one `up`", async () => {
    for (const [, change] of drifts) await text(change);
    await stack.refresh();
    const { output } = await stack.preview();
    for (const [name, , shown] of drifts) assert.match(output, shown, name);
    await stack.up();
    for (const [name, , , look, mended] of drifts) assert.match(await text(look), mended, name);
    await stack.refresh({ args: ["--expect-no-changes"] });
  });

  it("starts libvirt again, which is stopped with its sockets", async () => {
    await text("systemctl stop libvirtd libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket");
    // What stands on libvirt can't be read without it; the Host can.
    await stack.refresh({ check: false });
    await stack.up();
    assert.equal(await text("systemctl is-active libvirtd"), "active");
    await stack.refresh({ args: ["--expect-no-changes"] });
  });

  it("shares forwarding and services with another stack, and keeps them until that one goes, too", async () => {
    await other.ask(hosts(), [anemoi({ users: undefined, files: undefined, apparmorPaths: undefined })]);
    await other.up();
    await other.destroy();
    assert.equal(await text("cat /proc/sys/net/ipv4/ip_forward; systemctl is-active libvirtd"), "1\nactive");
    assert.match(await text("nft list table inet windrose"), /kvmbr0/);
    await stack.refresh({ args: ["--expect-no-changes"] });
  });

  it("refuses what another stack wants otherwise, with its name", async () => {
    await other.ask(hosts(), [anemoi({ sysctl: { "net.ipv4.conf.all.log_martians": 0 } })]);
    const { code, output } = await other.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, new RegExp(`log_martians: windrose-e2e/${stack.name}`));
    await other.destroy();
    await stack.refresh({ args: ["--expect-no-changes"] });
  });

  it("is as it was after `destroy`, as if the packages alone had been installed and their services were off", async () => {
    await stack.destroy();
    const after = await snapshotOfHost(host);
    assert.deepEqual(differences(await packagesAlone(), after, itsOwn), []);
    // What no package has brought is just as it was.
    assert.deepEqual({ ...after.links }, { ...bare.links });
    assert.deepEqual(
      differences(bare, after, itsOwn).filter((line) => /^(parameters|rules)/.test(line)),
      [],
    );
    assert.equal(await text("ls -d /var/lib/windrose /etc/windrose /etc/winds"), "");
  });
});
