import { parseDocument, stringify } from "yaml";
import { WindroseError } from "../../basics/errors";
import { ownVlan, tune, vlanUp } from "./kernel-bridge";
import type { Addressing, BridgeDefinition, HostFile, Layout, Original } from "./model";
import { macOf, switchGone, switchUp } from "./openvswitch";
import { deleteDevice, header, line, waitForDevice } from "./shell";

/** What is about addresses in a device's definition (netplan(5)); it goes to the bridge. */
const moved = [
  "addresses",
  "dhcp4",
  "dhcp6",
  "dhcp-identifier",
  "dhcp4-overrides",
  "dhcp6-overrides",
  "accept-ra",
  "gateway4",
  "gateway6",
  "routes",
  "routing-policy",
  "nameservers",
  "link-local",
  "ipv6-privacy",
  "ipv6-address-generation",
  "ipv6-address-token",
  "ipv6-mtu",
  "optional-addresses",
] as const;

const kinds = ["ethernets", "bonds", "vlans", "wifis"] as const;

type Settings = Record<string, unknown>;

function addressed(addressing: Addressing): Settings {
  const { addresses, dhcp4, dhcp6, acceptRa, gateway, gateway6, dns, search } = addressing;
  const routes = [
    ...(gateway ? [{ to: "0.0.0.0/0", via: gateway }] : []),
    ...(gateway6 ? [{ to: "::/0", via: gateway6 }] : []),
  ];
  const nameservers = {
    ...(dns.length > 0 ? { addresses: [...dns] } : {}),
    ...(search.length > 0 ? { search: [...search] } : {}),
  };
  return {
    dhcp4,
    dhcp6,
    "accept-ra": acceptRa,
    ...(addresses.length > 0 ? { addresses: [...addresses] } : {}),
    ...(routes.length > 0 ? { routes } : {}),
    ...(Object.keys(nameservers).length > 0 ? { nameservers } : {}),
  };
}

/** As netplan merges files: lists grow, mappings are merged, anything else is replaced. */
function merge(into: Settings, more: Settings): void {
  for (const [key, value] of Object.entries(more)) {
    // A key of the host's own files may be `__proto__`: nothing that is not there itself is merged into.
    if (key === "__proto__") continue;
    const old = into[key];
    if (Array.isArray(old) && Array.isArray(value)) into[key] = [...old, ...value];
    else if (plain(old) && plain(value)) merge(old, value);
    else into[key] = value;
  }
}

const plain = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Takes the addresses out of the files that define the device: what they were, the files without them, and its kind. */
export function takeOut(
  files: readonly HostFile[],
  id: string,
): { settings: Settings; edited: HostFile[]; kind?: string } {
  const settings: Settings = {};
  const edited: HostFile[] = [];
  let kind: string | undefined;
  for (const file of files) {
    if (file.content === undefined) continue;
    const document = parseDocument(file.content);
    let changed = false;
    for (const each of kinds) {
      const path = ["network", each, id];
      if (!document.hasIn(path)) continue;
      kind = each;
      const definition: unknown = (document.toJS() as { network: Record<string, Settings> }).network[each]?.[id];
      if (!plain(definition)) continue;
      const mine = Object.fromEntries(Object.entries(definition).filter(([key]) => moved.includes(key as "routes")));
      if (Object.keys(mine).length === 0) continue;
      merge(settings, mine);
      for (const key of Object.keys(mine)) document.deleteIn([...path, key]);
      changed = true;
    }
    if (changed) edited.push({ ...file, content: document.toString(), edited: true });
  }
  return { settings, edited, kind };
}

/**
 * Makes what is generated run. `netplan apply` would touch all of the host's network, and needs udev; it is left for
 * NetworkManager's profiles, whose changes nothing else takes up.
 */
function taken(original: Original, devices: readonly string[]): string {
  if (original.file?.startsWith("/run/NetworkManager/")) return "netplan apply || exit 1";
  const each = devices.map((device) => line("networkctl", "reconfigure", device));
  return ["netplan generate || exit 1", "networkctl reload || exit 1", "sleep 0.3", ...each].join("\n");
}

