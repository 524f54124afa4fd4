import { asWindroseError, hasCode, WindroseError } from "../../errors";
import { Cluster } from "../../guest/kubernetes/cluster";
import { reset } from "../../guest/kubernetes/kubeadm";
import { cleanGuest, lookAtGuest } from "../../guest/kubernetes/look";
import {
  authorityOf,
  boundsOf,
  drainPolicy,
  firstGuest,
  type Guest,
  isFirst,
  type NodeRun,
  ownGuest,
  wantedOf,
} from "./node";

/** Out of the cluster, and out of the guest. A guest or a cluster that is gone is no error. */

const guestPatience = 60_000;
const apiPatience = 120_000;

export async function removeNode(run: NodeRun): Promise<void> {
  const guest = await guestIfThere(run);
  const cluster = await clusterIfThere(run, guest);
  const { nodeName, role } = wantedOf(run);
  const node = await cluster?.node(nodeName);
  const ours =
    node === undefined || node.systemUuid === undefined || node.systemUuid === String(run.inputs.machine).toLowerCase();
  if (cluster && node && !ours && node.address !== run.inputs.address) {
    run.context.tell("warning", `the cluster's node "${nodeName}" is another machine by now; it is left as it is`);
    return resetGuest(run, guest, false);
  }
  if (cluster && node) {
    // Where the guest is gone, pods would be waited for that nobody can end.
    if (guest && node.ready) await cluster.drain(nodeName, drainPolicy(run));
    if (isFirst(run)) await cluster.deleteNode(nodeName);
  }
  await resetGuest(run, guest, cluster !== undefined && role === "controlPlane");
  if (cluster && node && !isFirst(run)) await cluster.deleteNode(nodeName);
  if (cluster && !guest && role === "controlPlane")
    run.context.tell(
      "warning",
      "its guest does not answer: its member of etcd is still one; remove that with `etcdctl member remove`",
    );
}

async function guestIfThere(run: NodeRun): Promise<Guest | undefined> {
  const machine = await run.hypervisor.machines.find(String(run.inputs.machine));
  if (machine?.power !== "running") return undefined;
  try {
    return await ownGuest(run, guestPatience);
  } catch (error) {
    if (!hasCode(error, "guest-not-ready", "not-found", "timeout", "connection-cut", "host-key-mismatch")) throw error;
    run.context.tell("warning", `its guest is left as it is: ${error.why}`);
    return undefined;
  }
}

/** The cluster that it is to be taken out of: nothing where that goes with it, or is gone, or is another one by now. */
async function clusterIfThere(run: NodeRun, own: Guest | undefined): Promise<Cluster | undefined> {
  const bounds = boundsOf(run);
  let control = own;
  if (!isFirst(run)) {
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
  }
  if (!control) return undefined;
  const authority = await authorityOf(control, bounds);
  if (!authority || (run.made.caHash !== undefined && authority.hash !== run.made.caHash)) return undefined;
  const cluster = new Cluster(control, bounds);
  if (await cluster.awaitApi(isFirst(run) ? 20_000 : apiPatience)) {
    // With its last control plane the cluster goes.
    if (isFirst(run) && (await cluster.controlPlanes()).every((name) => name === run.inputs.nodeName)) return undefined;
    return cluster;
  }
  if (isFirst(run)) return undefined;
  throw new WindroseError("guest-not-ready", "the cluster's API does not answer on the first control plane", {
    hint: "Look at that node, and run the command again; or take this one out of the state with `pulumi state delete`.",
  });
}

async function resetGuest(run: NodeRun, guest: Guest | undefined, must: boolean): Promise<void> {
  if (!guest) return;
  const bounds = boundsOf(run);
  const facts = await lookAtGuest(guest, bounds);
  // What another stack made is not ours to undo.
  if (facts.owner !== wantedOf(run).owner) return;
  try {
    if (facts.files.size > 0) await reset(guest, bounds);
    await cleanGuest(guest, bounds);
  } catch (error) {
    if (must) throw error;
    run.context.tell("warning", `its guest was not cleaned: ${asWindroseError(error).why}`);
  }
}
