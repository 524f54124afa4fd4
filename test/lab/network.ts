import { existsSync, readdirSync } from "node:fs";
import { run } from "./process.js";

/** The fabric's own address, on which tests serve images to hosts. All of this is inside network namespaces. */
export const fabricAddress = "172.31.250.1";
export const hostAddress = (index: number): string => `172.31.250.${index}`;
export const firstIndex = 11;
export const lastIndex = 250;

const bridge = "br0";
const namespaces = "/run/netns";

export const namespacePath = (name: string): string => `${namespaces}/${name}`;

const port = (index: number): string => `v${index}`;

/** Several ip(8) commands of one namespace in one process. */
async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await run(["ip", "-n", namespace, "-batch", "-"], { stdin: `${commands.join("\n")}\n` });
}

export function findNamespaces(prefix: string): string[] {
  if (!existsSync(namespaces)) return [];
  return readdirSync(namespaces).filter((name) => name === prefix || name.startsWith(`${prefix}-`));
}

export async function deleteNamespace(name: string): Promise<void> {
  const path = namespacePath(name);
  if (!existsSync(path)) return;
  // Two may sweep one dead lab: the other was quicker then.
  const { stderr } = await run(["ip", "netns", "delete", name], { check: false });
  if (existsSync(path)) throw new Error(`network namespace ${name} stays: ${stderr.trim()}`);
}

/** A namespace with the bridge that hosts are plugged into; the code under test runs in it. */
export async function makeFabric(fabric: string): Promise<void> {
  await run(["ip", "netns", "add", fabric]);
  await ip(fabric, [
    "link set lo up",
    `link add ${bridge} type bridge`,
    `address add ${fabricAddress}/24 dev ${bridge}`,
    `link set ${bridge} up`,
  ]);
}

/**
 * A host's namespace, with a cable (`host0`) to the fabric's bridge. `addressed: false`: the NIC is left to the host's own
 * network manager, with a MAC address that it keeps over restarts.
 */
export async function plugIn(fabric: string, namespace: string, index: number, addressed = true): Promise<void> {
  await run(["ip", "netns", "add", namespace]);
  await ip(fabric, [
    `link add ${port(index)} type veth peer name host0 netns ${namespace}`,
    `link set ${port(index)} master ${bridge} up`,
  ]);
  if (!addressed) {
    const mac = `02:57:52:00:00:${index.toString(16).padStart(2, "0")}`;
    await ip(namespace, ["link set lo up", `link set host0 address ${mac}`]);
    return;
  }
  await ip(namespace, [
    "link set lo up",
    `address add ${hostAddress(index)}/24 dev host0`,
    "link set host0 up",
    `route add default via ${fabricAddress}`,
  ]);
}

/** Takes a host's cable and namespace away. The kernel clears a namespace later, so the cable is pulled by itself first. */
export async function unplug(fabric: string, namespace: string, index: number): Promise<void> {
  await run(["ip", "-n", fabric, "link", "delete", port(index)], { check: false });
  await deleteNamespace(namespace);
}

/** Packets to and from the host vanish without an answer, as behind a broken switch. */
export async function cutCable(fabric: string, index: number): Promise<void> {
  await ip(fabric, [`link set ${port(index)} nomaster`]);
}

export async function mendCable(fabric: string, index: number): Promise<void> {
  await ip(fabric, [`link set ${port(index)} master ${bridge}`]);
}

export async function addRoute(fabric: string, subnet: string, index: number): Promise<void> {
  await ip(fabric, [`route replace ${subnet} via ${hostAddress(index)}`]);
}
