import { isDeepStrictEqual } from "node:util";
import type { Inputs } from "../../basics/record";
import { contains, parseAddress, parseSubnet } from "../../basics/subnet";
import type { DnsHost, Mark, NetworkAddress, NetworkDefinition, NetworkState, Reservation } from "../../drivers/model";
import type { NetworkInputs } from "./fields";

/** What is brought to a running network without a restart. */
export type Hosts = Pick<NetworkDefinition, "reservations" | "dnsHosts">;

export function definitionOf(inputs: NetworkInputs, mark: Mark | undefined): NetworkDefinition {
  return {
    uuid: inputs.uuid,
    name: inputs.name,
    mark,
    mode: inputs.mode,
    bridge: inputs.bridge,
    mtu: inputs.mtu,
    domain: inputs.domain,
    ipv4: addressOf(inputs.ipv4, "ipv4"),
    ipv6: addressOf(inputs.ipv6, "ipv6"),
    ...hostsOf(inputs),
    forwarders: (inputs.dns?.forwarders ?? []).map(canonical),
  };
}

function addressOf(given: NetworkInputs["ipv4"], kind: "ipv4" | "ipv6"): NetworkAddress | undefined {
  const subnet = given && parseSubnet(given.address, kind);
  if (!subnet) return undefined;
  const dhcp = given.dhcp && { start: canonical(given.dhcp.start), end: canonical(given.dhcp.end) };
  return { address: subnet.address.toString(), prefix: subnet.prefix, ...(dhcp ? { dhcp } : {}) };
}

function canonical(address: string): string {
  return parseAddress(address)?.toString() ?? address;
}

