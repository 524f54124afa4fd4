import { WindroseError } from "../../basics/errors";
import type { Transport } from "../../transports/transport";
import { findFiles, type Inspection, readFiles } from "./inspect";
import type { BridgeDefinition, HostFile, ManagerName, Original } from "./model";
import { prefixBefore } from "./systemd-networkd";

export const portOf = (definition: Pick<BridgeDefinition, "nic" | "vlan">): string =>
  definition.vlan === undefined ? definition.nic : `${definition.nic}.${definition.vlan}`;

interface Managed {
  readonly manager: ManagerName;
  readonly file?: string;
  readonly id?: string;
}

/** netplan's own names of what it makes (netplan.io, `networkd.c` and `nm.c`): the id is within. */
const netplanNetwork = /^\/run\/systemd\/network\/10-netplan-(.+)\.network$/;
const netplanProfile = /^\/run\/NetworkManager\/system-connections\/netplan-(.+?)\.nmconnection$/;

/** Who manages a device: whoever says of itself that it does. */
export function managerOf(found: Inspection, device: string): Managed | undefined {
  const network = value(found.parts.get(`networkd ${device}`), "NETWORK_FILE");
  if (network && value(found.parts.get(`networkd ${device}`), "ADMIN_STATE") !== "unmanaged") {
    const id = netplanNetwork.exec(network)?.[1];
    return id ? { manager: "netplan", file: network, id } : { manager: "systemd-networkd", file: network };
  }
  const [state = "", uuid = ""] = (found.parts.get(`nm ${device}`) ?? "").split("\n");
  // 100 is NM_DEVICE_STATE_ACTIVATED; what it only looks at is `connected (externally)`.
  if (uuid && /^100\b/.test(state) && !state.includes("external")) {
    const lines = (found.parts.get("profiles") ?? "").split("\n");
    const file = lines
      .find((each) => each.startsWith(`${uuid}:`))
      ?.slice(uuid.length + 1)
      .replace(/\\(.)/g, "$1");
    const id = file === undefined ? undefined : netplanProfile.exec(file)?.[1];
    return id ? { manager: "netplan", file, id } : { manager: "NetworkManager", file: file || undefined, id: uuid };
  }
  if ((found.parts.get(`ifupdown ${device}`) ?? "").trim() !== "") return { manager: "ifupdown" };
  return undefined;
}

function value(text: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}=(.*)$`, "m").exec(text ?? "")?.[1] || undefined;
}

/** Where no manager has the device: the one that runs. */
function running(found: Inspection, netplan: readonly string[]): ManagerName | undefined {
  const active = (found.parts.get("active") ?? "").split("\n");
  if (netplan.length > 0 && (active.includes("systemd-networkd") || active.includes("NetworkManager")))
    return "netplan";
  if (active.includes("systemd-networkd")) return "systemd-networkd";
  if (active.includes("NetworkManager")) return "NetworkManager";
  return active.includes("networking") ? "ifupdown" : undefined;
}

const netplanFiles = ["/lib/netplan/*.yaml", "/etc/netplan/*.yaml", "/run/netplan/*.yaml"];

/** What is there before the first change: the manager, the NIC's configuration, and what must go on as it was. */
export async function originalOf(
  transport: Transport,
  definition: BridgeDefinition,
  found: Inspection,
): Promise<Original> {
  const { nic, vlan } = definition;
  const port = portOf(definition);
  if (!found.systemd) {
    throw new WindroseError("requirement-not-met", "the host does not run systemd, by which a change is armed");
  }
  if (definition.openvswitch && !(found.parts.get("tools") ?? "").includes("ovs-vsctl")) {
    throw new WindroseError("command-missing", "the host has no Open vSwitch (ovs-vsctl)", {
      hint: "Install openvswitch-switch on the host.",
    });
  }
  const device = found.links.find((link) => link.ifname === nic);
  if (!device) throw new WindroseError("invalid-input", `the host has no NIC ${nic}`, { hint: listed(found) });
  const present = found.links.find((link) => link.ifname === port);
  if (present?.master) {
    throw new WindroseError("in-use", `${port} is a port of ${present.master} already`, {
      hint: "A NIC is in one bridge or bond at a time.",
    });
  }
  const makesVlan = vlan !== undefined && present === undefined;
  const configured = makesVlan ? nic : port;
  const known = managerOf(found, configured);
  const netplan = known && known.manager !== "netplan" ? [] : await findFiles(transport, netplanFiles);
  const manager = definition.manager ?? known?.manager ?? running(found, netplan);
  if (!manager) {
    throw new WindroseError("requirement-not-met", `nothing manages ${configured} on the host`, {
      hint: "systemd-networkd, NetworkManager, netplan and ifupdown are supported; one of them must run.",
    });
  }
  if (known && known.manager !== manager) {
    throw new WindroseError("invalid-input", `${configured} is managed by ${known.manager}, not by ${manager}`, {
      hint: `Leave \`manager\` out, or set it to "${known.manager}".`,
    });
  }
  const over = (routes: Inspection["routes4"]) => !makesVlan && routes.some((route) => route.dev === port);
  const files = await filesOf(transport, manager, known?.file, netplan);
  const merged = manager === "systemd-networkd" || manager === "NetworkManager";
  if (merged && !makesVlan && known && !known.file) {
    throw new WindroseError("unsupported", `the configuration of ${port} is kept in no file`, {
      hint: "Store it on the host first (`nmcli connection modify`).",
    });
  }
  if (manager === "systemd-networkd" && prefixBefore(known?.file) === undefined) {
    throw new WindroseError("unsupported", `no file can come before ${known?.file}`, { hint: "Rename it." });
  }
  return {
    manager,
    port,
    makesVlan,
    mac: device.address ?? "",
    gateway4: over(found.routes4),
    gateway6: over(found.routes6),
    file: known?.file,
    id: known?.id,
    text: merged && known?.file ? files.map((file) => file.content ?? "").join("\n") : undefined,
    iaid: makesVlan ? undefined : iaidOf(found.parts.get(`lease ${port}`)),
    files: merged ? [] : files,
  };
}

