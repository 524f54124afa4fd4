import { WindroseError } from "../../../basics/errors";
import type { PowerState } from "../../model";
import { attempt, found } from "../errors";
import { Affect, type DomainHandle, DomainState, DomainXml } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml, type XmlElement } from "../xml";

/** How a machine is found, and what else of it all parts of the driver ask. */

export function lookup(session: LibvirtSession, uuid: string): Promise<DomainHandle | undefined> {
  return attempt(
    "looking the machine up",
    async () => (await found(session.call("DOMAIN_LOOKUP_BY_UUID", { uuid })))?.domain,
  );
}

export async function need(session: LibvirtSession, uuid: string): Promise<DomainHandle> {
  const domain = await lookup(session, uuid);
  if (!domain) throw new WindroseError("not-found", `There is no machine with the UUID ${uuid}`);
  return domain;
}

const powers: ReadonlyMap<number, PowerState> = new Map([
  [DomainState.running, "running"],
  [DomainState.blocked, "running"],
  // The guest has halted, its process has yet to end.
  [DomainState.shutdown, "running"],
  [DomainState.paused, "paused"],
  [DomainState.shutoff, "shutoff"],
  [DomainState.none, "shutoff"],
  [DomainState.crashed, "crashed"],
  [DomainState.suspended, "suspended"],
]);

export async function powerOf(session: LibvirtSession, domain: DomainHandle): Promise<PowerState> {
  const { state } = await session.call("DOMAIN_GET_STATE", { domain });
  const power = powers.get(state);
  if (!power) throw new WindroseError("protocol", `The machine ${domain.name} is in an unknown state, ${state}`);
  return power;
}

/** Whether a process runs for it, be it paused. */
export function isActive(power: PowerState): boolean {
  return power === "running" || power === "paused" || power === "suspended";
}

/** The stored definition, passwords included: never for a message. */
export async function storedXml(session: LibvirtSession, domain: DomainHandle): Promise<string> {
  const flags = DomainXml.inactive | DomainXml.secure;
  return (await session.call("DOMAIN_GET_XML_DESC", { domain, flags })).xml;
}

/** What runs, or what is stored where it is off; passwords included. */
export async function currentXml(session: LibvirtSession, domain: DomainHandle): Promise<string> {
  return (await session.call("DOMAIN_GET_XML_DESC", { domain, flags: DomainXml.secure })).xml;
}

/** The stored definition and, where the machine runs, the running one; each with the flag that a change of it takes. */
export interface Sides {
  domain: DomainHandle;
  stored: XmlElement;
  running?: XmlElement;
}

export async function sides(session: LibvirtSession, uuid: string): Promise<Sides> {
  const domain = await need(session, uuid);
  const active = isActive(await powerOf(session, domain));
  const [stored, running] = await Promise.all([
    storedXml(session, domain),
    active ? currentXml(session, domain) : undefined,
  ]);
  return {
    domain,
    stored: parseXml(stored, "A machine's stored definition"),
    ...(running === undefined ? {} : { running: parseXml(running, "A running machine's definition") }),
  };
}

/** The flags for a change of both sides. */
export function affect({ running }: { running?: unknown }): number {
  return running === undefined ? Affect.config : Affect.live | Affect.config;
}
