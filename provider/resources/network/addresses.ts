import { asRecord, type Inputs, isRecord, known } from "../../basics/record";
import { compareAddresses, contains, parseAddress, parseSubnet, reserved, type Subnet } from "../../basics/subnet";
import { shown } from "../../basics/texts";
import type { Failure } from "../../lifecycle/validate";

type Fail = (property: string, reason: string) => void;
/** Checks `ipv4` or `ipv6`; answers the subnet where it is right. */
function checkSubnet(inputs: Inputs, kind: "ipv4" | "ipv6", fail: Fail): Subnet | undefined {
  const given = inputs[kind];
  if (!isRecord(given) || !known<string>(given.address)) return undefined;
  const property = `${kind}.address`;
  const subnet = parseSubnet(given.address, kind);
  const example = kind === "ipv4" ? "172.17.2.1/24" : "fd00:17:2::1/64";
  if (!subnet) {
    fail(property, `must be the host's address in the network with its prefix, such as \`${example}\``);
    return undefined;
  }
  const [least, most] = kind === "ipv4" ? [8, 30] : [8, 126];
  if (subnet.prefix < least || subnet.prefix > most) fail(property, `the prefix must be from ${least} to ${most}`);
  else {
    const what = reserved(subnet, subnet.address);
    if (what) fail(property, `is ${what}; the host needs one of its own, as \`${example}\``);
  }
  if (isRecord(given.dhcp)) checkRange(given.dhcp, kind, subnet, fail);
  return subnet;
}

function checkRange(dhcp: Inputs, kind: "ipv4" | "ipv6", subnet: Subnet, fail: Fail): void {
  const ends = (["start", "end"] as const).map((name) => {
    const text = dhcp[name];
    if (!known<string>(text)) return undefined;
    const property = `${kind}.dhcp.${name}`;
    const address = parseAddress(text, kind);
    if (!address) fail(property, `must be an ${kind === "ipv4" ? "IPv4" : "IPv6"} address`);
    else if (!contains(subnet, address)) fail(property, `is outside the subnet ${subnet.text}`);
    else {
      const what = reserved(subnet, address);
      if (!what) return address;
      fail(property, `is ${what}`);
    }
    return undefined;
  });
  const [start, end] = ends;
  if (start && end && compareAddresses(start, end) > 0) fail(`${kind}.dhcp.end`, "is before the start");
}

function checkReservations(inputs: Inputs, subnet: Subnet | undefined, fail: Fail): void {
  const seen = {
    address: new Map<string, string>(),
    mac: new Map<string, string>(),
    hostname: new Map<string, string>(),
  };
  for (const [key, entry] of Object.entries(asRecord(inputs.reservations))) {
    if (!isRecord(entry)) continue;
    const at = `reservations.${key}`;
    const hostname = entry.hostname ?? key;
    for (const [name, value] of [
      ["address", entry.address],
      ["mac", entry.mac],
      ["hostname", hostname],
    ] as const) {
      if (!known<string>(value)) continue;
      const other = seen[name].get(value);
      if (other !== undefined) fail(`${at}.${name}`, `is the same as that of ${other}`);
      else seen[name].set(value, at);
    }
    if (known<string>(entry.mac) && (Number.parseInt(entry.mac.slice(0, 2), 16) & 1) === 1)
      fail(`${at}.mac`, "is a multicast address");
    if (!known<string>(entry.address)) continue;
    const address = parseAddress(entry.address, "ipv4");
    if (!address) fail(`${at}.address`, "must be an IPv4 address");
    else if (subnet && !contains(subnet, address)) fail(`${at}.address`, `is outside the subnet ${subnet.text}`);
    else if (subnet && address.toString() === subnet.address.toString())
      fail(`${at}.address`, "is the host's own address");
    else {
      const what = subnet && reserved(subnet, address);
      if (what) fail(`${at}.address`, `is ${what}`);
    }
  }
}

export function checkNetwork(inputs: Inputs, failures: Failure[]): void {
  const fail: Fail = (property, reason) => failures.push({ property, reason });
  const ipv4 = checkSubnet(inputs, "ipv4", fail);
  checkSubnet(inputs, "ipv6", fail);
  if (inputs.ipv4 === undefined && inputs.ipv6 === undefined && (inputs.mode === "nat" || inputs.mode === "routed")) {
    fail("ipv4", `is required with mode "${inputs.mode}", or \`ipv6\``);
  }
  const reservations = isRecord(inputs.reservations) ? Object.keys(inputs.reservations) : [];
  if (inputs.ipv4 === undefined && reservations.length > 0)
    fail("reservations", "need `ipv4`, whose addresses they are");
  checkReservations(inputs, ipv4, fail);
  const dns = asRecord(inputs.dns);
  for (const [name, address] of Object.entries(asRecord(dns.hosts))) {
    if (!hostPattern.test(name)) fail("dns.hosts", `has the key ${shown(name)}, which is not a host name`);
    if (known<string>(address) && !parseAddress(address)) fail(`dns.hosts.${name}`, "must be an IP address");
  }
  for (const [i, address] of (Array.isArray(dns.forwarders) ? dns.forwarders : []).entries()) {
    if (known<string>(address) && !parseAddress(address)) fail(`dns.forwarders.${i}`, "must be an IP address");
  }
}

/** RFC 1123: labels of letters, digits and hyphens, with dots between. */
export const hostPattern =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