/** RFC 4361: a client identifier of type 255 is the IAID and the DUID. */
export function iaidOf(lease: string | undefined): string | undefined {
  return /^CLIENTID=ff([0-9a-f]{8})/m.exec(lease ?? "")?.[1];
}

async function filesOf(
  transport: Transport,
  manager: ManagerName,
  file: string | undefined,
  netplan: readonly string[],
): Promise<HostFile[]> {
  if (manager === "netplan") return shadowed(await readFiles(transport, netplan));
  if (manager === "ifupdown") {
    const main = "/etc/network/interfaces";
    const [first] = await readFiles(transport, [main]);
    const patterns = [...(first?.content ?? "").matchAll(/^\s*source\s+(\/[\w./*?[\]-]+)\s*$/gm)].map(
      (match) => match[1]!,
    );
    const directories = [...(first?.content ?? "").matchAll(/^\s*source-directory\s+(\/[\w./-]+)\s*$/gm)];
    const all = [...patterns, ...directories.map((match) => `${match[1]}/*`)];
    const sourced = all.length > 0 ? await findFiles(transport, all) : [];
    return readFiles(transport, [main, ...sourced.filter((path) => path !== main)]);
  }
  if (!file) return [];
  if (manager === "NetworkManager") return readFiles(transport, [file]);
  const name = file.split("/").pop()!;
  if (!/^[\w.@:+-]+$/.test(name)) {
    throw new WindroseError("unsupported", `${file} has a name that is not understood`, { hint: "Rename it." });
  }
  const directories = ["/usr/lib", "/usr/local/lib", "/run", "/etc"].map(
    (each) => `${each}/systemd/network/${name}.d/*.conf`,
  );
  const dropIns = await findFiles(transport, directories);
  // Of one name, the last directory's counts; they are read in the order of their names.
  const byName = new Map(dropIns.map((path) => [path.split("/").pop()!, path]));
  return readFiles(transport, [file, ...[...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)]);
}

/** netplan(5): of files of one name, the one in /run goes before /etc, and that before /lib; they are read by name. */
function shadowed(files: readonly HostFile[]): HostFile[] {
  const byName = new Map(files.map((file) => [file.path.split("/").pop()!, file]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

function listed(found: Inspection): string {
  const names = found.links.map((link) => link.ifname).filter((name) => name !== "lo");
  return `It has: ${names.slice(0, 20).join(", ")}.`;
}
