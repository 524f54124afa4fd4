import { isDeepStrictEqual } from "node:util";
import { WindroseError } from "../../basics/errors";
import { asRecord } from "../../basics/record";
import { pause } from "../../basics/wait";
import { Cluster } from "../../guest/kubernetes/cluster";
import { podBlockOf, upgradeConfiguration } from "../../guest/kubernetes/configuration";
import { renewCertificates, restartKubelet, upgrade } from "../../guest/kubernetes/kubeadm";
import type { NodeFacts } from "../../guest/kubernetes/node-facts";
import { flannelManifest, writeRoutes } from "../../guest/kubernetes/pod-network";
import { bringPrograms, type Source } from "../../guest/kubernetes/programs";
import { owes } from "../../lifecycle/lifecycle";
import { pendingOf } from "../virtual-machine/power";
import { addonsToSkip, upgradeAddons } from "./addons";
import { controlPlaneTaint, taintsOf } from "./fields";
import { explained, memberOf, prepare } from "./membership";
import {
  boundsOf,
  clusterOf,
  drainPolicy,
  type Guest,
  isFirst,
  type NodeRun,
  ownGuest,
  requestOf,
  serverAt,
  wantedOf,
} from "./node";
import { type UpgradePlan, upgradePlan, type WantedNode } from "./plan";
import { needsRestart } from "./rules";

/** What is done to a node that is a member: each step may be run again, and does nothing where nothing is to be done. */

/** The node as the cluster has it now. */
async function present(run: NodeRun, cluster: Cluster): Promise<NodeFacts> {
  const node = await cluster.node(run.inputs.nodeName);
  if (!node) throw new WindroseError("not-found", "the cluster has no such node any more");
  return node;
}

export async function syncNetwork(run: NodeRun): Promise<void> {
  const { plugin, manifest, backend } = asRecord(run.inputs.podNetwork);
  const request = requestOf(run);
  const cluster = await clusterOf(run);
  if (request.guestSubnet !== undefined) {
    const { guest } = await memberOf(run);
    const { podSubnet, guestSubnet, address } = request;
    await writeRoutes(guest, boundsOf(run), { podSubnet, guestSubnet, address });
    const block = podBlockOf(request);
    if (block !== undefined) await cluster.setPodCidr(await present(run, cluster), block);
    return;
  }
  const same =
    run.previous && !owes(run, "network") && isDeepStrictEqual(run.previous.podNetwork, run.inputs.podNetwork);
  if (!isFirst(run) || same) return;
  if (plugin === "flannel") {
    const { guest } = await memberOf(run);
    const text = await flannelManifest(guest, boundsOf(run), request.podSubnet, String(backend ?? "vxlan"));
    await cluster.apply("applying flannel", text);
  } else if (plugin === "manifest") await cluster.apply("applying the pods' network", String(manifest));
}

/** kubeadm first, then, drained, the kubelet. */
export async function syncVersion(run: NodeRun): Promise<void> {
  const wanted = wantedOf(run);
  const plan = upgradePlan((await memberOf(run)).observed, wanted);
  if ("refused" in plan) throw new WindroseError(plan.refused.code, plan.refused.why);
  const changes = run.previous === undefined || asRecord(run.previous.cluster).version !== wanted.version;
  if (plan.kubeadm || plan.kubelet) await upgradeNode(run, wanted, plan);
  else if (run.previous !== undefined && (changes || owes(run, "version")))
    await upgradeAddons(run, await clusterOf(run));
}

