import { derivedMac } from "../../../provider/lifecycle/ownership";
import { first, type Look } from "../look";
import { elsewhere } from "../place";
import { type KindSamples, key, type Sample } from "../sample";
import { project, stack } from "../way";
import { local } from "./unseen";

const netXml =
  (pattern: RegExp): Sample["seen"] =>
  async (look) =>
    first(await look.network(), pattern);

/** Redefines the network behind our back and starts it anew. */
const edit = (from: RegExp | string, to: string) => async (look: Look) => {
  const before = await look.virsh("net-dumpxml", "--inactive", look.name);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`the drift changed nothing in:\n${before}`);
  await look.virshWithFile(after, "net-define", "FILE");
  await look.virsh("net-destroy", look.name);
  await look.virsh("net-start", look.name);
};

const range = { start: "172.18.9.100", end: "172.18.9.200" };
const range6 = { start: "fd00:18:9::100", end: "fd00:18:9::1ff" };
const mac = "52:54:00:00:00:01";

const ipv6: Sample["beside"] = () => ({ ipv6: { address: "fd00:18:9::1/64", dhcp: range6 } });
const reservation: Sample["beside"] = () => ({ reservations: { [key]: { address: "172.18.9.10", mac } } });

const host = (attribute: string) => netXml(new RegExp(`<host (?=[^>]*${mac}| )[^>]*${attribute}='([^']*)'`));
const removeHost = (ip: string) => (look: Look) =>
  look.virsh("net-update", look.name, "delete", "ip-dhcp-host", `<host ip='${ip}'/>`, "--live", "--config");

