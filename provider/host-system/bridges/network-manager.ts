import { createHash } from "node:crypto";
import { WindroseError } from "../../basics/errors";
import { ownVlan, tune } from "./kernel-bridge";
import type { Addressing, BridgeDefinition, HostFile, Layout, Original } from "./model";
import { macOf } from "./openvswitch";
import { deleteDevice, header, line } from "./shell";

const directory = "/etc/NetworkManager/system-connections";

type Sections = Map<string, string[]>;

/** A keyfile's sections by name (nm-settings-keyfile(5)). */
export function sectionsOf(text: string): Sections {
  const sections: Sections = new Map();
  let current: string[] | undefined;
  for (const raw of text.split("\n")) {
    const heading = /^\s*\[([^\]]+)\]\s*$/.exec(raw);
    if (heading) {
      current = sections.get(heading[1]!) ?? [];
      sections.set(heading[1]!, current);
    } else if (current && !/^\s*([#;].*)?$/.test(raw)) current.push(raw);
  }
  return sections;
}

/** nm-settings-keyfile(5): addresses are numbered, the gateway is a key of its own. */
function addressed(addressing: Addressing): Sections {
  const { addresses, dhcp4, dhcp6, acceptRa, dns, search } = addressing;
  const family = (six: boolean) => {
    const own = addresses.filter((address) => address.includes(":") === six);
    const gateway = six ? addressing.gateway6 : addressing.gateway;
    const servers = dns.filter((address) => address.includes(":") === six);
    const automatic = six ? dhcp6 || acceptRa : dhcp4;
    const none = six ? "link-local" : "disabled";
    const method = automatic ? (six && !acceptRa ? "dhcp" : "auto") : own.length > 0 ? "manual" : none;
    // Neither is taken for a family without addresses.
    const named = method !== none;
    return [
      `method=${method}`,
      ...own.map((address, index) => `address${index + 1}=${address}`),
      ...(gateway ? [`gateway=${gateway}`] : []),
      ...(named && servers.length > 0 ? [`dns=${servers.join(";")};`] : []),
      ...(named && search.length > 0 ? [`dns-search=${search.join(";")};`] : []),
    ];
  };
  return new Map([
    ["ipv4", family(false)],
    ["ipv6", family(true)],
  ]);
}

/** Derived, so that the same bridge always has the same profiles. */
function profileUuid(...parts: string[]): string {
  const hex = createHash("sha256").update(parts.join("\0")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const text = (name: string, sections: Iterable<readonly [string, readonly string[]]>): string =>
  `${[header(name), ...[...sections].flatMap(([section, lines]) => ["", `[${section}]`, ...lines])].join("\n")}\n`;

const profiles = (name: string) => ({ bridge: `windrose-${name}`, port: `windrose-${name}-port` });

export function networkManagerBridge(definition: BridgeDefinition, original: Original): Layout {
  const { name, nic } = definition;
  if (definition.openvswitch) {
    throw new WindroseError("unsupported", "NetworkManager has no plugin for Open vSwitch on most distributions", {
      hint: 'Let systemd-networkd, netplan or ifupdown manage the NIC, or use `type: "linux"`.',
    });
  }
  const vlan = ownVlan(definition, original);
  const before = vlan ? new Map<string, string[]>() : sectionsOf(original.text ?? "");
  const { bridge, port } = profiles(name);
  const connection = (id: string, type: string, device: string, more: readonly string[]) =>
    [
      "connection",
      [
        `id=${id}`,
        `uuid=${profileUuid(original.mac, name, id)}`,
        `type=${type}`,
        `interface-name=${device}`,
        // Over the NIC's own profile, which stays as it is.
        "autoconnect-priority=999",
        ...more,
      ],
    ] as const;
  const parameters = [`stp=${definition.stp}`, `mac-address=${macOf(definition, original)}`];
  if (definition.stp && definition.forwardDelay !== undefined)
    parameters.push(`forward-delay=${definition.forwardDelay}`);
  const ethernet = definition.mtu === undefined ? [] : ([["ethernet", [`mtu=${definition.mtu}`]]] as const);
  const ip: Sections = definition.addressing
    ? addressed(definition.addressing)
    : vlan
      ? addressed({ addresses: [], dhcp4: false, dhcp6: false, acceptRa: false, dns: [], search: [] })
      : new Map(["ipv4", "ipv6", "proxy"].flatMap((key) => (before.has(key) ? [[key, before.get(key)!]] : [])));
  const zone =
    before.get("connection")?.filter((each) => /^\s*(zone|metered|llmnr|mdns|dns-over-tls)\s*=/.test(each)) ?? [];
  const kept = [...before].filter(([section]) => !["connection", "ipv4", "ipv6", "proxy", "vlan"].includes(section));
  const type = /^\s*type\s*=\s*(\S+)/m.exec(before.get("connection")?.join("\n") ?? "")?.[1] ?? "ethernet";
  const enslaved = [`master=${name}`, "slave-type=bridge"];
  const portSections = vlan
    ? ([
        connection(port, "vlan", vlan, enslaved),
        ["vlan", [`id=${definition.vlan}`, `parent=${nic}`, "flags=1"]],
      ] as const)
    : [
        connection(port, type, original.port, enslaved),
        ...(before.has("vlan") ? ([["vlan", before.get("vlan")!]] as const) : []),
        ...kept,
      ];
  const files: HostFile[] = [
    {
      path: `${directory}/${bridge}.nmconnection`,
      content: text(name, [
        connection(bridge, "bridge", name, ["autoconnect-slaves=1", ...zone]),
        ["bridge", parameters],
        ...ethernet,
        ...ip,
      ]),
      mode: "0600",
    },
    { path: `${directory}/${port}.nmconnection`, content: text(name, portSections), mode: "0600" },
  ];
  const up = [
    line("nmcli", "connection", "load", ...files.map((file) => file.path)),
    // Activating the port activates its bridge; an active bridge takes its new settings in place, and keeps its ports.
    `if [ -e /sys/class/net/${name} ] && nmcli -w 20 device reapply ${name}; then :; else`,
    `  ${line("nmcli", "-w", "30", "connection", "up", port)} || exit 1`,
    "fi",
    tune(definition, original),
  ];
  const gone = ["nmcli connection reload", deleteDevice(name), ...(vlan ? [deleteDevice(vlan)] : [])];
  return { files, down: ":", up: up.join("\n"), gone: gone.join("\n"), boot: ":" };
}

export function networkManagerPlain(definition: BridgeDefinition, original: Original, bridge: Layout): Layout {
  const vlan = ownVlan(definition, original);
  return {
    files: bridge.files.map(({ path, mode }) => original.files.find((file) => file.path === path) ?? { path, mode }),
    down: ":",
    up:
      original.id && !vlan
        ? `nmcli connection reload\n${line("nmcli", "-w", "30", "connection", "up", "uuid", original.id, "ifname", original.port)}`
        : "nmcli connection reload",
    gone: ":",
    boot: ":",
  };
}
