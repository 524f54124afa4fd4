import { WindroseError } from "../../../basics/errors";
import { networkText, overlap, parseSubnet, type Subnet } from "../../../basics/subnet";
import type { NetworkAddress, NetworkDefinition } from "../../model";
import { found } from "../errors";
import { ErrorNumber, isLibvirtError } from "../rpc";
import type { LibvirtSession } from "../session";
import { readNetwork } from "./network-xml";

/** Only those that run (`VIR_CONNECT_LIST_NETWORKS_ACTIVE`, include/libvirt/libvirt-network.h). */
const running = 2;
/** Milliseconds for a look at the host's routes. */
const lookTimeout = 10_000;

/**
 * libvirt starts no network in whose subnet the host has a route already, and names neither (`networkCheckRouteCollision`,
 * src/network/bridge_driver_linux.c). Asked once it has refused: whose it is, or the refusal as it was.
 */
export async function refusedStart(
  session: LibvirtSession,
  definition: Pick<NetworkDefinition, "uuid" | "ipv4" | "ipv6">,
  error: unknown,
): Promise<unknown> {
  if (!isLibvirtError(error, ErrorNumber.INTERNAL_ERROR)) return error;
  const why = await overlapping(session, definition).catch(() => undefined);
  const hint = "Choose another subnet, or remove what has this one.";
  return why === undefined ? error : new WindroseError("address-taken", why, { hint, cause: error });
}

async function overlapping(
  session: LibvirtSession,
  { uuid, ipv4, ipv6 }: Pick<NetworkDefinition, "uuid" | "ipv4" | "ipv6">,
): Promise<string | undefined> {
  const wanted = [ipv4, ipv6].flatMap(subnetOf);
  const others = await otherNetworks(session, uuid);
  for (const other of others)
    for (const theirs of [other.ipv4, other.ipv6].flatMap(subnetOf)) {
      const ours = wanted.find((subnet) => overlap(subnet, theirs));
      const bridge = other.bridge ? ` (${other.bridge})` : "";
      if (ours) return `${networkText(ours)} overlaps ${networkText(theirs)} of the network ${other.name}${bridge}`;
    }
  for (const { subnet, device } of await routes(session)) {
    const ours = wanted.find((one) => overlap(one, subnet));
    if (ours) return `${networkText(ours)} overlaps ${networkText(subnet)}, which the host has a route to (${device})`;
  }
  return undefined;
}

async function otherNetworks(session: LibvirtSession, uuid: string): Promise<NetworkDefinition[]> {
  const { networks } = await session.call("CONNECT_LIST_ALL_NETWORKS", { flags: running });
  const all = await Promise.all(
    networks
      .filter((network) => network.uuid !== uuid)
      .map((network) => found(session.call("NETWORK_GET_XML_DESC", { network, flags: 0 }))),
  );
  return all.flatMap((answer) => (answer ? [readNetwork(answer.xml)] : []));
}

/** The host's own addresses are among them, each with its subnet. */
async function routes(session: LibvirtSession): Promise<{ subnet: Subnet; device: string }[]> {
  const { stdout } = await session.transport.exec(["ip", "-j", "-4", "route", "show"], { timeout: lookTimeout });
  const list = JSON.parse(stdout || "[]") as { dst?: unknown; dev?: unknown }[];
  return list.flatMap(({ dst, dev }) => {
    const [address = "", prefix = "32"] = String(dst).split("/");
    return subnetOf({ address, prefix: Number(prefix) }).map((subnet) => ({ subnet, device: String(dev) }));
  });
}

function subnetOf(given: NetworkAddress | undefined): Subnet[] {
  const subnet = given && parseSubnet(`${given.address}/${given.prefix}`);
  return subnet ? [subnet] : [];
}
