import { bracketed } from "../../basics/addresses";
import { hasCode, type WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { type Work, within } from "../../basics/work";
import type { StoredConnection } from "../../connections/credentials";
import { hypervisorFor } from "../../connections/hypervisors";
import { Cluster, type DrainPolicy } from "../../guest/kubernetes/cluster";
import type { NodeRequest } from "../../guest/kubernetes/configuration";
import { hashOf, lookAtGuest } from "../../guest/kubernetes/look";
import { adminConfiguration, tryScript } from "../../guest/kubernetes/shell";
import type { Run } from "../../lifecycle/definition";
import { reachMachine } from "../reach-machine";
import { type NodeInputs, taintsOf } from "./fields";
import type { ClusterFacts, Observed, WantedNode } from "./plan";

/** A node as its inputs ask for it, and the ways to its guest and to its cluster. */

/** What is known of it: nothing in the walk that makes it, and why where its guest can't be asked. */
export interface NodeState {
  readonly seen?: Observed;
  readonly unreachable?: WindroseError;
}
export type NodeRun = Run<NodeState, NodeInputs>;
export type Guest = Awaited<ReturnType<typeof reachMachine>>;

export function isFirst(run: NodeRun): boolean {
  return run.inputs.through === undefined;
}

export function wantedOf({ inputs, context, made }: NodeRun): WantedNode {
  const { cluster } = inputs;
  const owner = [context.project, context.stack, cluster.name, cluster.generation].join("/").replace(/\s+/g, "-");
  return {
    first: inputs.through === undefined,
    role: inputs.role,
    nodeName: inputs.nodeName,
    address: inputs.address,
    version: cluster.version,
    // The mark in the guest stays as it was made, whatever the stack is called by now.
    owner: typeof made.__owner === "string" ? made.__owner : owner,
    made: made.caHash !== undefined,
  };
}

export function requestOf({ inputs }: NodeRun): NodeRequest {
  const { cluster, podNetwork } = inputs;
  return {
    role: inputs.role,
    nodeName: inputs.nodeName,
    address: inputs.address,
    version: cluster.version,
    clusterName: cluster.name,
    endpoint: cluster.endpoint,
    endpointAddresses: inputs.endpointAddresses,
    podSubnet: cluster.podSubnet,
    serviceSubnet: cluster.serviceSubnet,
    dnsDomain: cluster.dnsDomain,
    taints: taintsOf(inputs),
    coreDns: inputs.addons?.coreDns !== false,
    guestSubnet: podNetwork?.plugin === "routes" ? podNetwork.guestSubnet : undefined,
    kubeadm: asRecord(inputs.kubeadm),
  };
}

/** The API server of the control plane at an address: at the endpoint's port, where that leads to the control planes themselves; else at kubeadm's own. */
export function serverAt({ endpoint, endpointAddresses }: NodeRequest, address: string): string {
  const port = (endpointAddresses && /:(\d+)$/.exec(endpoint)?.[1]) ?? "6443";
  return `https://${bracketed(address)}:${port}`;
}

export function drainPolicy({ inputs }: NodeRun): DrainPolicy {
  const { timeout = 300, force = false, deleteEmptyDirData = true } = inputs.drain ?? {};
  return { timeout, force, deleteEmptyDirData };
}

export function boundsOf({ context }: NodeRun, milliseconds = Number.POSITIVE_INFINITY): Work {
  return within(context, milliseconds);
}

/** What the constructor sent along; where no program runs, what it sent the last time. */
function sentAlong(run: NodeRun, name: "__through" | "__hostKeys"): unknown {
  return run.inputs[name] ?? run.previous?.[name];
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export function ownGuest(run: NodeRun, milliseconds = Number.POSITIVE_INFINITY): Promise<Guest> {
  const { inputs, context, hypervisor } = run;
  const { connection } = inputs;
  const hostKeys = texts(sentAlong(run, "__hostKeys"));
  const place = { machine: inputs.machine, connection, hostKeys, urn: context.urn, hypervisor };
  return reachMachine(place, within(run.context, milliseconds));
}

/** The guest of the first control plane. Errors: `not-found` where its machine is no more. */
export async function firstGuest(run: NodeRun, milliseconds = Number.POSITIVE_INFINITY): Promise<Guest> {
  if (isFirst(run)) return ownGuest(run, milliseconds);
  const { host, machine, connection, hostKeys, urn, way } = throughOf(run);
  const hypervisor =
    host === run.inputs.host || !isWay(way)
      ? run.hypervisor
      : await hypervisorFor(way, { ids: [String(host)], connect: true });
  return reachMachine(
    { machine: String(machine), connection, hostKeys: texts(hostKeys), urn: String(urn), hypervisor },
    within(run.context, milliseconds),
  );
}

export async function clusterOf(run: NodeRun): Promise<Cluster> {
  return new Cluster(await firstGuest(run), boundsOf(run));
}

export function throughOf(run: NodeRun): Inputs {
  return asRecord(sentAlong(run, "__through"));
}

function isWay(way: unknown): way is StoredConnection {
  return typeof way === "string" || isRecord(way);
}

/** The authority of the cluster that a guest is a control plane of; nothing where it is none. */
export async function authorityOf(guest: Guest, bounds: Work): Promise<{ pem: string; hash: string } | undefined> {
  const script = `[ -e ${adminConfiguration} ] && exec head -c 20000 /etc/kubernetes/pki/ca.crt; exit 0`;
  const { stdout } = await tryScript(guest, bounds, script);
  const hash = hashOf(stdout);
  return hash === undefined ? undefined : { pem: stdout, hash };
}

/** Milliseconds that the API of a control plane that has just started may take. */
const apiPatience = 600_000;

/** What the guest and the cluster say of the node, without a change of anything. */
export async function observeNode(run: NodeRun, guest: Guest, patience = apiPatience): Promise<Observed> {
  const bounds = boundsOf(run);
  run.context.progress("looking at the node");
  const facts = await lookAtGuest(guest, bounds);
  if (facts.busy) return { guest: facts, cluster: { state: "none" } };
  const first = isFirst(run);
  if (first && !facts.files.has("admin.conf")) return { guest: facts, cluster: { state: "none" } };
  return { guest: facts, cluster: await clusterFacts(run, first ? guest : undefined, first ? 0 : patience) };
}

async function clusterFacts(run: NodeRun, own: Guest | undefined, patience: number): Promise<ClusterFacts> {
  const bounds = boundsOf(run);
  const control = own ?? (await firstGuest(run));
  const authority = await authorityOf(control, bounds);
  if (!authority) return { state: "none" };
  const cluster = new Cluster(control, bounds);
  const { up, node } = await cluster.nodeWithin(run.inputs.nodeName, patience);
  return { state: up ? "up" : "silent", caHash: authority.hash, node };
}

/**
 * A node that the cluster does not know, or whose guest has nothing of it, joins anew. The first control plane is never
 * gone as long as its machine is there: what must not be made a second time would be unknown to the state.
 */
function isGone(run: NodeRun, { guest, cluster }: Observed): boolean {
  if (isFirst(run) || guest.busy || cluster.state !== "up") return false;
  return cluster.node === undefined || !guest.files.has("kubelet.conf");
}

/** Why a guest can't be asked. Keys and passwords that the program alone has are not there at a refresh or a removal. */
export const guestUnreachable = [
  ...(["guest-not-ready", "not-found", "timeout", "connection-cut", "host-unreachable"] as const),
  ...(["authentication-failed", "host-key-unknown", "sudo-password", "key-unreadable"] as const),
];

/** For a refresh: what is there, or why that can't be said. A machine or node that is gone is nothing. */
export async function lookAround(run: NodeRun): Promise<NodeState | undefined> {
  const machine = await run.hypervisor.machines.find(run.inputs.machine);
  if (!machine) return undefined;
  const patience = 60_000;
  try {
    const seen = await observeNode(run, await ownGuest(run, patience), patience);
    return isGone(run, seen) ? undefined : { seen };
  } catch (error) {
    if (hasCode(error, ...guestUnreachable)) return { unreachable: error };
    throw error;
  }
}
