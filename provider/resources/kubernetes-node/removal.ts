import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { Cluster } from "../../guest/kubernetes/cluster";
import { Etcd } from "../../guest/kubernetes/etcd";
import { follow, reset } from "../../guest/kubernetes/kubeadm";
import { cleanGuest, type GuestFacts, lookAtGuest } from "../../guest/kubernetes/look";
import type { NodeFacts } from "../../guest/kubernetes/node-facts";
import { upgradeAddons } from "./addons";
import { asksAnew } from "./asked";
import {
  authorityOf,
  boundsOf,
  drainPolicy,
  firstGuest,
  type Guest,
  guestUnreachable,
  isFirst,
  type NodeRun,
  ownGuest,
  requestOf,
  serverAt,
  wantedOf,
} from "./node";

/**
 * Out of the cluster, and out of the guest. A guest or a cluster that is gone is no error; a control plane whose going
 * would take the cluster along is one, before anything is done.
 */

const guestPatience = 60_000;
const apiPatience = 120_000;

/** The cluster that a node is taken out of, and its etcd, where that is on its control planes; neither through what goes. */
interface Left {
  readonly cluster: Cluster;
  readonly etcd?: Etcd;
}

interface Own {
  readonly guest: Guest;
  readonly facts: GuestFacts;
}

export async function removeNode(run: NodeRun): Promise<void> {
  const own = await ownIfThere(run);
  const left = await leftWithout(run, own);
  const { nodeName, role, owner } = wantedOf(run);
  if (!left) return resetGuest(run, own);
  const { cluster, etcd } = left;
  const controlPlane = role === "controlPlane";
  if (controlPlane && own && own.facts.files.size > 0 && own.facts.owner !== owner)
    throw new WindroseError(
      "foreign",
      `its guest is a node of another stack (${own.facts.owner ?? "without a mark"}), and a control plane is not left half in a cluster`,
      {
        hint: "Run `kubeadm reset` and `kubectl delete node` for it by hand, and take it out of the state with `pulumi state delete`.",
      },
    );
  if (controlPlane) await etcd?.canLeave(requestOf(run).address);
  const node = await cluster.node(nodeName);
  const other = node?.systemUuid !== undefined && node.systemUuid !== run.inputs.machine.toLowerCase();
  const ours = node !== undefined && !(other && node.address !== run.inputs.address);
  if (node && !ours)
    run.context.tell("warning", `the cluster's node "${nodeName}" is another machine by now; it is left as it is`);
  // Where the guest is gone, or its kubelet is, pods would be waited for that nobody can end.
  if (ours && node.ready && own?.facts.files.has("kubelet.conf")) await drained(run, cluster, node);
  if (controlPlane) await etcd?.leave(requestOf(run).address);
  // A first control plane's own guest is the way there: after its reset there is none.
  if (ours && isFirst(run)) await cluster.deleteNode(nodeName);
  await resetGuest(run, own, controlPlane && ours);
  if (isFirst(run)) return;
  if (ours) await cluster.deleteNode(nodeName);
  try {
    // It may have been the last one of an older version.
    await upgradeAddons(run, cluster);
  } catch (error) {
    run.context.tell("warning", `kube-proxy and CoreDNS were not upgraded: ${asWindroseError(error).why}`);
  }
}

/** Nothing of a drain that has failed is left: the node takes pods as before. */
async function drained(run: NodeRun, cluster: Cluster, before: NodeFacts): Promise<void> {
  try {
    await cluster.drain(before, drainPolicy(run));
  } catch (error) {
    const node = await cluster.node(before.name).catch(() => undefined);
    await (node && cluster.uncordon(node).catch(() => {}));
    const { code, why } = asWindroseError(error);
    throw new WindroseError(code, why, {
      hint: "It takes pods again. Move or delete those that are left by hand, and run the command again; or, as a node that goes is drained by the `drain` of the last `pulumi up`: put it back with another `drain` (`timeout`, `force`), run `pulumi up`, and take it out then.",
      cause: error,
    });
  }
}

async function ownIfThere(run: NodeRun): Promise<Own | undefined> {
  const machine = await run.hypervisor.machines.find(run.inputs.machine);
  if (machine?.power !== "running") return undefined;
  const bounds = boundsOf(run);
  try {
    const guest = await ownGuest(run, guestPatience);
    let facts = await lookAtGuest(guest, bounds);
    if (facts.busy) {
      // A join that goes on would bring back what is taken away.
      await follow(guest, bounds, "the kubeadm of an earlier run");
      facts = await lookAtGuest(guest, bounds);
    }
    return { guest, facts };
  } catch (error) {
    if (!hasCode(error, ...guestUnreachable, "host-key-mismatch")) throw error;
    run.context.tell("warning", `its guest is left as it is: ${error.why}`);
    return undefined;
  }
}

