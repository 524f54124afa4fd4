import { ownVlan, tune, vlanUp } from "./kernel-bridge";
import type { Addressing, BridgeDefinition, HostFile, Layout, Original } from "./model";
import { macOf, switchGone, switchUp } from "./openvswitch";
import { deleteDevice, header, line, waitForDevice } from "./shell";

const directory = "/etc/systemd/network";

/** Sections of a .network file that are about the device and not about its addresses. */
const ofDevice = /^(Match|Link|Bridge|BridgeVLAN|BridgeFDB|BridgeMDB|SR-IOV|CAN)$/i;
/** Of [Network], what makes the device a part of another, or makes others on top of it. */
const ofStack =
  /^(Bridge|Bond|VRF|BatmanAdvanced|VLAN|MACVLAN|MACVTAP|IPVLAN|IPVTAP|VXLAN|Tunnel|IPoIB|Xfrm|ActiveSlave|PrimarySlave|BindCarrier|Description)\s*=/i;

/** The part of a .network file, drop-ins included, that is the bridge's from now on. The rest stays with the NIC. */
export function carried(text: string): string[] {
  const kept: string[] = [];
  let section = "";
  for (const raw of text.split("\n")) {
    const heading = /^\s*\[([^\]]+)\]\s*$/.exec(raw);
    if (heading) section = heading[1]!;
    if (section === "" || ofDevice.test(section) || /^\s*([#;].*)?$/.test(raw)) continue;
    if (section.toLowerCase() === "network" && ofStack.test(raw.trim())) continue;
    kept.push(heading ? `[${section}]` : raw);
  }
  return kept;
}

/** What stays with the NIC of its own [Link] and [Network] sections. */
function left(text: string): string[] {
  const kept: string[] = [];
  let section = "";
  for (const raw of text.split("\n")) {
    const heading = /^\s*\[([^\]]+)\]\s*$/.exec(raw);
    if (heading) {
      section = heading[1]!;
      continue;
    }
    if (/^\s*([#;].*)?$/.test(raw)) continue;
    const stays = /^link$/i.test(section) || (/^network$/i.test(section) && ofStack.test(raw.trim()));
    if (stays && !/^\s*(Bridge|RequiredForOnline|RequiredFamilyForOnline)\s*=/i.test(raw))
      kept.push(`[${section}]`, raw);
  }
  return kept;
}

/** systemd.network(5). */
function addressed(addressing: Addressing): string[] {
  const { addresses, dhcp4, dhcp6, acceptRa, gateway, gateway6, dns, search } = addressing;
  const dhcp = dhcp4 && dhcp6 ? "yes" : dhcp4 ? "ipv4" : dhcp6 ? "ipv6" : "no";
  return [
    "[Network]",
    `DHCP=${dhcp}`,
    `IPv6AcceptRA=${acceptRa ? "yes" : "no"}`,
    ...addresses.map((address) => `Address=${address}`),
    ...[gateway, gateway6].flatMap((each) => (each ? [`Gateway=${each}`] : [])),
    ...dns.map((each) => `DNS=${each}`),
    ...(search.length > 0 ? [`Domains=${search.join(" ")}`] : []),
  ];
}

/** Files are taken in the order of their names, whatever their directory: ours must come before the NIC's own. */
export function prefixBefore(file: string | undefined): string | undefined {
  const name = file?.split("/").pop();
  return ["05-windrose-", "00-windrose-", "--windrose-"].find((prefix) => name === undefined || prefix < name);
}

/** Reloads, and waits for what the new files make. */
const reload = (devices: readonly string[]) => `networkctl reload || exit 1
sleep 0.3
for device in ${line(...devices)}; do
  networkctl reconfigure "$device" || exit 1
done`;

export function networkdBridge(definition: BridgeDefinition, original: Original): Layout {
  const { name, nic } = definition;
  const { port } = original;
  const prefix = prefixBefore(original.file) ?? "05-windrose-";
  const vlan = ownVlan(definition, original);
  const files: HostFile[] = [];
  const put = (suffix: string, lines: readonly string[]) =>
    files.push({
      path: `${directory}/${prefix}${name}${suffix}`,
      content: `${[header(name), ...lines].join("\n")}\n`,
      mode: "0644",
    });
  const mtu = definition.mtu === undefined ? [] : [`MTUBytes=${definition.mtu}`];
  if (!definition.openvswitch) {
    const parameters = [`STP=${definition.stp ? "yes" : "no"}`];
    if (definition.stp && definition.forwardDelay !== undefined)
      parameters.push(`ForwardDelaySec=${definition.forwardDelay}`);
    put(".netdev", [
      "[NetDev]",
      `Name=${name}`,
      "Kind=bridge",
      `MACAddress=${macOf(definition, original)}`,
      ...mtu,
      "",
      "[Bridge]",
      ...parameters,
    ]);
  }
  const own = definition.addressing
    ? addressed(definition.addressing)
    : vlan
      ? ["[Network]", "LinkLocalAddressing=no"]
      : [
          ...carried(original.text ?? ""),
          ...(original.iaid ? ["[DHCPv4]", `IAID=${Number.parseInt(original.iaid, 16)}`] : []),
        ];
  put(".network", ["[Match]", `Name=${name}`, "", ...(mtu.length > 0 ? ["[Link]", ...mtu, ""] : []), ...own]);
  const asPort = [
    "[Network]",
    ...(definition.openvswitch ? [] : [`Bridge=${name}`]),
    "LinkLocalAddressing=no",
    "IPv6AcceptRA=no",
  ];
  const stays = vlan ? [] : left(original.text ?? "");
  put("-port.network", ["[Match]", `Name=${port}`, "", ...asPort, ...stays]);
  if (vlan) {
    put("-vlan.netdev", ["[NetDev]", `Name=${vlan}`, "Kind=vlan", "", "[VLAN]", `Id=${definition.vlan}`]);
    if (original.file) {
      const base = original.file.split("/").pop()!;
      const content = `${header(name)}\n[Network]\nVLAN=${vlan}\n`;
      files.push({ path: `${directory}/${base}.d/windrose-${name}.conf`, content, mode: "0644" });
    } else put("-nic.network", ["[Match]", `Name=${nic}`, "", "[Network]", `VLAN=${vlan}`, "LinkLocalAddressing=no"]);
  }
  const devices = [port, name];
  const up = [
    ...(definition.openvswitch ? [switchUp(definition, original)] : []),
    "networkctl reload || exit 1",
    ...(vlan ? [vlanUp(definition, vlan)] : []),
    waitForDevice(name),
    ...(definition.openvswitch ? [] : [tune(definition, original)]),
    reload(devices),
  ];
  const gone = [
    definition.openvswitch ? switchGone(definition) : deleteDevice(name),
    ...(vlan ? [deleteDevice(vlan)] : []),
  ];
  return { files, down: ":", up: up.join("\n"), gone: gone.join("\n"), boot: ":" };
}

export function networkdPlain(definition: BridgeDefinition, original: Original, bridge: Layout): Layout {
  return {
    files: bridge.files.map(({ path, mode }) => original.files.find((file) => file.path === path) ?? { path, mode }),
    down: ":",
    up: reload([definition.nic, ...(original.makesVlan || original.port === definition.nic ? [] : [original.port])]),
    gone: ":",
    boot: ":",
  };
}
