import { device, first } from "../look";
import { key, type Sample } from "../sample";
import { editInterface, inInterface, nic } from "./machine-look";

/** Interfaces: what is looked at is the one named `data`. */

const links = "ls /sys/class/net | grep -c eth";

/** How many the guest sees; of the stored definition, whether it has it. */
const plugged: Sample["seen"] = async (look, which) => {
  if (which === "running") return look.inGuest(links);
  return device(await look.domain(), "interface", key) ? 2 : 1;
};

export const interfaceSamples: Record<string, Sample> = {
  "interfaces.* added": {
    values: (place) => [undefined, { network: place.otherNetwork }],
    shows: () => [1, 2],
    effect: "live",
    guest: true,
    seen: plugged,
    drift: async (look) => {
      const mac = String((look.state.macAddresses as Record<string, string>)[key]);
      await look.virsh("detach-interface", look.name, "network", "--mac", mac, "--config");
    },
  },
  "interfaces.* removed": {
    values: (place) => [{ network: place.otherNetwork }, undefined],
    shows: () => [2, 1],
    effect: "live",
    guest: true,
    seen: plugged,
    unobserved: "what somebody else plugs in stays",
  },
  "interfaces.*.network": {
    values: (place) => [place.network, place.otherNetwork],
    shows: () => ["conf-network", "conf-other-network"],
    seen: inInterface(/<source network='([^']*)'/),
    drift: editInterface("'conf-other-network'", "'conf-network'"),
  },
  "interfaces.*.bridge": {
    values: () => ["conf-a", "conf-b"],
    effect: "live",
    guest: true,
    seen: inInterface(/<source bridge='([^']*)'/),
    drift: editInterface("'conf-b'", "'conf-a'"),
  },
  "interfaces.*.direct": {
    values: () => ["conf-c", "conf-d"],
    effect: "live",
    // A host in a container has no device files of macvtap, which a machine that runs would need.
    beside: () => ({ running: false }),
    seen: inInterface(/<source dev='([^']*)'/),
    drift: editInterface("'conf-d'", "'conf-c'"),
  },
  "interfaces.*.mac": {
    values: () => ["52:54:00:00:00:01", "52:54:00:00:00:02"],
    effect: "live",
    guest: true,
    beside: nic(),
    seen: async (look, which) =>
      which === "running"
        ? first(await look.inGuest("cat /sys/class/net/eth*/address"), /(52:54:00:00:00:..)/)
        : inInterface(/<mac address='([^']*)'/)(look, which),
    drift: editInterface("52:54:00:00:00:02", "52:54:00:00:00:03"),
  },
  "interfaces.*.model": {
    values: () => ["virtio", "e1000e"],
    effect: "live",
    guest: true,
    beside: nic(),
    seen: inInterface(/<model type='(\w+)'/),
    drift: editInterface(/<model type='e1000e'/, "<model type='e1000'"),
  },
  "interfaces.*.address": {
    values: () => ["172.18.1.20", "172.18.1.21"],
    beside: nic({ mac: "52:54:00:00:00:05" }),
    seen: async (look) =>
      first(await look.virsh("net-dumpxml", "conf-network"), /<host mac='52:54:00:00:00:05'[^>]* ip='([^']*)'/),
    drift: (look) =>
      look.virsh(
        ...["net-update", "conf-network", "delete", "ip-dhcp-host"],
        ...["<host mac='52:54:00:00:00:05' ip='172.18.1.21'/>", "--live", "--config"],
      ),
  },
  "interfaces.*.link": {
    values: () => ["up", "down"],
    beside: nic(),
    seen: async (look, which) => (await inInterface(/<link state='(\w+)'/)(look, which)) ?? "up",
    drift: async (look) => {
      const mac = String((look.state.macAddresses as Record<string, string>)[key]);
      await look.virsh("domif-setlink", look.name, mac, "up", "--config");
    },
  },
  "interfaces.*.mtu": {
    values: () => [1400, 1300],
    effect: "live",
    guest: true,
    beside: nic(),
    seen: inInterface(/<mtu size='(\d+)'/),
    drift: editInterface("mtu size='1300'", "mtu size='1200'"),
  },
};
