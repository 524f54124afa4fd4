import type { Inputs } from "../../basics/record";
import { parseAddress, parseSubnet } from "../../basics/subnet";
import { type EffectRule, field, type OutputFields, type Table, type Zod } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { onHost, uuidField } from "../common-fields";

/** IFNAMSIZ of Linux is 16, a NUL among them; `ip link` refuses `/` and blanks. */
export const devicePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/;
const deviceSays = "must be a device name: letters, digits, `.`, `_` and `-`, at most 15 characters";

const subnet = (z: Zod) =>
  z
    .string()
    .refine(
      (text) => parseSubnet(text, "ipv4") ?? parseSubnet(text, "ipv6"),
      "must be an address with its prefix, such as `192.0.2.5/24`",
    )
    .transform((text) => (parseSubnet(text, "ipv4") ?? parseSubnet(text, "ipv6"))!.text);

const address = (z: Zod) =>
  z
    .string()
    .refine((text) => parseAddress(text), "must be an address, such as `192.0.2.1`")
    .transform((text) => String(parseAddress(text)));

const gatewayOf = (kind: "ipv4" | "ipv6") => (z: Zod) =>
  z
    .string()
    .refine((text) => parseAddress(text, kind), `must be an address of ${kind === "ipv4" ? "IPv4" : "IPv6"}`)
    .transform((text) => String(parseAddress(text, kind)));

const domain = (z: Zod) =>
  z
    .string()
    .regex(/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62})?)*$/, "must be a domain");

const vlan = { min: 1, max: 4094 };

/** Whether the program says which addresses the bridge has: else it takes what the NIC has. */
const explicit = (inputs: Inputs): boolean =>
  Array.isArray(inputs.addresses) || inputs.dhcp4 === true || inputs.dhcp6 === true || inputs.acceptRa === true;

/** The host's addresses move from a device that goes down to one that comes up. */
const moves: EffectRule = { effect: "live", interrupts: { what: "host-network", lasts: "for-a-moment" } };

export const fields = {
  ...onHost,
  name: field.text("Name of the bridge on the host, at most 15 characters.", "replace", {
    pattern: devicePattern,
    says: deviceSays,
    derived: true,
    defaultText: "the resource's name",
  }),
  uuid: uuidField,
  nic: field.text("The NIC or bond that becomes the bridge's port.", "replace", {
    pattern: devicePattern,
    says: deviceSays,
    required: true,
  }),
  vlan: field.integer(
    "VLAN of the NIC that becomes the bridge's port instead of the NIC itself: `<nic>.<vlan>`, created if it does not exist. The kernel must support VLANs.",
    "replace",
    vlan,
  ),
  type: field.choice(
    "Kind of bridge. `linux`: a bridge of the kernel; `openvswitch`: a switch of Open vSwitch, which must be installed.",
    "replace",
    ["linux", "openvswitch"],
    { default: "linux" },
  ),
  datapath: field.choice(
    "Datapath of Open vSwitch. `system`: in the kernel; `netdev`: in user space.",
    "replace",
    ["system", "netdev"],
    { default: "system" },
  ),
  tag: field.integer("VLAN of the host's own addresses on an Open vSwitch bridge. Default: untagged.", moves, vlan),
  trunks: field.list(
    "VLANs that the NIC carries into an Open vSwitch bridge, 0 for untagged frames. An empty list means all.",
    moves,
    (z) => z.number().int().min(0).max(4094),
    "number",
    { default: [] },
  ),
  manager: field.choice(
    "Network manager of the host. `auto`: the one that manages the NIC.",
    "local",
    ["auto", "systemd-networkd", "NetworkManager", "netplan", "ifupdown"],
    { default: "auto" },
  ),
  addresses: field.of(
    (z) => z.union([z.literal("keep"), z.array(subnet(z)).max(64)]),
    '"keep" | string[]',
    "Addresses of the bridge. `keep`: the addresses of the NIC move to the bridge, static or by DHCP, with their routes and name servers. Or a list of addresses with their prefix: `192.0.2.5/24`, `2001:db8::5/64`.",
    moves,
    {
      default: (inputs: Readonly<Inputs>) => (explicit(inputs) ? [] : "keep"),
      defaultText: '`"keep"`; none with `dhcp4`, `dhcp6` or `acceptRa`',
    },
  ),
  dhcp4: field.flag("Get an IPv4 address by DHCP.", moves, { default: false }),
  dhcp6: field.flag("Get an IPv6 address by DHCP.", moves, { default: false }),
  acceptRa: field.flag("Accept IPv6 router advertisements.", moves, { default: false }),
  gateway: field.of(gatewayOf("ipv4"), "string", "Gateway of the IPv4 default route.", moves),
  gateway6: field.of(gatewayOf("ipv6"), "string", "Gateway of the IPv6 default route.", moves),
  dns: field.list("Name servers.", moves, address, "string", { default: [] }),
  search: field.list("DNS search domains.", moves, domain, "string", { default: [] }),
  stp: field.flag("Spanning tree protocol.", moves, { default: false }),
  forwardDelay: field.integer(
    "Seconds that a port listens and learns before it forwards. Only with `stp`.",
    moves,
    { min: 2, max: 30 },
    { defaultText: "the kernel's, 15" },
  ),
  mtu: field.integer("MTU of the bridge, bytes.", moves, { min: 576, max: 65_535 }, { defaultText: "the NIC's" }),
  mac: field.text("MAC address of the bridge.", moves, {
    pattern: /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/,
    says: "must be a unicast MAC address in lowercase, such as `52:54:00:12:34:56`",
    defaultText: "the NIC's, so that a DHCP lease stays",
  }),
  rollbackAfter: field.integer(
    "Seconds after which the host rolls a change back, unless a fresh connection has confirmed it.",
    "local",
    { min: 10, max: 3600 },
    { default: 60 },
  ),
  checkGateway: field.flag(
    "Whether a change is confirmed only if the gateway answers over the bridge. Without a gateway it has no effect.",
    "local",
    { default: true },
  ),
} as const;

const outputs = {
  managedBy: {
    typeText: "string",
    doc: "Network manager of the host: `systemd-networkd`, `NetworkManager`, `netplan` or `ifupdown`; empty for an adopted bridge.",
  },
  hostAddresses: { typeText: "string[]", doc: "Addresses of global scope on the bridge, with their prefix." },
  hostGateway: {
    typeText: "string",
    doc: "Gateway of the default route over the bridge; empty without one.",
  },
  hardwareAddress: { typeText: "string", doc: "The bridge's MAC address." },
  adopted: {
    typeText: "boolean",
    doc: "Whether the bridge existed before this resource. Such a bridge is not changed, and not deleted.",
  },
} as const satisfies OutputFields;

export type HostBridgeInputs = InputsOf<typeof fields>;

export const table = { kind: "HostBridge", fields, outputs } as const satisfies Table;
