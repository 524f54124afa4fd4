import type { Problems } from "./problems";
import type { LabRequest } from "./request";
import { addressText, overlap, parseAddress, parseSubnet, type Subnet } from "./subnet";
import { nameProblem } from "./values";

/** The hosts' side of a plan: the subnet of each, and the gateway in it. Pure. */

export interface PlannedHost {
  readonly subnet: Subnet;
  /** As a number. */
  readonly gateway: number;
  /** The gateway with the prefix: `172.17.2.1/24`. */
  readonly networkAddress: string;
  /** First and last address for DHCP: all that the gateway leaves. Reserved ones are not given to others. */
  readonly dhcp: { readonly start: string; readonly end: string };
}

/** Hosts whose subnets can't be read are left out; the problems say why. */
export function planHosts(request: LabRequest, problems: Problems): Record<string, PlannedHost> {
  const keys = Object.keys(request.hosts);
  if (keys.length === 0) problems.add("hosts", "has none: guests need a host to stand on");
  const bridged = request.network?.mode === "bridge";
  const planned: Record<string, PlannedHost> = {};
  for (const key of keys) {
    if (nameProblem(key)) {
      problems.add(`hosts.${key}`, "a host's key must be 1 to 20 lowercase letters, digits and inner dashes");
      continue;
    }
    const host = planHost(request, key, bridged, problems);
    if (host) planned[key] = host;
  }
  if (!bridged) {
    const known = Object.entries(planned);
    for (const [index, [key, { subnet }]] of known.entries()) {
      const other = known.slice(0, index).find(([, before]) => overlap(subnet, before.subnet));
      if (other) {
        problems.add(
          `hosts.${key}.subnet`,
          `${subnet.text} is in the way of that of host "${other[0]}", ${other[1].subnet.text}`,
        );
      }
    }
  }
  return planned;
}

function planHost(request: LabRequest, key: string, bridged: boolean, problems: Problems): PlannedHost | undefined {
  const own = request.hosts[key]!;
  const alone = Object.keys(request.hosts).length === 1;
  if (bridged && (own.subnet !== undefined || own.gateway !== undefined)) {
    const property = own.subnet !== undefined ? "subnet" : "gateway";
    problems.add(`hosts.${key}.${property}`, `all guests of a bridged lab share the lab's own \`${property}\``);
    return undefined;
  }
  const property = own.subnet !== undefined ? `hosts.${key}.subnet` : "subnet";
  const text = own.subnet ?? (alone || bridged ? request.subnet : undefined);
  if (text === undefined) {
    const needed = alone || bridged ? "subnet" : `hosts.${key}.subnet`;
    problems.add(
      needed,
      alone || bridged ? "is needed, as 172.17.2.0/24" : "is needed: each host has a subnet of its own",
    );
    return undefined;
  }
  const subnet = parseSubnet(text);
  if (typeof subnet === "string") {
    if (!problems.found.some((problem) => problem.property === property)) problems.add(property, subnet);
    return undefined;
  }
  const gatewayText = own.gateway ?? (alone || bridged ? request.gateway : undefined);
  const gateway = gatewayText === undefined ? subnet.first : parseAddress(gatewayText, subnet);
  if (typeof gateway === "string") {
    problems.add(own.gateway !== undefined ? `hosts.${key}.gateway` : "gateway", gateway);
    return undefined;
  }
  return {
    subnet,
    gateway,
    networkAddress: `${addressText(gateway)}/${subnet.prefix}`,
    dhcp: {
      start: addressText(gateway === subnet.first ? subnet.first + 1 : subnet.first),
      end: addressText(gateway === subnet.last ? subnet.last - 1 : subnet.last),
    },
  };
}
