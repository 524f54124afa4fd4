import { isDeepStrictEqual } from "node:util";
import type { DnsHost, NetworkDefinition, Reservation } from "../../model";
import { NetworkUpdateCommand, NetworkUpdateSection } from "../rpc";
import { dnsHostXml, reservationXml } from "./network-xml";

/** One call that changes a list of a network. */
export interface HostChange {
  command: number;
  section: number;
  xml: string;
}

type Hosts = Pick<NetworkDefinition, "reservations" | "dnsHosts">;

const lower = (one: Reservation): Reservation => ({ ...one, mac: one.mac.toLowerCase() });

/**
 * What brings the hosts that are there to those that are wanted. Of what else is there, only what was ours before goes:
 * machines add reservations of their own.
 */
export function hostChanges(present: Hosts, wanted: Hosts, previous: Hosts | undefined): HostChange[] {
  return [
    ...reservationChanges(
      present.reservations,
      wanted.reservations.map(lower),
      previous?.reservations.map(lower) ?? [],
    ),
    ...dnsChanges(present.dnsHosts, wanted.dnsHosts, previous?.dnsHosts ?? []),
  ];
}

function change(command: keyof typeof NetworkUpdateCommand, section: keyof typeof NetworkUpdateSection, xml: string) {
  return { command: NetworkUpdateCommand[command], section: NetworkUpdateSection[section], xml };
}

/**
 * Deletions stand first, then changes, then additions: libvirt refuses to add an address or a name that another entry
 * still has, and asks nothing of the kind when it changes one (`virNetworkDefUpdateIPDHCPHost`, network_conf.c).
 */
function reservationChanges(
  present: readonly Reservation[],
  wanted: readonly Reservation[],
  previous: readonly Reservation[],
): HostChange[] {
  const byMac = new Map(present.map((one) => [one.mac, one]));
  const wantedMacs = new Set(wanted.map(({ mac }) => mac));
  const gone = previous.flatMap(({ mac }) => (wantedMacs.has(mac) ? [] : (byMac.get(mac) ?? [])));
  const changed = wanted.filter((one) => {
    const there = byMac.get(one.mac);
    return there && (there.address !== one.address || (there.name ?? "") !== (one.name ?? ""));
  });
  const added = wanted.filter(({ mac }) => !byMac.has(mac));
  return [
    ...gone.map((one) => change("delete", "dhcpHost", reservationXml(one))),
    ...changed.map((one) => change("modify", "dhcpHost", reservationXml(one))),
    ...added.map((one) => change("addLast", "dhcpHost", reservationXml(one))),
  ];
}

const sameNames = (a: DnsHost, b: DnsHost) => isDeepStrictEqual([...a.names].sort(), [...b.names].sort());

/** libvirt can't change one of these, only delete and add it. */
function dnsChanges(
  present: readonly DnsHost[],
  wanted: readonly DnsHost[],
  previous: readonly DnsHost[],
): HostChange[] {
  const byAddress = new Map(present.map((one) => [one.address, one]));
  const wantedAddresses = new Set(wanted.map(({ address }) => address));
  const gone = previous.flatMap(({ address }) => (wantedAddresses.has(address) ? [] : (byAddress.get(address) ?? [])));
  const differing = wanted.filter((one) => {
    const there = byAddress.get(one.address);
    return !there || !sameNames(there, one);
  });
  const replaced = differing.flatMap(({ address }) => byAddress.get(address) ?? []);
  return [
    ...[...gone, ...replaced].map((one) => change("delete", "dnsHost", dnsHostXml(one))),
    ...differing.map((one) => change("addLast", "dnsHost", dnsHostXml(one))),
  ];
}
