import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";

/** IPv4 subnets and the addresses of guests in them, as numbers. Pure. */

export interface Subnet {
  /** `172.17.2.0/24`. */
  readonly text: string;
  readonly prefix: number;
  /** The first and the last address that a machine can have. */
  readonly first: number;
  readonly last: number;
}

const shortestPrefix = 8;
const longestPrefix = 29;

/** The subnet, or why it is none; the reason follows the argument's name in a sentence. */
export function parseSubnet(text: string): Subnet | string {
  const [address = "", length = "", ...more] = text.split("/");
  if (more.length > 0 || !ipaddr.IPv4.isValidFourPartDecimal(address) || !/^\d{1,2}$/.test(length)) {
    return `"${text}" is not written as 172.17.2.0/24`;
  }
  const prefix = Number(length);
  if (prefix < shortestPrefix || prefix > longestPrefix) {
    return `${text} must be from /${shortestPrefix} to /${longestPrefix}`;
  }
  const size = 2 ** (32 - prefix);
  const base = addressNumber(address);
  if (base % size !== 0) return `${text} has host bits: the subnet is ${addressText(base - (base % size))}/${prefix}`;
  return { text, prefix, first: base + 1, last: base + size - 2 };
}

/** An address that a machine can have in the subnet, or why it is none. */
export function parseAddress(text: string, subnet: Subnet): number | string {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return `"${text}" is no IPv4 address`;
  const value = addressNumber(text);
  if (value >= subnet.first && value <= subnet.last) return value;
  return `${text} is not in ${subnet.text} (${addressText(subnet.first)} to ${addressText(subnet.last)})`;
}

/** The address that follows from a guest's name alone: whoever else comes or goes, it stays. */
export function addressOfName(name: string, subnet: Subnet, gateway: number): number {
  const digest = createHash("sha256").update(`address:${name}`).digest().readUIntBE(0, 6);
  // All addresses but the gateway's.
  const address = subnet.first + (digest % (subnet.last - subnet.first));
  return address >= gateway ? address + 1 : address;
}

/** The first address that nobody has, from `start` on and around; nothing where the subnet is full. */
export function nextFree(start: number, subnet: Subnet, taken: ReadonlySet<number>): number | undefined {
  const size = subnet.last - subnet.first + 1;
  for (let step = 0; step < Math.min(size, taken.size + 1); step++) {
    const address = subnet.first + ((start - subnet.first + step) % size);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

export const overlap = (one: Subnet, other: Subnet): boolean => one.first <= other.last && other.first <= one.last;

export const addressNumber = (address: string): number =>
  ipaddr.IPv4.parse(address).octets.reduce((value, octet) => value * 256 + octet, 0);

export const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
