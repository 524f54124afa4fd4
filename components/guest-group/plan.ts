import ipaddr from "ipaddr.js";

/**
 * What a group of guests looks like before anything of it is made: names and addresses. A function of its arguments
 * alone, so that it is tested alone, and known whole at preview.
 */

/** A guest of the group; whatever else is said about it is carried along untouched. */
export interface GuestRequest {
  /** Host name, and the last part of its resource's name: letters, digits and dashes, 1 to 20 of them. */
  readonly name: string;
  /** IPv4 address inside the subnet. Default: the next free one, in the order of the list. */
  readonly address?: string;
}

export interface GroupRequest<Guest extends GuestRequest = GuestRequest> {
  /** The group's own name, before that of each guest. */
  readonly name: string;
  /** `172.17.2.0/24`. From /8 to /29, without host bits. */
  readonly subnet: string;
  /** The host's own address in it. Default: the first. */
  readonly gateway?: string;
  readonly guests: readonly Guest[];
}

export interface GroupPlan<Guest extends GuestRequest = GuestRequest> {
  readonly gateway: string;
  /** The gateway with the prefix: `172.17.2.1/24`. */
  readonly networkAddress: string;
  /** First and last address for DHCP: all that the gateway leaves. Reserved ones are not given to others. */
  readonly dhcp: { readonly start: string; readonly end: string };
  readonly guests: readonly PlannedGuest<Guest>[];
}

export interface PlannedGuest<Guest extends GuestRequest = GuestRequest> {
  readonly name: string;
  /** Its resource's name: `<group>-<guest>`. */
  readonly resource: string;
  readonly address: string;
  readonly request: Guest;
}

/** A request that can't be met; the message says which part of it and why. */
export class PlanError extends Error {}

const guestName = /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/;
const longestResource = 32;
const shortestPrefix = 8;
const longestPrefix = 29;

/** @throws PlanError */
export function plan<Guest extends GuestRequest>(request: GroupRequest<Guest>): GroupPlan<Guest> {
  const subnet = subnetOf(request.subnet);
  const gateway = request.gateway === undefined ? subnet.first : hostAddress(request.gateway, "gateway", subnet);
  checkNames(request);
  const taken = new Map<number, string>([[gateway, "the gateway"]]);
  const given = request.guests.map((guest) => {
    if (guest.address === undefined) return undefined;
    const address = hostAddress(guest.address, `the address of guest "${guest.name}"`, subnet);
    const other = taken.get(address);
    if (other !== undefined)
      throw new PlanError(`the address ${text(address)} of guest "${guest.name}" is that of ${other}`);
    taken.set(address, `guest "${guest.name}"`);
    return address;
  });
  const room = subnet.last - subnet.first;
  if (request.guests.length > room) {
    throw new PlanError(
      `${request.subnet} has room for ${room} guests beside the gateway, not for ${request.guests.length}`,
    );
  }
  let next = subnet.first;
  const guests = request.guests.map((guest, index) => {
    let address = given[index];
    if (address === undefined) {
      while (taken.has(next)) next++;
      address = next++;
    }
    return { name: guest.name, resource: `${request.name}-${guest.name}`, address: text(address), request: guest };
  });
  return {
    gateway: text(gateway),
    networkAddress: `${text(gateway)}/${subnet.prefix}`,
    dhcp: {
      start: text(gateway === subnet.first ? subnet.first + 1 : subnet.first),
      end: text(gateway === subnet.last ? subnet.last - 1 : subnet.last),
    },
    guests,
  };
}

function checkNames(request: GroupRequest): void {
  if (!guestName.test(request.name)) {
    throw new PlanError(`"${request.name}" can't be a group's name: 1 to 20 small letters, digits and inner dashes`);
  }
  if (request.guests.length === 0) throw new PlanError("it has no guests");
  const seen = new Set<string>();
  for (const { name } of request.guests) {
    if (!guestName.test(name)) {
      throw new PlanError(`"${name}" can't be a guest's name: 1 to 20 small letters, digits and inner dashes`);
    }
    if (seen.has(name)) throw new PlanError(`there are two guests "${name}"`);
    seen.add(name);
    const resource = `${request.name}-${name}`;
    if (resource.length > longestResource) {
      throw new PlanError(
        `"${resource}" is longer than ${longestResource} characters: shorten the group's name or the guest's`,
      );
    }
  }
}

interface Subnet {
  readonly text: string;
  readonly prefix: number;
  /** The first and last address that a machine can have, as numbers. */
  readonly first: number;
  readonly last: number;
}

function subnetOf(subnet: string): Subnet {
  const [address = "", length = "", ...more] = subnet.split("/");
  if (more.length > 0 || !ipaddr.IPv4.isValidFourPartDecimal(address) || !/^\d{1,2}$/.test(length)) {
    throw new PlanError(`the subnet "${subnet}" is not written as 172.17.2.0/24`);
  }
  const prefix = Number(length);
  if (prefix < shortestPrefix || prefix > longestPrefix) {
    throw new PlanError(`the subnet ${subnet} must be from /${shortestPrefix} to /${longestPrefix}`);
  }
  const size = 2 ** (32 - prefix);
  const base = number(address);
  if (base % size !== 0) {
    throw new PlanError(`${subnet} has host bits: the subnet is ${text(base - (base % size))}/${prefix}`);
  }
  return { text: subnet, prefix, first: base + 1, last: base + size - 2 };
}

function hostAddress(address: string, what: string, subnet: Subnet): number {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) throw new PlanError(`${what}, "${address}", is no IPv4 address`);
  const value = number(address);
  if (value < subnet.first || value > subnet.last) {
    throw new PlanError(
      `${what}, ${address}, is not in ${subnet.text} (${text(subnet.first)} to ${text(subnet.last)})`,
    );
  }
  return value;
}

const number = (address: string): number =>
  ipaddr.IPv4.parse(address).octets.reduce((value, octet) => value * 256 + octet, 0);

const text = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
