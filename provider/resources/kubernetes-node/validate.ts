import { asRecord, type Inputs, unknown } from "../../basics/record";
import { contains, networkText, overlap, parseAddress, parseSubnet, type Subnet } from "../../basics/subnet";
import type { Failure } from "../../lifecycle/validate";
import { parseVersion } from "./rules";

/** What can never be right, across a node's fields. Values may be unknown. */
export function validateNode(
  inputs: Inputs,
  _carried: Record<string, Inputs>,
  failures: Failure[],
  olds?: Inputs,
): void {
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  const cluster = asRecord(inputs.cluster);
  if (cluster.version !== unknown && !parseVersion(cluster.version)) fail("cluster.version", "is not a version");
  if (inputs.role === "worker" && inputs.through === undefined)
    fail("through", "is required of a worker: the node of the first control plane");
  // One that is yet to be made: it would make a cluster of its own, and this node would be asked to leave for it.
  const same = String(asRecord(olds?.cluster).generation) === String(cluster.generation);
  if (olds?.machine !== undefined && inputs.through === unknown && olds.through !== unknown && same)
    fail(
      "through",
      "the first control plane must be one that is a member of the cluster already. Put a new one behind it, run `pulumi up`, and put it first then; or set another `cluster.generation` to make a new cluster",
    );
  const parsed = new Map<string, Subnet>();
  for (const [name, value] of [
    ["cluster.podSubnet", cluster.podSubnet],
    ["cluster.serviceSubnet", cluster.serviceSubnet],
    ["podNetwork.guestSubnet", asRecord(inputs.podNetwork).guestSubnet],
  ] as const) {
    if (value === undefined || value === unknown) continue;
    const subnet = parseSubnet(String(value));
    if (!subnet) fail(name, `is not a subnet: ${value}`);
    else {
      parsed.set(name, subnet);
      if (networkText(subnet) !== String(value).toLowerCase() && subnet.address.kind() === "ipv4")
        fail(name, `${value} names an address in it: the subnet is ${networkText(subnet)}`);
    }
  }
  const all = [...parsed];
  for (const [index, [name, subnet]] of all.entries())
    for (const [other, before] of all.slice(0, index))
      if (overlap(subnet, before)) fail(name, `${networkText(subnet)} overlaps \`${other}\`, ${networkText(before)}`);
  validateSizes(inputs, parsed, fail);
  validateAddresses(inputs, parsed, fail);
  validateSource(asRecord(inputs.source), fail);
  validateNetwork(inputs, parsed, fail);
  const port = /:(\d+)$/.exec(String(cluster.endpoint))?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) fail("cluster.endpoint", "has no valid port");
  const place = String(cluster.endpoint)
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
  if (inputs.endpointAddresses !== undefined && cluster.endpoint !== unknown && parseAddress(place))
    fail("endpointAddresses", "lead a name to control planes: `cluster.endpoint` is an address");
  for (const label of Object.keys(asRecord(inputs.labels)))
    if (label === "node-role.kubernetes.io/control-plane")
      fail("labels", `${label} is kubeadm's own: \`role\` says what a node is`);
  const taints = Array.isArray(inputs.taints) ? inputs.taints.map(String) : [];
  const seen = taints.map((taint) => taint.replace(/=[^:]*:/, ":"));
  for (const [index, taint] of taints.entries())
    if (seen.indexOf(seen[index]!) < index)
      fail("taints", `has two taints of one key and effect: ${taints[seen.indexOf(seen[index]!)]} and ${taint}`);
}

/**
 * Bounds of kubeadm (apis/kubeadm/validation, `ValidatePodSubnetNodeMask`) and of the API server
 * (`--service-cluster-ip-range`): each node has a /24 of the pods' subnet, of which the controller manager hands out 2^16 at most.
 */