function hostsOf({ dns, reservations: kept }: NetworkInputs): Hosts {
  const reservations = Object.entries(kept ?? {}).map(([key, { mac, address, hostname = key }]) => ({
    mac,
    address: canonical(address),
    name: hostname,
  }));
  const names = new Map<string, string[]>();
  for (const [name, address] of Object.entries(dns?.hosts ?? {})) {
    const text = canonical(address);
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  return {
    reservations,
    dnsHosts: [...names].map(([address, list]) => ({ address, names: list.sort() })),
  };
}

/** What of the definition is in force only after the network was restarted. The bridge is the hypervisor's where none is asked for. */
const restarting = ["domain", "mtu", "ipv4", "ipv6", "forwarders"] as const;

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** Whether an aspect is as asked for, however its addresses are spelled. */
function sameAspect(name: (typeof restarting)[number], one: NetworkDefinition, other: NetworkDefinition): boolean {
  if (name === "domain" || name === "mtu") return one[name] === other[name];
  if (name === "forwarders")
    return isDeepStrictEqual(new Set(one.forwarders.map(canonical)), new Set(other.forwarders.map(canonical)));
  const spelled = ({ [name]: given }: NetworkDefinition) =>
    given && {
      address: canonical(given.address),
      prefix: given.prefix,
      dhcp: given.dhcp && { start: canonical(given.dhcp.start), end: canonical(given.dhcp.end) },
    };
  return isDeepStrictEqual(plain(spelled(one)), plain(spelled(other)));
}

/** Names of what differs and needs a restart. */
export function needsRestart(wanted: NetworkDefinition, there: NetworkDefinition): string[] {
  return restarting.filter((name) => !sameAspect(name, wanted, there));
}

/** What can never be changed on a network that is there. */
export function otherKind(wanted: NetworkDefinition, there: NetworkDefinition): string[] {
  const names: string[] = [];
  if (wanted.name !== there.name) names.push("name");
  if (wanted.mode !== there.mode) names.push("mode");
  if (wanted.bridge !== undefined && wanted.bridge !== there.bridge) names.push("bridge");
  return names;
}

/** Reservations that machines made for themselves stay, as long as they are in the subnet. */
export function withOthers(wanted: NetworkDefinition, there: NetworkState, before: Hosts): NetworkDefinition {
  const own = new Set([...wanted.reservations, ...before.reservations].map((one) => one.mac));
  const taken = new Set(wanted.reservations.map((one) => one.address));
  const subnet = wanted.ipv4 && parseSubnet(`${wanted.ipv4.address}/${wanted.ipv4.prefix}`, "ipv4");
  const others = there.reservations.filter((one) => {
    const address = parseAddress(one.address, "ipv4");
    return !own.has(one.mac) && !taken.has(one.address) && subnet && address && contains(subnet, address);
  });
  return { ...wanted, reservations: [...wanted.reservations, ...others] };
}

/** Whether the running network has all that is asked for, and nothing that was ours and is not any more. */
export function hostsSettled(wanted: Hosts, there: Hosts, before: Hosts): boolean {
  const settled = <T>(key: (one: T) => unknown, asked: T[], found: T[], old: T[]) => {
    const has = new Set(found.map((one) => JSON.stringify(key(one))));
    const wants = new Set(asked.map((one) => JSON.stringify(key(one))));
    const stale = old.map((one) => JSON.stringify(key(one))).filter((one) => !wants.has(one));
    return [...wants].every((one) => has.has(one)) && !stale.some((one) => has.has(one));
  };
  const reservation = ({ mac, address, name }: Reservation) => [mac, canonical(address), name ?? null];
  return (
    settled(reservation, wanted.reservations, there.reservations, before.reservations) &&
    settled(dnsName, flat(wanted.dnsHosts), flat(there.dnsHosts), flat(before.dnsHosts))
  );
}

const flat = (hosts: DnsHost[]) => hosts.flatMap(({ address, names }) => names.map((name) => ({ address, name })));
const dnsName = ({ address, name }: { address: string; name: string }) => [canonical(address), name];

/** All of both: what may be in a network while it is brought from one to the other. */
export function union(one: Hosts, other: Hosts): Hosts {
  const unique = <T>(all: T[]) => [...new Map(all.map((item) => [JSON.stringify(item), item])).values()];
  return {
    reservations: unique([...one.reservations, ...other.reservations]),
    dnsHosts: unique([...one.dnsHosts, ...other.dnsHosts]),
  };
}

export const hostsIn = ({ reservations, dnsHosts }: Hosts): Hosts => ({ reservations, dnsHosts });

/** The fields as the network has them: what the program gave, and no more. */
export function driftOf(inputs: NetworkInputs, wanted: NetworkDefinition, there: NetworkState): Inputs {
  const real: Inputs = {};
  for (const name of ["name", "mode"] as const) if (wanted[name] !== there[name]) real[name] = there[name];
  if (wanted.bridge !== undefined && wanted.bridge !== there.bridge) real.bridge = there.bridge;
  for (const name of ["domain", "mtu"] as const) if (!sameAspect(name, wanted, there)) real[name] = there[name];
  for (const name of ["ipv4", "ipv6"] as const) {
    if (sameAspect(name, wanted, there)) continue;
    const found = there[name];
    real[name] = found && {
      address: `${found.address}/${found.prefix}`,
      ...(found.dhcp ? { dhcp: { ...found.dhcp } } : {}),
    };
  }
  if (inputs.reservations) real.reservations = reservationsOf(inputs.reservations, there);
  const dns = dnsOf(inputs.dns ?? {}, wanted, there);
  if (inputs.dns || Object.keys(dns).length > 0) real.dns = dns;
  return real;
}

function reservationsOf(given: NonNullable<NetworkInputs["reservations"]>, there: NetworkState): Inputs {
  const byMac = new Map(there.reservations.map((one) => [one.mac, one]));
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, asked]) => {
      const found = byMac.get(asked.mac);
      if (!found) return [];
      const real: Inputs = { ...asked };
      if (canonical(found.address) !== canonical(asked.address)) real.address = found.address;
      if ((found.name ?? "") !== (asked.hostname ?? key)) real.hostname = found.name;
      return [[key, real]];
    }),
  );
}

function dnsOf(
  given: Partial<NonNullable<NetworkInputs["dns"]>>,
  wanted: NetworkDefinition,
  there: NetworkState,
): Inputs {
  const real: Inputs = { ...given };
  if (given.hosts) {
    const found = new Map(flat(there.dnsHosts).map((one) => [one.name, one.address]));
    real.hosts = Object.fromEntries(
      Object.entries(given.hosts).flatMap(([name, address]) => {
        const is = found.get(name);
        return is === undefined ? [] : [[name, canonical(is) === canonical(address) ? address : is]];
      }),
    );
  }
  if (!sameAspect("forwarders", wanted, there)) real.forwarders = [...there.forwarders];
  return real;
}
