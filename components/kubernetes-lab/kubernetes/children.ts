import * as pulumi from "@pulumi/pulumi";
import type {
  Host,
  Image,
  ImageArgs,
  KubernetesNode,
  KubernetesNodeArgs,
  StoragePool,
  VirtualMachine,
  VirtualMachineArgs,
} from "../../../provider/index";
import type { Login } from "../login";
import type { PlannedCluster, PlannedNode } from "./plan";
import type { KubernetesRequest } from "./request";
import type { ClusterTexts } from "./texts";

/** Arguments of a cluster's children, and what a cluster asks of its machines. */

export const bundleName = (lab: string, host: string, { version }: PlannedCluster): string =>
  `${lab}-${host}-kubernetes-${version}`;

/**
 * What the nodes stand on says which cluster it is for: where it is replaced, the engine asks the nodes about it long before
 * they are told that another generation is asked for.
 */
export const clusterMark = (lab: string, request: KubernetesRequest | undefined): object =>
  request ? { __cluster: defined({ name: lab, generation: request.generation }) } : {};

/** The bundle as an image of the host: one for each version, so that the new one is there before the old one goes. */
export function bundleArgs({ source }: KubernetesRequest, host: Host, pool: StoragePool): ImageArgs | undefined {
  if (source?.from !== "bundle") return undefined;
  return { host, pool, source: source.bundle, checksum: source.checksum, format: "raw" };
}

type Disks = Readonly<Record<string, { volume: pulumi.Output<string>; readonly: boolean; serial: string }>>;

/**
 * The bundle as a disk of a guest, under a key of its own for each version: it is plugged in while the guest runs. All
 * guests of a host read the one file.
 */
export function bundleDisk({ version }: PlannedCluster, bundle: Image): Disks {
  const label = `kubernetes-${version}`;
  return { [`bundle-${version.replaceAll(".", "-")}`]: { volume: bundle.id, readonly: true, serial: label } };
}

/** What of a machine takes effect after a restart, where it is changed; but for `graphics`, which may hold a password. */
const lasting = [
  "vcpus",
  "maxVcpus",
  "memory",
  "maxMemory",
  "cpu",
  "machineType",
  "firmware",
  "boot",
  "hotplugSlots",
  "video",
  "serial",
  "guestAgent",
  "rng",
  "clock",
  "xml",
] as const satisfies readonly (keyof VirtualMachineArgs)[];

/**
 * A machine that is to be restarted is restarted by its node, which is drained before: so the machine itself leaves it to
 * the next restart. With `"refuse"` and `"defer"` no node restarts.
 */
export function withRestart(machine: VirtualMachineArgs): {
  machine: VirtualMachineArgs;
  definition: KubernetesNodeArgs["definition"];
} {
  const { restart = "now" } = machine;
  const definition = Object.fromEntries(
    lasting
      // Memory up to a given maximum is always live, and none of the node's business.
      .filter((name) => machine[name] !== undefined && !(name === "memory" && machine.maxMemory !== undefined))
      .map((name) => [name, withIds(machine[name])]),
  );
  if (typeof restart === "string") {
    return {
      machine: { ...machine, restart: restart === "now" ? "defer" : restart },
      definition: restart === "now" ? definition : undefined,
    };
  }
  const asked = pulumi.output(restart);
  return {
    machine: { ...machine, restart: asked.apply((value) => (value === "now" ? "defer" : value)) },
    definition: asked.apply((value) => (value === "now" ? definition : {})) as KubernetesNodeArgs["definition"],
  };
}

/** With resources as their ids: a node is told what changes, and refers to nothing else. */
function withIds(value: unknown): unknown {
  if (value instanceof pulumi.CustomResource) return value.id;
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value) || value instanceof Promise)
    return value;
  if (Array.isArray(value)) return value.map(withIds);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withIds(inner)]));
}

export interface NodeGround {
  readonly host: Host;
  readonly machine: VirtualMachine;
  readonly definition: KubernetesNodeArgs["definition"];
  /** The first control plane's node, for all others. */
  readonly through?: KubernetesNode;
  readonly login: Login;
}

export function nodeArgs(
  lab: string,
  request: KubernetesRequest,
  cluster: PlannedCluster,
  node: PlannedNode,
  texts: ClusterTexts,
  { host, machine, definition, through, login }: NodeGround,
): KubernetesNodeArgs {
  const { version, podSubnet, serviceSubnet, dnsDomain, endpoint, endpointAddresses } = cluster;
  const { drain, timeout, generation, addons, renewal } = request;
  return defined({
    host,
    machine,
    connection: { ...defined(login), address: node.address },
    nodeName: node.name,
    role: node.role,
    address: node.address,
    through,
    cluster: defined({ name: lab, version, podSubnet, serviceSubnet, dnsDomain, endpoint, generation }),
    endpointAddresses,
    kubeadm: kubeadmOf(request),
    source: sourceOf(request, texts),
    podNetwork: podNetworkOf(request, cluster, texts, through),
    addons: through ? undefined : { coreDns: addons?.coreDns ?? true },
    labels: node.labels,
    taints: node.taints,
    drain: drain && defined(drain),
    definition,
    renewal: node.role === "controlPlane" ? renewal : undefined,
    timeout,
  }) as unknown as KubernetesNodeArgs;
}

function kubeadmOf({ kubeadm, proxyMode }: KubernetesRequest): object | undefined {
  if (proxyMode === undefined) return kubeadm;
  return { ...kubeadm, kubeProxy: { ...kubeadm?.kubeProxy, mode: proxyMode } };
}

function sourceOf({ source = { from: "image" } }: KubernetesRequest, { key }: ClusterTexts): object {
  if (source.from !== "packages") return { from: source.from };
  const { repository, packages } = source;
  return defined({ from: source.from, repository, key, packages });
}

/** Routes are each node's own; a manifest is applied once, by the first. */
function podNetworkOf(
  { network = { plugin: "flannel" } }: KubernetesRequest,
  { guestSubnet }: PlannedCluster,
  { manifest }: ClusterTexts,
  through: KubernetesNode | undefined,
): object | undefined {
  if (network.plugin === "routes") return { plugin: "routes", guestSubnet };
  if (through) return undefined;
  return defined({
    plugin: network.plugin,
    manifest,
    backend: network.plugin === "flannel" ? network.backend : undefined,
  });
}

function defined<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}