function validateSizes(inputs: Inputs, subnets: ReadonlyMap<string, Subnet>, fail: Fail): void {
  const [pods, services] = [subnets.get("cluster.podSubnet"), subnets.get("cluster.serviceSubnet")];
  const routes = asRecord(inputs.podNetwork).plugin === "routes";
  const own = JSON.stringify(asRecord(asRecord(inputs.kubeadm).cluster)).includes("node-cidr-mask-size");
  if (pods?.address.kind() === "ipv4" && !routes && !own && (pods.prefix > 24 || pods.prefix < 8))
    fail(
      "cluster.podSubnet",
      `${networkText(pods)} can't be cut into a /24 for each node: it must be between /8 and /24`,
    );
  if (services?.address.kind() === "ipv4" && (services.prefix > 28 || services.prefix < 12))
    fail(
      "cluster.serviceSubnet",
      `${networkText(services)} is not of a size that the API server takes: a /12 to a /28`,
    );
}

type Fail = (property: string, reason: string) => void;

function validateAddresses(inputs: Inputs, subnets: ReadonlyMap<string, Subnet>, fail: Fail): void {
  const given: [string, unknown][] = [["address", inputs.address]];
  if (Array.isArray(inputs.endpointAddresses))
    given.push(...inputs.endpointAddresses.map((one, index): [string, unknown] => [`endpointAddresses.${index}`, one]));
  for (const [property, value] of given) {
    if (value === unknown) continue;
    const address = parseAddress(String(value));
    if (!address) {
      fail(property, `is no IP address: ${value}`);
      continue;
    }
    for (const name of ["cluster.podSubnet", "cluster.serviceSubnet"]) {
      const subnet = subnets.get(name);
      if (subnet && contains(subnet, address)) fail(property, `${value} is in \`${name}\`, ${networkText(subnet)}`);
    }
  }
}

function validateSource(source: Inputs, fail: Fail): void {
  const { from, path, repository, key, packages } = source;
  if (from === unknown || from === undefined) return;
  if (path !== undefined && from !== "bundle") fail("source.path", 'is where a bundle is: with `from: "bundle"` alone');
  for (const [name, value] of Object.entries({ repository, key, packages }))
    if (value !== undefined && from !== "packages") fail(`source.${name}`, 'goes with `from: "packages"` alone');
  if (repository !== undefined && key === undefined) fail("source.key", "is required with `repository`");
}

function validateNetwork(inputs: Inputs, subnets: ReadonlyMap<string, Subnet>, fail: Fail): void {
  const network = asRecord(inputs.podNetwork);
  const { plugin, manifest, guestSubnet } = network;
  if (plugin === "manifest" && manifest === undefined && inputs.through === undefined)
    fail("podNetwork.manifest", "is required");
  if (manifest !== undefined && typeof plugin === "string" && plugin !== unknown && plugin !== "manifest")
    fail("podNetwork.manifest", 'goes with `plugin: "manifest"` alone');
  if (plugin !== "routes") return;
  if (guestSubnet === undefined) {
    fail("podNetwork.guestSubnet", "is required with `routes`");
    return;
  }
  const [guests, pods] = [subnets.get("podNetwork.guestSubnet"), subnets.get("cluster.podSubnet")];
  if (!guests || !pods) return;
  if (guests.address.kind() !== "ipv4" || pods.address.kind() !== "ipv4") {
    fail("podNetwork.plugin", "`routes` is for IPv4");
    return;
  }
  const bits = 32 - guests.prefix;
  if (bits > 10) fail("podNetwork.guestSubnet", "has more than 1024 addresses, and each would be a route");
  else if (pods.prefix + bits > 26)
    fail(
      "cluster.podSubnet",
      `has no ${2 ** bits} blocks of at least 64 addresses, one for each address of the guests`,
    );
  const address = parseAddress(String(inputs.address), "ipv4");
  if (address && !contains(guests, address))
    fail("address", `${inputs.address} is not in \`podNetwork.guestSubnet\`, ${networkText(guests)}`);
}
