import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Who gives a host of the form "networks" its address. */
export type NetworkManager = "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown";

export interface ManagedOptions {
  readonly manager: NetworkManager;
  /** The address by DHCP; default: fixed, with the fabric as its gateway. */
  readonly dhcp?: boolean;
  /** An IPv6 address with its prefix, besides the other. */
  readonly ipv6?: string;
  readonly openvswitch?: boolean;
}

type Network = { nic: string; address: string; gateway: string };

/** The name server and search domain that these configurations name. */
export const nameServer = "172.31.250.53";
export const searchDomain = "lab.example";

/** Writes a file under a root file system, and the directories that it is in. */
export async function put(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

/** As `systemctl enable` does, on a root file system that is not running. */
export async function enable(root: string, unit: string, target = "multi-user.target"): Promise<void> {
  const link = join(root, `etc/systemd/system/${target}.wants/${unit}`);
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { force: true });
  await symlink(`/lib/systemd/system/${unit}`, link);
}

const networkd = ({ nic, address, gateway }: Network, { dhcp, ipv6 }: ManagedOptions) =>
  [
    "# Kept by hand.",
    "[Match]",
    `Name=${nic}`,
    "",
    "[Network]",
    ...(dhcp ? ["DHCP=ipv4"] : [`Address=${address}/24`, `Gateway=${gateway}`]),
    ...(ipv6 ? [`Address=${ipv6}`] : []),
    `DNS=${nameServer}`,
    `Domains=${searchDomain}`,
    "",
  ].join("\n");

const keyfile = ({ nic, address, gateway }: Network, { dhcp, ipv6 }: ManagedOptions) =>
  [
    "[connection]",
    "id=uplink",
    "uuid=8f6e3a52-5c39-4a58-a3f5-6b7d3b1f9a10",
    "type=ethernet",
    `interface-name=${nic}`,
    "",
    "[ipv4]",
    ...(dhcp ? ["method=auto"] : ["method=manual", `address1=${address}/24,${gateway}`]),
    `dns=${nameServer};`,
    `dns-search=${searchDomain};`,
    "",
    "[ipv6]",
    ...(ipv6 ? ["method=manual", `address1=${ipv6}`] : ["method=link-local"]),
    "",
  ].join("\n");

const netplan = ({ nic, address, gateway }: Network, { dhcp, ipv6 }: ManagedOptions) =>
  [
    "# Kept by hand.",
    "network:",
    "  version: 2",
    "  renderer: networkd",
    "  ethernets:",
    `    ${nic}:`,
    ...(dhcp ? ["      dhcp4: true"] : []),
    ...(!dhcp || ipv6 ? ["      addresses:"] : []),
    ...(dhcp ? [] : [`        - ${address}/24`]),
    ...(ipv6 ? [`        - "${ipv6}"`] : []),
    ...(dhcp ? [] : ["      routes:", "        - to: default", `          via: ${gateway}`]),
    "      nameservers:",
    `        addresses: [${nameServer}]`,
    `        search: [${searchDomain}]`,
    "",
  ].join("\n");

const interfaces = ({ nic, address, gateway }: Network, { dhcp, ipv6 }: ManagedOptions) =>
  [
    "# Kept by hand.",
    "auto lo",
    "iface lo inet loopback",
    "",
    `auto ${nic}`,
    ...(dhcp
      ? [`iface ${nic} inet dhcp`]
      : [`iface ${nic} inet static`, `    address ${address}/24`, `    gateway ${gateway}`]),
    `    dns-nameservers ${nameServer}`,
    `    dns-search ${searchDomain}`,
    ...(ipv6 ? ["", `iface ${nic} inet6 static`, `    address ${ipv6}`, "    dad-attempts 0"] : []),
    "",
  ].join("\n");

/** What `startHost` takes as `configure`: the host's one NIC under this manager. */
export function managed(options: ManagedOptions): (root: string, network: Network) => Promise<void> {
  return async (root, network) => {
    if (options.openvswitch) await enable(root, "openvswitch-switch.service");
    switch (options.manager) {
      case "systemd-networkd":
        await put(root, "etc/systemd/network/20-uplink.network", networkd(network, options));
        return enable(root, "systemd-networkd.service");
      case "netplan":
        await put(root, "etc/netplan/50-uplink.yaml", netplan(network, options), 0o600);
        return enable(root, "systemd-networkd.service");
      case "NetworkManager":
        await put(root, "etc/NetworkManager/system-connections/uplink.nmconnection", keyfile(network, options), 0o600);
        return enable(root, "NetworkManager.service");
      case "ifupdown":
        await put(root, "etc/network/interfaces", interfaces(network, options));
        return enable(root, "networking.service");
    }
  };
}
