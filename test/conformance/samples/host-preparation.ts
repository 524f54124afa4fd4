import type { Look } from "../look";
import { key, type Sample } from "../sample";
import { local } from "./unseen";

/** What is put on a host, looked at with the host's own tools. */

const claims = (kind: string) => (look: Look) =>
  look.shell(
    'cd /var/lib/windrose/claims 2>/dev/null && grep -h \'"name"\' "$1"-*.json 2>/dev/null | sed \'s/.*: "//; s/",//\' | sort | xargs || true',
    kind,
  );
const dropClaim = (pattern: string) => (look: Look) => look.shell(`rm /var/lib/windrose/claims/${pattern}`);

const listed =
  (pattern: string): Sample["seen"] =>
  (look) =>
    look.shell(`nft list table inet windrose 2>/dev/null | grep -c -e '${pattern}' || true`);
const subnets = ["172.18.30.0/24"];
const bridge: Sample["beside"] = () => ({ firewall: { bridges: { [key]: { bridge: "conf0", subnets } } } });
const otherBridge: Sample["beside"] = () => ({ firewall: { bridges: { other: { bridge: "conf1", subnets } } } });
const dropTable = (look: Look) => look.shell("nft delete table inet windrose");

export const preparation: Readonly<Record<string, Sample>> = {
  "capacity.disk": local({ "/": "1GiB" }, { "/": "2GiB" }),
  packages: {
    values: () => [["curl"], ["curl", "nftables"]],
    seen: claims("package"),
    shows: () => ["curl", "curl nftables"],
    drift: dropClaim("package-nftables-*"),
  },
  packageNames: {
    values: () => [{ tpm: "curl" }, { tpm: "nftables" }],
    beside: () => ({ packages: ["tpm"] }),
    seen: claims("package"),
    shows: () => ["curl", "nftables"],
    drift: dropClaim("package-nftables-*"),
    driftPath: "packages",
  },
  removePackages: local(false, true),
  services: {
    values: () => [{ nftables: { enabled: false, running: false } }, { nftables: { enabled: true, running: false } }],
    seen: (look) => look.shell("systemctl is-enabled nftables || true"),
    shows: () => ["disabled", "enabled"],
    drift: (look) => look.shell("systemctl --quiet disable nftables"),
  },
  users: {
    values: () => [{ windy: ["libvirt"] }, { windy: ["libvirt", "kvm"] }],
    seen: (look) => look.shell("id -nG windy"),
    shows: () => ["windy libvirt", "windy kvm libvirt"],
    drift: (look) => look.shell("gpasswd -d windy kvm"),
  },
  ...Object.fromEntries(
    (
      [
        ["ipv4", "net.ipv4.ip_forward"],
        ["ipv6", "net.ipv6.conf.all.forwarding"],
      ] as const
    ).map(([name, parameter]): [string, Sample] => [
      `forwarding.${name}`,
      {
        values: () => [false, true],
        seen: (look) => look.shell(`grep -h -e '^${parameter} = 1' /etc/sysctl.d/90-windrose.conf 2>/dev/null || true`),
        shows: () => ["", `${parameter} = 1`],
        drift: (look) => look.shell("rm /etc/sysctl.d/90-windrose.conf"),
      },
    ]),
  ),
  sysctl: {
    values: () => [{ "net.ipv4.conf.all.log_martians": "0" }, { "net.ipv4.conf.all.log_martians": "1" }],
    seen: (look) => look.shell("cat /proc/sys/net/ipv4/conf/all/log_martians"),
    shows: () => ["0", "1"],
    drift: (look) => look.shell("echo 0 > /proc/sys/net/ipv4/conf/all/log_martians"),
  },
  "firewall.bridges.* added": {
    values: () => [undefined, { bridge: "conf0", subnets }],
    beside: otherBridge,
    seen: listed('iifname "conf0"'),
    shows: () => ["0", "2"],
    drift: dropTable,
  },
  "firewall.bridges.* removed": {
    values: () => [{ bridge: "conf0", subnets }, undefined],
    beside: otherBridge,
    seen: listed('iifname "conf0"'),
    shows: () => ["2", "0"],
    unobserved: "what is not asked for is not looked at",
  },
  "firewall.bridges.*.bridge": {
    values: () => ["conf0", "conf2"],
    beside: bridge,
    seen: listed('iifname "conf2"'),
    shows: () => ["0", "2"],
    drift: dropTable,
  },
  "firewall.bridges.*.subnets": {
    values: () => [subnets, [...subnets, "fd00:18:30::/64"]],
    beside: bridge,
    seen: listed("fd00:18:30::/64"),
    shows: () => ["0", "2"],
    drift: dropTable,
  },
  "firewall.bridges.*.masquerade": {
    values: () => [false, true],
    beside: bridge,
    seen: listed(" masquerade "),
    shows: () => ["0", "1"],
    drift: (look) => look.shell("nft flush chain inet windrose postrouting"),
  },
  files: {
    values: () => [
      { "/etc/conf-tried": { content: "one\n" } },
      { "/etc/conf-tried": { content: "two\n", mode: "0600" } },
    ],
    seen: (look) => look.shell("stat -c %a /etc/conf-tried; cat /etc/conf-tried"),
    shows: () => ["644\none", "600\ntwo"],
    drift: (look) => look.shell("echo three > /etc/conf-tried"),
  },
  libvirt: {
    values: () => [{ "virtlogd.conf": { max_clients: 1025 } }, { "virtlogd.conf": { max_clients: 1026 } }],
    seen: (look) => look.shell("grep '^max_clients' /etc/libvirt/virtlogd.conf || true"),
    shows: () => ["max_clients = 1025", "max_clients = 1026"],
    drift: (look) => look.shell("sed -i '/^max_clients/d' /etc/libvirt/virtlogd.conf"),
  },
  apparmorPaths: {
    values: () => [["/srv/one"], ["/srv/one", "/srv/two"]],
    seen: (look) =>
      look.shell("grep -h -o '\"/srv/[a-z]*/\"' /etc/apparmor.d/local/abstractions/libvirt-qemu | xargs || true"),
    shows: () => ["/srv/one/", "/srv/one/ /srv/two/"],
    drift: (look) => look.shell("sed -i /two/d /etc/apparmor.d/local/abstractions/libvirt-qemu"),
  },
};
