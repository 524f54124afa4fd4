import { networkModes } from "../../drivers/features";
import { type EffectRule, field, type Table, worded } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { nameField, onHost, uuidField } from "../common-fields";
import { hostPattern } from "./addresses";

const restarted: EffectRule = {
  effect: "live",
  says: "live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports",
  interrupts: { what: "network", lasts: "for-a-moment" },
};

const address = (example: string) => ({
  max: 64,
  pattern: /^\S+$/,
  says: `must be an address, such as \`${example}\``,
});

const dhcp = (start: string, end: string) =>
  field.group(
    "Range of addresses that DHCP gives out.",
    {
      start: field.text("First address.", restarted, { required: true, ...address(start) }),
      end: field.text("Last address.", restarted, { required: true, ...address(end) }),
    },
    { effect: restarted },
  );

const reservation = {
  address: field.text("IPv4 address.", "live", { required: true, ...address("172.17.2.10") }),
  interface: field.text("Key of the machine's interface, from which its MAC address derives.", "live", {
    pattern: /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
    says: "must be the key of an interface",
    default: "lan",
  }),
  mac: field.text(
    "MAC address. Default: the one that the machine of this name in this stack has or will have.",
    "live",
    {
      pattern: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
      says: "must be a MAC address in lowercase",
      derived: true,
      defaultText: "derived",
    },
  ),
  hostname: field.text("Host name in DHCP and DNS.", "live", {
    pattern: hostPattern,
    says: "must be a host name",
    defaultText: "the key",
  }),
} as const;

const fields = {
  ...onHost,
  name: nameField("network"),
  uuid: uuidField,
  mode: field.choice(
    "How guests reach other networks. `nat`: with the host's address; `routed`: with their own addresses; `isolated`: not at all, only the host and each other.",
    "replace",
    networkModes,
    { default: "nat", choices: "networkModes" },
  ),
  bridge: field.text("Name of the network's bridge on the host.", "replace", {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/,
    says: "must be an interface name: letters, digits, `_`, `.` and `-`, at most 15 characters",
    derived: true,
    defaultText: "chosen by the hypervisor",
  }),
  mtu: field.integer(
    "MTU of the bridge and of the guests on it, bytes.",
    "replace",
    { min: 576, max: 65_535 },
    { defaultText: "1500" },
  ),
  domain: field.text("DNS domain of the guests.", restarted, { pattern: hostPattern, says: "must be a domain name" }),
  ipv4: field.group(
    "IPv4 in the network.",
    {
      address: field.text("The host's address in the network, with its prefix: `172.17.2.1/24`.", restarted, {
        required: true,
        ...address("172.17.2.1/24"),
      }),
      dhcp: dhcp("172.17.2.100", "172.17.2.200"),
    },
    { effect: restarted },
  ),
  ipv6: field.group(
    "IPv6 in the network.",
    {
      address: field.text("The host's address in the network, with its prefix: `fd00:17:2::1/64`.", restarted, {
        required: true,
        ...address("fd00:17:2::1/64"),
      }),
      dhcp: dhcp("fd00:17:2::100", "fd00:17:2::1ff"),
    },
    { effect: restarted },
  ),
  reservations: field.keyed(
    "Addresses that DHCP reserves for machines. The key is the machine's name in the program.",
    "Reservation",
    reservation,
    { added: "live", removed: "live" },
  ),
  dns: field.group("DNS server of the network.", {
    hosts: field.dictionary("IP addresses by host name.", "live"),
    forwarders: field.list("Servers for all other names.", restarted, (z) => z.string().max(64), "string", {
      defaultText: "the host's own",
    }),
  }),
  autostart: field.flag("Starts it when the host starts.", "live", { default: true }),
  active: field.flag(
    "Set by a refresh if the network is not running. The next update starts it.",
    worded("live", () => ({ effect: "live", says: "live, started again" })),
    { internal: true },
  ),
} as const;

const outputs = {
  gateway: { typeText: "string | undefined", doc: "The host's IPv4 address in the network." },
} as const;

export type NetworkInputs = InputsOf<typeof fields>;

export const table = { kind: "Network", needs: "networkModes", fields, outputs } as const satisfies Table;