async function upgradeNode(run: NodeRun, wanted: WantedNode, plan: UpgradePlan): Promise<void> {
  const { guest, observed } = await memberOf(run);
  const bounds = boundsOf(run);
  const { version, role, first } = wanted;
  const source = asRecord(run.inputs.source) as unknown as Source;
  await prepare(run, guest);
  // What is in the image is there as a whole or not at all: before anything is drained.
  const kubeadmOnly = source.from !== "image";
  await bringPrograms(guest, bounds, observed.guest, { source, version, role, kubeadmOnly });
  if (plan.kubeadm) {
    const before = await clusterOf(run);
    await settle(run, before, guest);
    // A new kube-proxy goes to all nodes at once: where its image can't be pulled, nodes that don't have it yet are left
    // without one, and send to services what nobody answers.
    const configuration = upgradeConfiguration(requestOf(run), await addonsToSkip(before, version));
    await explained(run, guest, () => upgrade(guest, bounds, version, configuration, first));
  }
  const cluster = await clusterOf(run);
  await cluster.awaitApi(600_000);
  let drained: NodeFacts | undefined;
  if (plan.kubelet) {
    await cluster.drain(await present(run, cluster), drainPolicy(run));
    try {
      await bringPrograms(guest, bounds, observed.guest, { source, version, role });
    } catch (error) {
      // Its kubelet is as it was: the node can go on with that until what is missing is there.
      await cluster.uncordon(await present(run, cluster)).catch(() => {});
      throw error;
    }
    await restartKubelet(guest, bounds);
    drained = await explained(run, guest, () =>
      until(run, cluster, `its kubelet is not of ${version}`, (node) => node.version === version && node.ready),
    );
  }
  await upgradeAddons(run, cluster);
  // The mark of a drained node says, after a cut, that something is left to do: so it goes last.
  if (drained) await cluster.uncordon(drained);
}

/** Waits for the node to be as it should, to the end of the time, and gives it back. */
async function until(
  run: NodeRun,
  cluster: Cluster,
  otherwise: string,
  is: (node: NodeFacts) => boolean,
): Promise<NodeFacts> {
  await cluster.awaitApi(600_000);
  for (;;) {
    const node = await present(run, cluster);
    if (is(node)) return node;
    if (Date.now() + 4000 > run.context.deadline)
      throw new WindroseError("guest-not-ready", `${otherwise}: ${node.message}`);
    run.context.progress(`waiting for the node: ${node.message.slice(0, 100)}`);
    await pause(3000, run.context.signal);
    if (run.context.signal?.aborted) throw new WindroseError("aborted", "waiting for the node was stopped");
  }
}

/** Whether this run is the one that restarts its machine. */
function restarts(run: NodeRun): boolean {
  const { previous, inputs, hypervisor } = run;
  // Without it a restart of the machine is nobody's business here.
  if (!previous || inputs.definition === undefined) return false;
  return owes(run, "restart") || needsRestart(previous.definition, inputs.definition, hypervisor.features);
}

/** A machine that the same change left off between its end and its start. */
export async function startStopped(run: NodeRun): Promise<void> {
  if (!restarts(run)) return;
  const { machines } = run.hypervisor;
  const machine = await machines.find(run.inputs.machine);
  if (machine && (machine.power === "shutoff" || machine.power === "crashed")) {
    run.context.progress("starting its machine");
    await machines.start(machine.uuid);
  }
}

export async function syncRestart(run: NodeRun): Promise<void> {
  if (!restarts(run)) return;
  const { machines } = run.hypervisor;
  const machine = await machines.find(run.inputs.machine);
  if (!machine || pendingOf(machine, run.hypervisor.features).length === 0) return;
  const cluster = await clusterOf(run);
  await cluster.drain(await present(run, cluster), drainPolicy(run));
  run.context.progress("restarting its machine");
  await machines.shutdown(machine.uuid, { timeout: 300_000, force: true }, run.context);
  await machines.start(machine.uuid);
  const { observed } = await memberOf(run);
  const guest = await ownGuest(run);
  const renewed = await clusterOf(run);
  const ready = await explained(run, guest, () =>
    until(
      run,
      renewed,
      "it is not Ready after its restart",
      (node) => node.ready && node.bootId !== observed.guest.boot,
    ),
  );
  await renewed.uncordon(ready);
  await memberOf(run, true);
}

