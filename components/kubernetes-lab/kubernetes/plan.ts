import ipaddr from "ipaddr.js";
import { sizeInBytes } from "../../../provider/index";
import type { PlannedHost } from "../plan-hosts";
import type { PlannedGuest } from "../planned-guest";
import type { Problems } from "../problems";
import type { LabRequest, Role } from "../request";
import { addressNumber, overlap, parseSubnet, type Subnet } from "../subnet";
import { checkCluster, checkNode } from "./checks";
import type { KubernetesRequest } from "./request";
import { blockPrefix, podBlock } from "./routes";
import { parseEndpoint, plainVersion } from "./values";

/** What a cluster looks like before anything of it is made. A function of the lab's request and its guests alone. */

export interface PlannedNode {
  /** The guest's name, and the node's. */
  readonly name: string;
  /** Its resource's name: `<lab>-<guest>`. */
  readonly resource: string;
  readonly role: Role;
  /** Key of its host. */
  readonly host: string;
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly string[];
  /** In a network of routes: the block of its pods. */
  readonly podCidr?: string;
}

export interface PlannedCluster {
  readonly version: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly dnsDomain: string;
  /** `host:port` */
  readonly endpoint: string;
  /** Where the endpoint's name leads to in each guest; absent where it is the user's own. */
  readonly endpointAddresses?: readonly string[];
  /** Where it is reached from outside the cluster: `host:port`. */
  readonly server: string;
  /** Subnet of all guests, for a network of routes. */
  readonly guestSubnet?: string;
  /** The first one makes the cluster, the others join through it; control planes first. */
  readonly nodes: readonly PlannedNode[];
}

const usual = {
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  dnsDomain: "cluster.local",
} as const;

/** What kubeadm asks of a control plane (cmd/kubeadm/app/constants: ControlPlaneNumCPU, ControlPlaneMem in MB). */
const least = { vcpus: 2, memory: 1700 * 2 ** 20 };

/** The cluster of a lab that has one; whatever is wrong with it is among the problems then. */
export function planCluster(
  request: LabRequest,
  hosts: Readonly<Record<string, PlannedHost>>,
  guests: readonly PlannedGuest[],
  problems: Problems,
): PlannedCluster | undefined {
  const wanted = request.kubernetes;
  if (wanted === undefined) return withoutCluster(request, problems);
  checkCluster(wanted, problems);
  for (const guest of request.guests) checkNode(guest.name, guest, problems);
  checkRoles(guests, problems);
  checkReach(request, wanted, guests, problems);
  const subnets = subnetsOf(wanted, hosts, request, problems);
  const network = wanted.network?.plugin === "routes" ? blocks(subnets?.pods, hosts, guests, problems) : undefined;
  const endpoint = parseEndpoint(wanted.endpoint ?? `${request.name}-api`);
  if (typeof endpoint === "string" || !subnets) return undefined;
  checkEndpoint(endpoint.host, subnets, problems);
  if (wanted.endpoint === undefined && guests.some(({ name }) => name === endpoint.host)) {
    problems.add(
      `guests.${endpoint.host}.name`,
      "is the name under which guests reach the API: give `endpoint` or this another",
    );
  }
  const controlPlanes = guests.filter(({ role }) => role === "controlPlane").map(({ address }) => address);
  return {
    version: plainVersion(wanted.version),
    podSubnet: subnets.pods.text,
    serviceSubnet: subnets.services.text,
    dnsDomain: wanted.dnsDomain ?? usual.dnsDomain,
    endpoint: endpoint.text,
    ...(wanted.endpoint === undefined ? { endpointAddresses: controlPlanes } : {}),
    server: wanted.endpoint === undefined ? `${controlPlanes[0]}:${endpoint.port}` : endpoint.text,
    ...(network ? { guestSubnet: network.guests.text } : {}),
    nodes: guests.map(({ name, resource, role, host, address }) => {
      const { labels, taints } = request.guests.find((guest) => guest.name === name)!;
      return {
        name,
        resource,
        role,
        host,
        address,
        ...(labels ? { labels } : {}),
        ...(taints ? { taints } : {}),
        ...(network && address ? { podCidr: podBlock(network.pods, network.guests, addressNumber(address)) } : {}),
      };
    }),
  };
}

function withoutCluster({ guests }: LabRequest, problems: Problems): undefined {
  for (const guest of guests) {
    for (const of of ["labels", "taints"] as const) {
      if (guest[of] !== undefined) problems.add(`guests.${guest.name}.${of}`, "is a node's: there is no `kubernetes`");
    }
  }
}

function checkRoles(guests: readonly PlannedGuest[], problems: Problems): void {
  const controlPlanes = guests.filter(({ role }) => role === "controlPlane");
  const count = controlPlanes.length;
  if (count === 0) problems.add("guests", 'has no control plane: give one guest the role "controlPlane"');
  else if (count % 2 === 0) {
    problems.add(
      "guests",
      `has ${count} control planes: an even number bears no more losses than one less, so make it 1 or 3`,
    );
  } else if (count > 3) problems.add("guests", `has ${count} control planes: make it 1 or 3`);
  for (const { name, vcpus, memory } of controlPlanes) {
    if (vcpus < least.vcpus) {
      problems.add(
        `guests.${name}.vcpus`,
        `${vcpus} is too little for a control plane: kubeadm asks for ${least.vcpus}`,
      );
    }
    if (sizeInBytes(memory) < least.memory) {
      problems.add(
        `guests.${name}.memory`,
        `${memory} is too little for a control plane: kubeadm asks for 1700 MB, so give it 2GiB`,
      );
    }
  }
}