/** Nothing where the cluster goes with it, or is gone, or is another one by now. */
async function leftWithout(run: NodeRun, own: Own | undefined): Promise<Left | undefined> {
  // Another generation takes all nodes: nothing is moved from one to the other.
  if (asksAnew(run.inputs.cluster)) return undefined;
  return isFirst(run) ? leftWithoutFirst(run, own) : leftBehind(run);
}

async function isSameCluster(run: NodeRun, control: Guest): Promise<boolean> {
  const authority = await authorityOf(control, boundsOf(run));
  return authority !== undefined && (run.made.caHash === undefined || authority.hash === run.made.caHash);
}

async function leftBehind(run: NodeRun): Promise<Left | undefined> {
  const bounds = boundsOf(run);
  let control: Guest;
  try {
    control = await firstGuest(run, guestPatience);
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    if (!hasCode(error, "guest-not-ready")) throw error;
    throw new WindroseError(error.code, `the first control plane can't be asked: ${error.why}`, {
      hint: "Start its machine, and run the command again; or, if the cluster is gone for good, take this node out of the state with `pulumi state delete`.",
      cause: error,
    });
  }
  if (!(await isSameCluster(run, control))) return undefined;
  const cluster = new Cluster(control, bounds);
  if (!(await cluster.awaitApi(apiPatience)))
    throw new WindroseError("guest-not-ready", "the cluster's API does not answer on the first control plane", {
      hint: "Look at that node, and run the command again; or take this one out of the state with `pulumi state delete`.",
    });
  if (wantedOf(run).role === "worker") return { cluster };
  const { files } = await lookAtGuest(control, bounds);
  return { cluster, etcd: files.has("etcd") ? new Etcd(control, bounds) : undefined };
}

/** The other control planes of a cluster, as the guest of its first one reaches them. With its last one the cluster goes. */
async function leftWithoutFirst(run: NodeRun, own: Own | undefined): Promise<Left | undefined> {
  const request = requestOf(run);
  const { address, endpointAddresses = [] } = request;
  const bounds = boundsOf(run);
  const told = endpointAddresses.filter((one) => one !== address);
  if (!own) {
    if (told.length > 0)
      run.context.tell(
        "warning",
        `its guest can't be asked: if the cluster lives on (${told.join(", ")}), its node and its member of etcd are still there. Take them away on another control plane: \`kubectl delete node ${wantedOf(run).nodeName}\`, and \`etcdctl member remove\``,
      );
    return undefined;
  }
  if (!(await isSameCluster(run, own.guest))) return undefined;
  const itself = new Cluster(own.guest, bounds);
  const alive = await itself.awaitApi(told.length > 0 ? 1000 : 20_000);
  const names = alive ? await itself.controlPlanes() : [];
  const others = names.filter((name) => name !== run.inputs.nodeName);
  if (alive && others.length === 0) return undefined;
  const listed = await Promise.all(others.map((name) => itself.node(name)));
  const addresses = [...new Set([...told, ...listed.flatMap((node) => node?.address ?? [])])];
  for (const other of addresses.filter((one) => one !== address)) {
    const cluster = new Cluster(own.guest, bounds, serverAt(request, other));
    if (!(await cluster.answers())) continue;
    const stacked = own.facts.files.has("etcd") || own.facts.files.has("etcd-data");
    return { cluster, etcd: stacked ? new Etcd(own.guest, bounds, other) : undefined };
  }
  // A cluster that never finished initialising has no other members to protect.
  if (addresses.length === 0 || run.made.caHash === undefined) return undefined;
  throw new WindroseError(
    "guest-not-ready",
    `no other control plane of the cluster answers (${addresses.join(", ")}), and this one may hold its data`,
    {
      hint: "Start them, and run the command again; or, if the cluster is gone for good, take this node out of the state with `pulumi state delete`.",
    },
  );
}

async function resetGuest(run: NodeRun, own: Own | undefined, must = false): Promise<void> {
  // What another stack made is not ours to undo.
  if (!own || own.facts.owner !== wantedOf(run).owner) return;
  const bounds = boundsOf(run);
  try {
    if (own.facts.files.size > 0) await reset(own.guest, bounds);
    await cleanGuest(own.guest, bounds);
  } catch (error) {
    if (must) throw error;
    run.context.tell("warning", `its guest was not cleaned: ${asWindroseError(error).why}`);
  }
}
