import ipaddr from "ipaddr.js";
import { hasCode } from "../../../basics/errors";
import { attempt } from "../errors";
import { type DomainHandle, ErrorNumber, InterfaceAddressSource, isLibvirtError } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml } from "../xml";
import { currentXml, need } from "./access";

/** What is known of the guest from within and from the network around it. */

/** Milliseconds for the agent's answer to what it can say at once. */
const agentDeadline = 4000;

/** Whether the guest's agent has its channel open; that costs no call to a guest that has none. */
export async function agentConnected(session: LibvirtSession, domain: DomainHandle): Promise<boolean> {
  const xml = parseXml(await currentXml(session, domain), "A running machine's definition");
  return xml
    .all("devices/channel/target")
    .some(
      (target) => target.attribute("name") === "org.qemu.guest_agent.0" && target.attribute("state") === "connected",
    );
}

/** Failures that mean "no answer from there", not that the host is in trouble. */
function isSilence(error: unknown): boolean {
  return (
    hasCode(error, "timeout") ||
    isLibvirtError(
      error,
      ErrorNumber.AGENT_UNRESPONSIVE,
      ErrorNumber.AGENT_UNSYNCED,
      ErrorNumber.OPERATION_INVALID,
      ErrorNumber.OPERATION_TIMEOUT,
      ErrorNumber.OPERATION_UNSUPPORTED,
      ErrorNumber.ARGUMENT_UNSUPPORTED,
      ErrorNumber.NO_SUPPORT,
      ErrorNumber.INTERNAL_ERROR,
    )
  );
}

export async function agentAnswers(session: LibvirtSession, uuid: string): Promise<boolean> {
  const domain = await need(session, uuid);
  return attempt(`asking the guest agent of ${domain.name}`, async () => {
    if (!(await agentConnected(session, domain))) return false;
    try {
      const command = JSON.stringify({ execute: "guest-ping" });
      const timeout = Math.ceil(agentDeadline / 1000);
      await session.call("QEMU_DOMAIN_AGENT_COMMAND", { domain, command, timeout }, { deadline: agentDeadline + 2000 });
      return true;
    } catch (error) {
      if (isSilence(error)) return false;
      throw error;
    }
  });
}

export interface GuestAddress {
  mac: string;
  address: string;
  source: "lease" | "agent" | "arp";
}

/** Addresses that nobody can reach the guest by from elsewhere. */
const useless = new Set(["unspecified", "linkLocal", "loopback", "multicast", "broadcast"]);

function usable(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  return useless.has(address.range()) ? undefined : address;
}

const sources = ["lease", "agent", "arp"] as const;

/** Sorted: IPv4 before IPv6, then by how far the source is to be trusted; each address of a MAC address once. */
export function sortAddresses(all: readonly GuestAddress[], macs: ReadonlySet<string>): GuestAddress[] {
  const seen = new Set<string>();
  const kept: (GuestAddress & { six: boolean })[] = [];
  for (const source of sources) {
    for (const entry of all) {
      const address = entry.source === source ? usable(entry.address) : undefined;
      const mac = entry.mac.toLowerCase();
      if (!address || !macs.has(mac)) continue;
      const text = address.toString();
      if (seen.has(`${mac} ${text}`)) continue;
      seen.add(`${mac} ${text}`);
      kept.push({ mac, address: text, source, six: address.kind() === "ipv6" });
    }
  }
  return [...kept.filter(({ six }) => !six), ...kept.filter(({ six }) => six)].map(({ mac, address, source }) => ({
    mac,
    address,
    source,
  }));
}

async function ask(
  session: LibvirtSession,
  domain: DomainHandle,
  source: GuestAddress["source"],
): Promise<GuestAddress[]> {
  try {
    const { interfaces } = await session.call(
      "DOMAIN_INTERFACE_ADDRESSES",
      { domain, source: InterfaceAddressSource[source] },
      { deadline: source === "agent" ? agentDeadline : 15_000 },
    );
    return interfaces.flatMap(({ mac, addresses }) =>
      mac === null ? [] : addresses.map(({ address }) => ({ mac, address, source })),
    );
  } catch (error) {
    if (isSilence(error)) return [];
    throw error;
  }
}

/** Addresses of the running guest; none where it is off. */
export async function addresses(session: LibvirtSession, uuid: string): Promise<GuestAddress[]> {
  const domain = await need(session, uuid);
  return attempt(`asking for the addresses of ${domain.name}`, async () => {
    if (domain.id < 0) return [];
    const xml = parseXml(await currentXml(session, domain), "A running machine's definition");
    const macs = new Set(
      xml.all("devices/interface/mac").map((element) => (element.attribute("address") ?? "").toLowerCase()),
    );
    const connected = xml.all("devices/channel/target").some((target) => target.attribute("state") === "connected");
    const asked = sources.filter((source) => source !== "agent" || connected);
    const answers = await Promise.all(asked.map((source) => ask(session, domain, source)));
    return sortAddresses(answers.flat(), macs);
  });
}

/** Resolves at the next event that may have changed the guest's addresses or power, at the latest after that long. */
export async function nextEvent(session: LibvirtSession, uuid: string, milliseconds: number): Promise<void> {
  await attempt("waiting for an event of the machine", () =>
    session.using(async (client) => {
      const watch = await client.watch(
        ["lifecycle", "agent-lifecycle", "reboot"],
        (event) => event.body.domain.uuid === uuid,
      );
      try {
        await watch.next(undefined, { deadline: Math.max(1, milliseconds) });
      } catch (error) {
        if (!hasCode(error, "timeout")) throw error;
      } finally {
        watch.close();
      }
    }),
  );
}
