import ipaddr from "ipaddr.js";

/** Addresses and subnets of both families. Pure. */

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface Range {
  /** Any address of the subnet: a host's own, as a rule. */
  readonly address: Address;
  readonly prefix: number;
}

export interface Subnet extends Range {
  /** As it was given, in canonical spelling: `172.17.2.1/24`. */
  readonly text: string;
}

/** An address in its canonical spelling; undefined where it is none of that kind. */
export function parseAddress(text: string, kind?: "ipv4" | "ipv6"): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return kind === "ipv6" ? undefined : ipaddr.IPv4.parse(text);
  // A zone (`fe80::1%eth0`) belongs to one machine.
  return kind === "ipv4" || text.includes("%") || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text);
}

export function parseSubnet(text: string, kind?: "ipv4" | "ipv6"): Subnet | undefined {
  const [address, prefix, ...rest] = text.split("/");
  const parsed = address === undefined ? undefined : parseAddress(address, kind);
  if (!parsed || prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = Number(prefix);
  return bits > bitsOf(parsed) ? undefined : { address: parsed, prefix: bits, text: `${parsed}/${bits}` };
}

/** 32 or 128. */
function bitsOf(address: Address): number {
  return address.kind() === "ipv4" ? 32 : 128;
}

export function contains(range: Range, address: Address): boolean {
  if (range.address.kind() !== address.kind()) return false;
  return (address as ipaddr.IPv4).match(range.address as ipaddr.IPv4, range.prefix);
}

export function overlap(one: Range, other: Range): boolean {
  return contains({ address: one.address, prefix: Math.min(one.prefix, other.prefix) }, other.address);
}

/** `172.17.2.0/24` of `172.17.2.1/24`. */
export function networkText(range: Range): string {
  return `${firstOf(range)}/${range.prefix}`;
}

function firstOf({ address, prefix }: Range): Address {
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(`${address}/${prefix}`);
}

/** Whether no machine can have an address of a subnet. The first names it; the last of an IPv4 subnet is for broadcasts. */
export function reserved(range: Range, address: Address): string | undefined {
  if (address.toString() === firstOf(range).toString()) return "the subnet's own address";
  if (address.kind() === "ipv6") return undefined;
  const last = ipaddr.IPv4.broadcastAddressFromCIDR(`${range.address}/${range.prefix}`);
  return address.toString() === last.toString() ? "the subnet's broadcast address" : undefined;
}

export function compareAddresses(one: Address, other: Address): number {
  return Buffer.compare(Buffer.from(one.toByteArray()), Buffer.from(other.toByteArray()));
}