export const network: KindSamples = {
  kind: "Network",
  base: (place) => ({
    host: place.host,
    name: "conf-tried",
    mode: "nat",
    ipv4: { address: "172.18.9.1/24", dhcp: range },
  }),
  /** A machine that is plugged in must stay so, in the same process. */
  companion: (place, id) => ({
    host: place.host,
    name: "conf-plugged",
    memory: "64MiB",
    guestAgent: false,
    shutdown: { timeout: 1 },
    interfaces: { lan: { network: id } },
  }),
  async find(look) {
    const text = await look.network();
    const identity = [/<uuid>([^<]*)</, /<name>([^<]*)</, /incarnation=["']([^"']*)/].map((one) => first(text, one));
    const bridge = first(text, /<bridge name='([^']*)'/)!;
    const plugged = await look.shell('ls "/sys/class/net/$1/brif"', bridge);
    return { identity: identity.join(" "), life: `guest ${plugged} ${await look.process("conf-plugged")}` };
  },
  async all(look) {
    const names = (await look.virsh("net-list", "--all", "--name")).split("\n").map((name) => name.trim());
    const ours = names.filter((name) => name.startsWith("conf-"));
    return Promise.all(ours.map(async (name) => (await this.find(look.of({ name }))).identity));
  },
  samples: {
    host: {
      values: (place) => [place.host, elsewhere(place).host],
      seen: (look) => look.shell("cat /etc/machine-id"),
      unobserved: "a network moves only with its program",
    },
    name: {
      values: () => ["conf-one", "conf-two"],
      seen: netXml(/<name>([^<]*)</),
      unobserved: "libvirt renames no network",
    },
    uuid: {
      values: () => ["11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-666666666666"],
      seen: netXml(/<uuid>([^<]*)</),
      unobserved: "libvirt gives a network no other UUID",
    },
    adopt: local(false, true),
    timeout: local(100, 101),
    mode: {
      values: () => ["nat", "isolated"],
      shows: () => ["nat", "none"],
      seen: netXml(/<forward mode='(\w+)'/),
      drift: edit("<bridge ", "<forward mode='route'/><bridge "),
    },
    bridge: {
      values: () => ["conf-lan", "conf-wan"],
      seen: netXml(/<bridge name='([^']*)'/),
      drift: edit("name='conf-wan'", "name='conf-dmz'"),
    },
    mtu: {
      values: () => [1400, 1300],
      seen: netXml(/<mtu size='(\d+)'/),
      drift: edit("size='1300'", "size='1200'"),
    },
    domain: {
      values: () => ["one.example", "two.example"],
      effect: "live",
      seen: netXml(/<domain name='([^']*)'/),
      drift: edit("two.example", "three.example"),
    },
    ipv4: {
      values: () => [undefined, { address: "172.18.9.1/24" }],
      shows: () => ["none", "172.18.9.1"],
      beside: () => ({ ipv4: undefined, ipv6: { address: "fd00:18:9::1/64" } }),
      effect: "live",
      seen: netXml(/<ip (?:family='ipv4' )?address='([\d.]+)'/),
      drift: edit(/<ip (family='ipv4' )?address='172[\s\S]*?<\/ip>/, ""),
    },
    "ipv4.address": {
      values: () => ["172.18.9.1/24", "172.18.9.2/24"],
      shows: () => ["172.18.9.1", "172.18.9.2"],
      effect: "live",
      seen: netXml(/<ip (?:family='ipv4' )?address='([\d.]+)'/),
      drift: edit("172.18.9.2'", "172.18.9.3'"),
    },
    "ipv4.dhcp": {
      values: () => [undefined, range],
      shows: () => ["none", range.start],
      beside: () => ({ ipv4: { dhcp: undefined } }),
      effect: "live",
      seen: netXml(/<range start='(172[^']*)'/),
      drift: edit(/<dhcp>[\s\S]*?<\/dhcp>/, ""),
    },
    "ipv4.dhcp.start": {
      values: () => ["172.18.9.100", "172.18.9.110"],
      effect: "live",
      seen: netXml(/<range start='([^']*)'/),
      drift: edit("start='172.18.9.110'", "start='172.18.9.120'"),
    },
    "ipv4.dhcp.end": {
      values: () => ["172.18.9.200", "172.18.9.210"],
      effect: "live",
      seen: netXml(/<range start='[^']*' end='([^']*)'/),
      drift: edit("end='172.18.9.210'", "end='172.18.9.220'"),
    },
    ipv6: {
      values: () => [undefined, { address: "fd00:18:9::1/64" }],
      shows: () => ["none", "fd00:18:9::1"],
      effect: "live",
      seen: netXml(/<ip family='ipv6' address='([^']*)'/),
      drift: edit(/<ip family='ipv6'[\s\S]*?<\/ip>/, ""),
    },
    "ipv6.address": {
      values: () => ["fd00:18:9::1/64", "fd00:18:9::2/64"],
      shows: () => ["fd00:18:9::1", "fd00:18:9::2"],
      beside: ipv6,
      effect: "live",
      seen: netXml(/<ip family='ipv6' address='([^']*)'/),
      drift: edit("fd00:18:9::2'", "fd00:18:9::3'"),
    },
    "ipv6.dhcp": {
      values: () => [undefined, range6],
      shows: () => ["none", range6.start],
      beside: () => ({ ipv6: { address: "fd00:18:9::1/64" } }),
      effect: "live",
      seen: netXml(/<range start='(fd00[^']*)'/),
      drift: edit(/<dhcp>\s*<range start='fd00[\s\S]*?<\/dhcp>/, ""),
    },
    "ipv6.dhcp.start": {
      values: () => ["fd00:18:9::100", "fd00:18:9::110"],
      beside: ipv6,
      effect: "live",
      seen: netXml(/<range start='(fd00[^']*)'/),
      drift: edit("start='fd00:18:9::110'", "start='fd00:18:9::120'"),
    },
    "ipv6.dhcp.end": {
      values: () => ["fd00:18:9::1ff", "fd00:18:9::1f0"],
      beside: ipv6,
      effect: "live",
      seen: netXml(/<range start='fd00[^']*' end='([^']*)'/),
      drift: edit("end='fd00:18:9::1f0'", "end='fd00:18:9::1e0'"),
    },
    "reservations.* added": {
      values: () => [undefined, { address: "172.18.9.10", mac }],
      shows: () => ["none", "172.18.9.10"],
      seen: host("ip"),
      drift: removeHost("172.18.9.10"),
    },
    "reservations.* removed": {
      values: () => [{ address: "172.18.9.10", mac }, undefined],
      shows: () => ["172.18.9.10", "none"],
      seen: host("ip"),
      unobserved: "a reservation of somebody else's stays",
    },
    "reservations.*.address": {
      values: () => ["172.18.9.10", "172.18.9.11"],
      beside: reservation,
      seen: host("ip"),
      drift: removeHost("172.18.9.11"),
    },
    "reservations.*.interface": {
      values: () => ["lan", "wan"],
      // The MAC address that it has follows from project, stack, machine and key.
      shows: () => ["lan", "wan"].map((plug) => derivedMac(project, stack, key, plug)) as [string, string],
      beside: () => ({ reservations: { [key]: { address: "172.18.9.10" } } }),
      seen: netXml(/<host mac='([^']*)'/),
      drift: removeHost("172.18.9.10"),
    },
    "reservations.*.mac": {
      values: () => ["52:54:00:00:00:01", "52:54:00:00:00:02"],
      beside: reservation,
      seen: netXml(/<host mac='([^']*)'/),
      drift: removeHost("172.18.9.10"),
    },
    "reservations.*.hostname": {
      values: () => ["one", "two"],
      beside: reservation,
      seen: host("name"),
      drift: removeHost("172.18.9.10"),
    },
    "dns.hosts": {
      values: () => [{ "a.example": "172.18.9.5" }, { "a.example": "172.18.9.6" }],
      shows: () => ["172.18.9.5", "172.18.9.6"],
      seen: netXml(/<host ip='([^']*)'>\s*<hostname>a\.example</),
      drift: (look) =>
        look.virsh(
          ...["net-update", look.name, "delete", "dns-host"],
          ...["<host ip='172.18.9.6'><hostname>a.example</hostname></host>", "--live", "--config"],
        ),
    },
    "dns.forwarders": {
      values: () => [["192.0.2.1"], ["192.0.2.2"]],
      shows: () => ["192.0.2.1", "192.0.2.2"],
      effect: "live",
      seen: netXml(/<forwarder addr='([^']*)'/),
      drift: edit("192.0.2.2", "192.0.2.3"),
    },
    autostart: {
      values: () => [true, false],
      shows: () => ["yes", "no"],
      seen: async (look) => first(await look.virsh("net-info", look.name), /Autostart:\s+(\w+)/),
      drift: (look) => look.virsh("net-autostart", look.name),
    },
  },
  fixed: {
    active: "set by a refresh that finds the network stopped: tried in test/integration/libvirt/networks.test.ts",
  },
};