/** Nodes speak to each other, whatever host they are on; and to what they fetch. */
function checkReach(
  { network, hosts }: LabRequest,
  { source }: KubernetesRequest,
  guests: readonly PlannedGuest[],
  problems: Problems,
): void {
  const mode = network?.mode ?? "nat";
  const used = new Set(guests.map(({ host }) => host));
  const passedIn = [...used].some((key) => hosts[key]?.ownNetwork);
  if (used.size > 1 && (mode === "nat" || mode === "isolated") && !passedIn) {
    problems.add(
      "network.mode",
      `"${mode}" keeps guests of different hosts apart, and nodes reach each other: make it "routed", or name one \`host\` for all guests`,
    );
  }
  if (mode === "isolated" && source?.from === "packages" && !passedIn) {
    problems.add("kubernetes.source.from", '"packages" are fetched by guests, which this network keeps in: "bundle"');
  }
}

interface Subnets {
  readonly pods: Subnet;
  readonly services: Subnet;
}

/** What nobody else has: neither the guests, nor a host, nor the other of both. */
function subnetsOf(
  wanted: KubernetesRequest,
  hosts: Readonly<Record<string, PlannedHost>>,
  request: LabRequest,
  problems: Problems,
): Subnets | undefined {
  const read = (name: "podSubnet" | "serviceSubnet"): Subnet | undefined => {
    const subnet = parseSubnet(String(wanted[name] ?? usual[name]));
    if (typeof subnet !== "string") return subnet;
    problems.add(`kubernetes.${name}`, subnet);
    return undefined;
  };
  const [pods, services] = [read("podSubnet"), read("serviceSubnet")];
  for (const [name, subnet] of [
    ["podSubnet", pods],
    ["serviceSubnet", services],
  ] as const) {
    if (!subnet) continue;
    const clash = (with_: string) => problems.add(`kubernetes.${name}`, `${subnet.text} is in the way of ${with_}`);
    for (const [key, host] of Object.entries(hosts)) {
      if (overlap(subnet, host.subnet)) clash(`the guests of host "${key}", ${host.subnet.text}`);
      const address = request.hosts[key]?.address;
      if (address !== undefined && isIn(address, subnet)) clash(`host "${key}" itself, ${address}`);
    }
  }
  if (services && (services.prefix < 12 || services.prefix > 28)) {
    problems.add("kubernetes.serviceSubnet", `${services.text} must be from /12 to /28`);
  }
  if (pods && wanted.network?.plugin !== "routes") checkBlocks(pods, request, problems);
  if (!pods || !services) return undefined;
  if (overlap(pods, services)) {
    problems.add("kubernetes.serviceSubnet", `${services.text} is in the way of the pods, ${pods.text}`);
  }
  return { pods, services };
}

/** The controller manager gives each node a /24 (its `--node-cidr-mask-size`). */
function checkBlocks(pods: Subnet, { guests, kubernetes }: LabRequest, problems: Problems): void {
  // Arguments of v1beta4 are a list of names and values.
  if (/"node-cidr-mask-size/.test(JSON.stringify(kubernetes?.kubeadm?.cluster ?? {}))) return;
  const blocks = pods.prefix > 24 ? 0 : 2 ** (24 - pods.prefix);
  if (blocks < guests.length) {
    problems.add(
      "kubernetes.podSubnet",
      `${pods.text} has ${blocks} blocks of /24, one for each node: there are ${guests.length} guests`,
    );
  }
}

function checkEndpoint(host: string, { pods, services }: Subnets, problems: Problems): void {
  for (const [subnet, of] of [
    [pods, "pods"],
    [services, "services"],
  ] as const) {
    if (isIn(host, subnet)) problems.add("kubernetes.endpoint", `${host} is among the ${of}, ${subnet.text}`);
  }
}

const isIn = (address: string, { first, last }: Subnet): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(address) &&
  addressNumber(address) >= first - 1 &&
  addressNumber(address) <= last + 1;

function blocks(
  pods: Subnet | undefined,
  hosts: Readonly<Record<string, PlannedHost>>,
  guests: readonly PlannedGuest[],
  problems: Problems,
): { pods: Subnet; guests: Subnet } | undefined {
  const subnets = new Map(guests.map(({ host }) => [hosts[host]!.subnet.text, hosts[host]!.subnet]));
  const [first] = subnets.values();
  if (subnets.size > 1) {
    problems.add(
      "kubernetes.network.plugin",
      `"routes" needs all guests in one subnet: they are in ${[...subnets.keys()].join(", ")}; take flannel`,
    );
    return undefined;
  }
  if (!pods || !first) return undefined;
  const prefix = blockPrefix(pods, first);
  if (typeof prefix === "number") return { pods, guests: first };
  problems.add("kubernetes.podSubnet", prefix);
  return undefined;
}
