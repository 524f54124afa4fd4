import { asRecord } from "../../basics/record";
import { pause } from "../../basics/wait";
import type { Cluster } from "../../guest/kubernetes/cluster";
import { newToken } from "../../guest/kubernetes/cluster";
import { addonsOf, initConfiguration, upgradeConfiguration } from "../../guest/kubernetes/configuration";
import { phase } from "../../guest/kubernetes/kubeadm";
import { owes } from "../../lifecycle/lifecycle";
import { memberOf } from "./membership";
import { boundsOf, clusterOf, firstGuest, isFirst, type NodeRun, requestOf } from "./node";
import { parseVersion } from "./rules";

/** kubeadm's addons: CoreDNS and kube-proxy. */

/** CoreDNS, where it is wanted. */
export async function syncAddons(run: NodeRun): Promise<void> {
  if (!isFirst(run)) return;
  const { coreDns } = requestOf(run);
  const before = asRecord(run.previous?.addons).coreDns !== false;
  if (run.previous && before === coreDns && !owes(run, "addons")) return;
  const cluster = await clusterOf(run);
  const there = await hasDns(cluster);
  if (coreDns && !there) {
    const { guest } = await memberOf(run);
    await phase(guest, boundsOf(run), "init phase addon coredns", initConfiguration(requestOf(run), newToken()));
  } else if (!coreDns && there) {
    for (const kind of ["deployment/coredns", "service/kube-dns", "configmap/coredns"])
      await cluster.delete("taking CoreDNS away", kind, "-n", "kube-system");
  }
}

/** kubeadm's first minor version of 1 whose addons can be upgraded by themselves (`kubeadm upgrade apply phase`). */
const firstWithPhases = 32;

/**
 * Phases of an upgrade that a node passes over. A new kube-proxy goes to all nodes at once: where its image can't be pulled,
 * nodes that don't have it yet are left without one, and send to services what nobody answers. An addon that is not there
 * is not to come back: kubeadm only looks at what was said at `init` (phases/upgrade/addons.go).
 */
export async function addonsToSkip(cluster: Cluster, version: string): Promise<string[]> {
  const gone = (await hasDns(cluster)) ? [] : ["addon/coredns"];
  if ((await cluster.proxyVersion()) === undefined) return [...gone, "addon/kube-proxy"];
  return hasPhases(version) ? ["addon"] : gone;
}

const hasPhases = (version: string) => (parseVersion(version)?.[1] ?? 0) >= firstWithPhases;
const hasDns = (cluster: Cluster) => cluster.has("deployment", "coredns");

/**
 * Brings the addons to the version of the nodes, once that is one: until then there may be nodes without the images. Before,
 * the old ones serve: kube-proxy may be three minor versions older than the API server and the kubelet (Kubernetes' version
 * skew policy). It is done on the first control plane, where kubeadm is of that version.
 */
export async function upgradeAddons(run: NodeRun, cluster: Cluster): Promise<void> {
  const [version, ...others] = new Set(await cluster.versions());
  if (version === undefined || others.length > 0 || !hasPhases(version)) return;
  const request = { ...requestOf(run), version, role: "controlPlane" as const };
  const old = async () => {
    const proxy = await cluster.proxyVersion();
    return proxy !== undefined && proxy !== version;
  };
  const until = Date.now() + stragglers;
  while (await old()) {
    const control = await firstGuest(run);
    for (const addon of addonsOf(request)) {
      if (addon === "coredns" && !(await hasDns(cluster))) continue;
      await phase(control, boundsOf(run), `upgrade apply phase addon ${addon}`, upgradeConfiguration(request));
    }
    if (!addonsOf(request).includes("kube-proxy") || !(await old())) return;
    // kubeadm passes them over as long as it sees an older control plane: the pods of one that has just gone are there for a minute.
    if (Date.now() > Math.min(until, run.context.deadline - 30_000)) {
      run.context.tell(
        "warning",
        `kube-proxy is not of ${version} yet: kubeadm takes a control plane for an older one`,
      );
      return;
    }
    run.context.progress("waiting for the pods of a control plane that is gone");
    await pause(10_000, run.context.signal);
  }
}

/** Milliseconds that the API may show the pods of a node that is gone: it looks every 20 s, and waits 40 s. */
const stragglers = 120_000;
