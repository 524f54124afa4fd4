import type { Cluster } from "../../guest/kubernetes/cluster";
import { newToken } from "../../guest/kubernetes/cluster";
import { addonsOf, initConfiguration, upgradeConfiguration } from "../../guest/kubernetes/configuration";
import { phase } from "../../guest/kubernetes/kubeadm";
import { asRecord } from "../../schema";
import { memberOf } from "./membership";
import { boundsOf, clusterOf, type Guest, isFirst, type NodeRun, owes, requestOf } from "./node";

/** kubeadm's addons: CoreDNS and kube-proxy. */

/** CoreDNS, where it is wanted. */
export async function syncAddons(run: NodeRun): Promise<void> {
  if (!isFirst(run)) return;
  const { coreDns } = requestOf(run);
  const before = asRecord(run.previous?.addons).coreDns !== false;
  if (run.previous && before === coreDns && !owes(run, "addons")) return;
  const cluster = await clusterOf(run);
  const there = await cluster.has("deployment", "coredns");
  if (coreDns && !there) {
    const { guest } = await memberOf(run);
    await phase(guest, boundsOf(run), "init phase addon coredns", initConfiguration(requestOf(run), newToken()));
  } else if (!coreDns && there) {
    for (const kind of ["deployment/coredns", "service/kube-dns", "configmap/coredns"])
      await cluster.delete("taking CoreDNS away", kind, "-n", "kube-system");
  }
}

/**
 * Brings the addons to the version of the nodes, once that is one: until then there may be nodes without the images. Before,
 * the old ones serve: kube-proxy may be three minor versions older than the API server and the kubelet (Kubernetes' version
 * skew policy). `control`: guest of a control plane, where kubeadm is of that version.
 */
export async function upgradeAddons(run: NodeRun, cluster: Cluster, control: Guest): Promise<void> {
  const [version, ...others] = new Set(await cluster.versions());
  if (version === undefined || others.length > 0) return;
  const proxy = await cluster.proxyVersion();
  if (proxy === undefined || proxy === version) return;
  const request = { ...requestOf(run), version };
  for (const addon of addonsOf(request))
    await phase(
      control,
      boundsOf(run),
      `upgrade apply phase addon ${addon}`,
      upgradeConfiguration({ ...request, role: "controlPlane" }, "now"),
    );
}