export async function syncCertificates(run: NodeRun): Promise<void> {
  const { inputs, previous } = run;
  // What was made in this run, or is yet to be finished, is new.
  if (previous?.caHash === undefined || inputs.renewal === undefined) return;
  if (inputs.renewal === previous.renewal && !owes(run, "certificates")) return;
  const { guest } = await memberOf(run);
  const bounds = boundsOf(run);
  await renewCertificates(guest, bounds, inputs.role === "controlPlane");
  if (inputs.role !== "controlPlane") return;
  // Its own, and with it its etcd: the next control plane's turn comes when this one is back, or there is no majority.
  const own = new Cluster(guest, bounds, serverAt(requestOf(run), inputs.address));
  await explained(run, guest, async () => {
    if (!(await own.awaitApi(Number.POSITIVE_INFINITY)))
      throw new WindroseError("guest-not-ready", "its API server does not answer after its certificates were renewed");
  });
}

export async function syncDescription(run: NodeRun): Promise<void> {
  const { inputs, previous, made } = run;
  const cluster = await clusterOf(run);
  const described = asRecord(made.__described);
  const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  // What an update that failed wanted is in the state already; what was really set before is kept by itself.
  const labels = {
    wanted: asRecord<string>(inputs.labels),
    before: [...texts(described.labels), ...Object.keys(asRecord(previous?.labels))],
  };
  const taints = {
    wanted: taintsOf(inputs),
    before: [...texts(described.taints), ...(previous ? taintsOf(previous) : [])],
  };
  await cluster.describe(inputs.nodeName, labels, taints);
  made.__described = { labels: Object.keys(labels.wanted), taints: taints.wanted };
}

/** Waits until the node is Ready, and what runs on it of the system. Errors: `guest-not-ready` with what is missing. */
export async function awaitReady(run: NodeRun): Promise<void> {
  const cluster = await clusterOf(run);
  const { guest, observed } = await memberOf(run);
  const node = await settle(run, cluster, guest);
  await cluster.uncordon(node);
  // Keep the facts of the guest from when it was found to be a member: only those of its node have changed since.
  run.observed = { seen: { guest: observed.guest, cluster: { ...observed.cluster, state: "up", node } } };
}

async function settle(run: NodeRun, cluster: Cluster, guest: Guest): Promise<NodeFacts> {
  const network = run.inputs.podNetwork?.plugin !== "none";
  for (;;) {
    const node = await present(run, cluster);
    const missing = await missingOf(run, cluster, node, network);
    if (missing.length === 0) return node;
    if (Date.now() + 8000 > run.context.deadline) await late(run, guest, missing);
    run.context.progress(`waiting for ${missing.slice(0, 3).join(", ").slice(0, 140)}`);
    await pause(3000, run.context.signal);
    if (run.context.signal?.aborted) throw new WindroseError("aborted", "waiting for the node was stopped");
  }
}

async function missingOf(run: NodeRun, cluster: Cluster, node: NodeFacts, network: boolean): Promise<string[]> {
  if (!node.ready) {
    // Without a network for pods, which somebody else brings, no node is.
    if (!network && /cni|network plugin/i.test(node.message)) return [];
    return [`the node: ${node.message}`];
  }
  const pods = await cluster.unreadyPods(node.name);
  // With a taint of the user's own CoreDNS waits for other nodes, which wait for this one.
  const open = taintsOf(run.inputs).every((taint) => taint === controlPlaneTaint);
  if (pods.length === 0 && isFirst(run) && open && requestOf(run).coreDns && network && !(await cluster.dnsIsThere()))
    return ["CoreDNS"];
  return pods;
}

async function late(run: NodeRun, guest: Guest, missing: readonly string[]): Promise<never> {
  return explained(run, guest, async () => {
    throw new WindroseError("guest-not-ready", `it is not ready in time: ${missing.slice(0, 8).join("; ")}`, {
      hint: "Look at these pods with kubectl; then run `pulumi up` again, or raise `timeout`.",
    });
  });
}
