import type { PlannedHost } from "./plan-hosts";
import type { Problems } from "./problems";
import type { GuestRequest } from "./request";
import { addressOfName, addressText, nextFree, parseAddress } from "./subnet";

/** A guest and the key of its host. */
export interface Placed {
  readonly guest: GuestRequest;
  readonly host: string;
}

/** Addresses by the guests' names. Those that are given are served first; where two meet, the program must say more. */
export function giveAddresses(
  placed: readonly Placed[],
  hosts: Readonly<Record<string, PlannedHost>>,
  problems: Problems,
): Map<string, string> {
  const addresses = new Map<string, string>();
  // In a bridged lab all hosts share one subnet: what is taken is taken by subnet.
  const bySubnet = new Map<string, Placed[]>();
  for (const each of placed) {
    const { text } = hosts[each.host]!.subnet;
    bySubnet.set(text, [...(bySubnet.get(text) ?? []), each]);
  }
  for (const group of bySubnet.values()) giveInSubnet(group, hosts[group[0]!.host]!, addresses, problems);
  return addresses;
}

function giveInSubnet(
  group: readonly Placed[],
  { subnet, gateway }: PlannedHost,
  addresses: Map<string, string>,
  problems: Problems,
): void {
  const taken = new Map<number, string>([[gateway, "the gateway"]]);
  const take = (name: string, address: number, refusal: (other: string) => string) => {
    const other = taken.get(address);
    if (other !== undefined) problems.add(`guests.${name}.address`, refusal(other));
    else taken.set(address, `guest "${name}"`);
    addresses.set(name, addressText(address));
  };
  for (const { guest } of group) {
    if (guest.address === undefined) continue;
    const address = parseAddress(guest.address, subnet);
    if (typeof address === "string") problems.add(`guests.${guest.name}.address`, address);
    else take(guest.name, address, (other) => `${guest.address} is that of ${other}`);
  }
  const derived = group
    .filter(({ guest }) => guest.address === undefined)
    .map(({ guest: { name } }) => ({ name, address: addressOfName(name, subnet, gateway) }));
  for (const { name, address } of derived) {
    take(name, address, (other) => {
      const free = nextFree(address, subnet, new Set([...taken.keys(), ...derived.map((each) => each.address)]));
      if (free === undefined) return `${subnet.text} is full`;
      taken.set(free, `guest "${name}"`);
      return `${addressText(address)}, which its name leads to, is that of ${other}: give it one, as ${addressText(free)}`;
    });
  }
}
