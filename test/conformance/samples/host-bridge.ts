import type { Look } from "../look";
import { elsewhere } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local } from "./unseen";

/** Of `ip -j -d`, whose device is the bridge's own. */
const link =
  (script: string): Sample["seen"] =>
  (look) =>
    look.shell(`ip -d link show dev "$1" | ${script}`, look.name);

const addresses = (look: Look) =>
  look.shell("ip -o addr show dev \"$1\" scope global | awk '{ print $4 }' | sort | xargs", look.name);

const inFile =
  (pattern: string): Sample["seen"] =>
  (look) =>
    look.shell(`grep -hoE "$2" "/etc/systemd/network/05-windrose-$1.network" | xargs || true`, look.name, pattern);

const route = (family: 4 | 6) => (look: Look) =>
  look.shell(
    `ip -${family} route show default dev "$1" | sed -n 's/.* via \\([^ ]*\\).*/\\1/p;s/^default via \\([^ ]*\\).*/\\1/p' | head -n 1`,
    look.name,
  );

/** No gateway stands behind the NICs of this host: what is asked for is compared, and not tried. */
const unchecked = { checkGateway: false };
const fixed = { addresses: ["10.57.53.2/24", "fd57:53::2/64"], ...unchecked };
const nothingThere = "the host has no DHCP server and no router: what comes of it is in test/bridges";

export const hostBridge: KindSamples = {
  kind: "HostBridge",
  base: (place) => ({ host: place.host, name: "conf-br", nic: "conf-e" }),
  async find(look) {
    const home = `/var/lib/windrose/bridges/${look.name}/record.json`;
    const made = await look.shell('grep -oE \'"(uuid|nic)":"[^"]*"\' "$1" | sort -u | xargs', home);
    const index = await look.shell('cat "/sys/class/net/$1/ifindex"', look.name);
    return { identity: `${look.name} ${made}`, life: `device ${index}` };
  },
  async all(look) {
    const names = (await look.shell("ls /var/lib/windrose/bridges 2>/dev/null || true")).split("\n").filter(Boolean);
    return Promise.all(names.map(async (name) => (await this.find(look.of({ name }))).identity));
  },
  samples: {
    host: {
      values: (place) => [place.host, elsewhere(place).host],
      seen: (look) => look.shell("cat /etc/machine-id"),
      unobserved: "a bridge moves only with its program",
    },
    name: {
      values: () => ["conf-br1", "conf-br2"],
      seen: (look) => look.shell('ls -d "/sys/class/net/$1" | xargs basename', look.name),
      unobserved: "a bridge of another name is another's",
    },
    uuid: {
      values: () => ["11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-666666666666"],
      seen: (look) =>
        look.shell(
          'grep -oE \'"uuid":"[^"]*"\' "/var/lib/windrose/bridges/$1/record.json" | head -n 1 | cut -d\\" -f4',
          look.name,
        ),
      unobserved: "it is kept beside the bridge, and nobody else writes it",
    },
    adopt: local(false, true),
    timeout: local(300, 301),
    nic: {
      values: () => ["conf-e", "conf-f"],
      seen: (look) => look.shell('ls "/sys/class/net/$1/brif"', look.name),
      unobserved: "a port that is gone is put back: the input stays what it is",
    },
    manager: local("auto", "systemd-networkd"),
    addresses: {
      values: () => [["10.57.53.2/24"], ["10.57.53.2/24", "10.57.53.3/24"]],
      beside: () => unchecked,
      seen: addresses,
      shows: () => ["10.57.53.2/24", "10.57.53.2/24 10.57.53.3/24"],
      drift: (look) => look.shell('ip address delete 10.57.53.3/24 dev "$1"', look.name),
    },
    acceptRa: {
      values: () => [false, true],
      beside: () => fixed,
      seen: inFile("IPv6AcceptRA=.*"),
      shows: () => ["IPv6AcceptRA=no", "IPv6AcceptRA=yes"],
      unobserved: nothingThere,
    },
    gateway: {
      values: () => ["10.57.53.1", "10.57.53.9"],
      beside: () => fixed,
      seen: route(4),
      drift: (look) => look.shell('ip route replace default via 10.57.53.7 dev "$1" proto static', look.name),
    },
    gateway6: {
      values: () => ["fd57:53::1", "fd57:53::9"],
      beside: () => fixed,
      seen: route(6),
      unobserved: "a second default route of IPv6 would stand beside the first",
    },
    dns: {
      values: () => [["10.57.53.53"], ["10.57.53.54"]],
      beside: () => fixed,
      seen: inFile("DNS=.*"),
      shows: () => ["DNS=10.57.53.53", "DNS=10.57.53.54"],
      unobserved: "the network manager's own files are compared only when the bridge changes",
    },
    search: {
      values: () => [["lab.example"], ["other.example"]],
      beside: () => fixed,
      seen: inFile("Domains=.*"),
      shows: () => ["Domains=lab.example", "Domains=other.example"],
      unobserved: "the network manager's own files are compared only when the bridge changes",
    },
    stp: {
      values: () => [false, true],
      beside: () => ({ forwardDelay: undefined }),
      seen: link("grep -o 'stp_state [01]'"),
      shows: () => ["stp_state 0", "stp_state 1"],
      drift: (look) => look.shell('ip link set dev "$1" type bridge stp_state 0', look.name),
    },
    forwardDelay: {
      values: () => [4, 5],
      beside: () => ({ stp: true }),
      seen: link("grep -o ' forward_delay [0-9]*' | head -n 1"),
      shows: () => ["forward_delay 400", "forward_delay 500"],
      unobserved: "it is compared only when the bridge changes",
    },
    mtu: {
      values: () => [1400, 1300],
      seen: link("grep -o 'mtu [0-9]*' | head -n 1"),
      shows: () => ["mtu 1400", "mtu 1300"],
      drift: (look) => look.shell('ip link set dev "$1" mtu 1350', look.name),
    },
    mac: {
      values: () => ["52:54:00:57:52:01", "52:54:00:57:52:02"],
      seen: (look) => look.shell('cat "/sys/class/net/$1/address"', look.name),
      drift: (look) => look.shell('ip link set dev "$1" address 52:54:00:57:52:03', look.name),
    },
    rollbackAfter: local(60, 61),
    checkGateway: local(true, false),
  },
  fixed: {
    vlan: "the lab's kernel has no VLANs: test/bridges/vlan.test.ts, on Debian's kernel",
    type: "these hosts have no Open vSwitch: test/bridges/openvswitch.test.ts",
    datapath: "these hosts have no Open vSwitch: test/bridges/openvswitch.test.ts",
    tag: "these hosts have no Open vSwitch: test/bridges/openvswitch.test.ts",
    trunks: "these hosts have no Open vSwitch: test/bridges/openvswitch.test.ts",
    dhcp4: "these hosts have no DHCP server: test/bridges/dhcp.test.ts",
    dhcp6: "these hosts have no DHCP server",
  },
};
