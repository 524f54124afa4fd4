import { derivedMac } from "../../provider/index";
import { giveAddresses } from "./addresses";
import { type Demand, demandOf, shortfalls } from "./capacity";
import { checkRequest } from "./checks";
import { type PlannedCluster, planCluster } from "./kubernetes/plan";
import { hostOf } from "./placement";
import { type PlannedHost, planHosts } from "./plan-hosts";
import type { PlannedGuest } from "./planned-guest";
import { Problems } from "./problems";
import type { LabRequest } from "./request";

/**
 * What a lab looks like before anything of it is made: names, addresses, MAC addresses, placement, capacity. A function of
 * its arguments alone, so that it is tested alone, and known whole at preview.
 *
 * What a guest gets follows from its own name and arguments, never from its neighbours: adding a guest, or taking one
 * away, changes nothing about any other.
 */

export interface LabPlan {
  readonly hosts: Readonly<Record<string, PlannedHost & { readonly demand: Demand }>>;
  /** Control planes first, then workers, each in the order of the request. */
  readonly guests: readonly PlannedGuest[];
  /** The cluster, where there is to be one. */
  readonly kubernetes?: PlannedCluster;
}

/** Key of the guests' interface. */
export const guestInterface = "lan";

/** @throws PlanError with all that is wrong with the request, each on its argument */
export function plan(request: LabRequest): LabPlan {
  const problems = new Problems();
  checkRequest(request, problems);
  const hosts = planHosts(request, problems);
  // What follows stands on names and subnets that are right.
  problems.end();

  const placed = request.guests.map((guest) => ({ guest, host: guest.host ?? hostOf(guest.name, Object.keys(hosts)) }));
  const addresses = giveAddresses(placed, hosts, problems);
  const guests = placed.map(({ guest, host }): PlannedGuest => {
    const resource = `${request.name}-${guest.name}`;
    return {
      name: guest.name,
      resource,
      role: guest.role ?? "worker",
      host,
      address: addresses.get(guest.name) ?? "",
      mac: derivedMac(request.project, request.stack, resource, guestInterface),
      image: guest.image ?? request.image ?? request.images[0]!,
      vcpus: guest.vcpus ?? request.vcpus ?? 1,
      maxVcpus: guest.maxVcpus ?? request.maxVcpus,
      memory: guest.memory ?? request.memory ?? "1GiB",
      maxMemory: guest.maxMemory ?? request.maxMemory,
      diskSize: guest.diskSize ?? request.diskSize,
    };
  });
  const demands = Object.keys(hosts).map((key) => {
    const demand = demandOf(guests.filter((guest) => guest.host === key));
    for (const { of, reason } of shortfalls(demand, request.hosts[key]?.capacity ?? {}, request.overcommit)) {
      problems.add(`hosts.${key}.capacity.${of}`, reason);
    }
    return [key, { ...hosts[key]!, demand }] as const;
  });
  const ordered = [
    ...guests.filter((guest) => guest.role === "controlPlane"),
    ...guests.filter((guest) => guest.role !== "controlPlane"),
  ];
  const kubernetes = planCluster(request, hosts, ordered, problems);
  problems.end();
  return { hosts: Object.fromEntries(demands), guests: ordered, ...(kubernetes ? { kubernetes } : {}) };
}