export function netplanBridge(definition: BridgeDefinition, original: Original): Layout {
  const { name, nic } = definition;
  const { port } = original;
  const vlan = ownVlan(definition, original);
  const id = original.id ?? port;
  const networkd = !original.file?.startsWith("/run/NetworkManager/");
  const {
    settings,
    edited,
    kind = "ethernets",
  } = vlan ? { settings: {}, edited: [], kind: undefined } : takeOut(original.files, id);
  const outside = edited.find((file) => !file.path.startsWith("/etc/netplan/"));
  if (outside) {
    throw new WindroseError(
      "unsupported",
      `${port} has its addresses from ${outside.path}, which is not the host's own`,
      {
        hint: `Put them into a file under /etc/netplan of the same name.`,
      },
    );
  }
  const own: Settings = definition.addressing
    ? addressed(definition.addressing)
    : vlan
      ? { dhcp4: false, dhcp6: false, "link-local": [] }
      : settings;
  const quiet = { dhcp4: false, dhcp6: false, "accept-ra": false, "link-local": [] };
  const network: Record<string, unknown> = { version: 2 };
  if (vlan) {
    if (!original.id) network.ethernets = { [nic]: { ...quiet } };
    network.vlans = { [vlan]: { id: definition.vlan, link: original.id ?? nic, ...quiet } };
  } else network[kind] = { [id]: quiet };
  if (definition.openvswitch) {
    network.ethernets = { ...(network.ethernets as Settings | undefined), [name]: own };
  } else {
    const parameters = {
      stp: definition.stp,
      ...(definition.stp && definition.forwardDelay !== undefined ? { "forward-delay": definition.forwardDelay } : {}),
    };
    network.bridges = {
      [name]: {
        interfaces: [vlan ?? id],
        macaddress: macOf(definition, original),
        ...(definition.mtu === undefined ? {} : { mtu: definition.mtu }),
        parameters,
        ...own,
      },
    };
  }
  const files: HostFile[] = [
    ...edited,
    {
      path: `/etc/netplan/95-windrose-${name}.yaml`,
      content: `${header(name)}\n${stringify({ network })}`,
      mode: "0600",
    },
  ];
  if (original.iaid && !definition.addressing && !vlan) {
    files.push({
      path: `/etc/systemd/network/10-netplan-${name}.network.d/windrose.conf`,
      content: `${header(name)}\n[DHCPv4]\nIAID=${Number.parseInt(original.iaid, 16)}\n`,
      mode: "0644",
    });
  }
  const up = [
    ...(definition.openvswitch ? [switchUp(definition, original)] : []),
    taken(original, []),
    ...(vlan ? [vlanUp(definition, vlan)] : []),
    waitForDevice(name),
    ...(networkd ? [vlan ?? port, name].map((device) => `${line("networkctl", "reconfigure", device)} || exit 1`) : []),
    ...(definition.openvswitch ? [] : [tune(definition, original)]),
  ];
  const gone = [
    definition.openvswitch ? switchGone(definition) : deleteDevice(name),
    ...(vlan ? [deleteDevice(vlan)] : []),
  ];
  return { files, down: ":", up: up.join("\n"), gone: gone.join("\n"), boot: "netplan generate" };
}

export function netplanPlain(definition: BridgeDefinition, original: Original, bridge: Layout): Layout {
  return {
    files: bridge.files.map(({ path, mode }) => original.files.find((file) => file.path === path) ?? { path, mode }),
    down: ":",
    up: taken(original, [original.makesVlan ? definition.nic : original.port]),
    gone: ":",
    boot: "netplan generate",
  };
}

/**
 * Of a file that was edited since: what was taken out of the device's definition is put back into it, where nobody put
 * something else there.
 */
export function netplanPutBack(
  now: string,
  before: HostFile,
  _definition: BridgeDefinition,
  original: Original,
): string {
  const id = original.id ?? original.port;
  const { settings, kind } = takeOut([before], id);
  const document = parseDocument(now);
  if (kind === undefined || !document.hasIn(["network", kind, id])) return now;
  for (const [key, value] of Object.entries(settings)) {
    const path = ["network", kind, id, key];
    if (!document.hasIn(path)) document.setIn(path, document.createNode(value));
  }
  return document.toString();
}
