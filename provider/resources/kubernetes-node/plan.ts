import type { ErrorCode } from "../../basics/errors";
import type { GuestFacts } from "../../guest/kubernetes/look";
import type { NodeFacts } from "../../guest/kubernetes/node-facts";
import { compareVersions, parseVersion, upgradeProblem } from "./rules";

/** What has to be done in a guest so that it is the node that is asked for, from what is there: a pure function. */

export interface ClusterFacts {
  /** `none`: there is no cluster there; `silent`: its API does not answer. */
  readonly state: "none" | "silent" | "up";
  readonly caHash?: string;
  readonly node?: NodeFacts;
}

export interface Observed {
  readonly guest: GuestFacts;
  readonly cluster: ClusterFacts;
}

export interface WantedNode {
  /** It makes the cluster; all others join. */
  readonly first: boolean;
  readonly role: "controlPlane" | "worker";
  readonly nodeName: string;
  readonly address: string;
  readonly version: string;
  /** `project/stack/cluster/generation` */
  readonly owner: string;
  /** The state knows of the cluster that it makes: another one is never made in its place. */
  readonly made?: boolean;
}

/**
 * - `wait`: until the kubeadm of an earlier run has ended
 * - `reset`: a half-made node is taken back
 * - `forget`: the cluster forgets the node of this name
 * - `programs`: of the version are in the guest, and it is prepared
 * - `init`, `join`; `init again`: over what an earlier init made
 * - `mark`: what is there is whole
 * - `kubelet`: is started, and the API and the node waited for
 */
export type NodeStep = "wait" | "reset" | "forget" | "programs" | "init" | "init again" | "join" | "mark" | "kubelet";

export interface Refused {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint?: string;
}

export type Plan = { readonly steps: readonly NodeStep[] } | { readonly refused: Refused };

/** `tried`: steps of this run that are of no use a second time. No steps: it is a member of the cluster. */
export function nextSteps({ guest, cluster }: Observed, wanted: WantedNode, tried: ReadonlySet<NodeStep>): Plan {
  if (guest.busy) return { steps: ["wait"] };
  const touched = [...guest.files].length > 0;
  if (touched && guest.owner !== wanted.owner) {
    if (guest.owner === undefined || ofCluster(guest.owner) !== ofCluster(wanted.owner)) return foreign(guest.owner);
    // What an earlier generation of the cluster has left.
    return wanted.first ? withoutLoss(fresh(wanted, ["reset"]), wanted) : rejoin({ guest, cluster }, wanted);
  }
  return wanted.first
    ? withoutLoss(firstOf({ guest, cluster }, wanted, tried), wanted)
    : joinerOf({ guest, cluster }, wanted, tried);
}

/** What the first control plane holds is the cluster: where it should be and is not, nothing empty takes its name. */
function withoutLoss(plan: Plan, wanted: WantedNode): Plan {
  if ("refused" in plan || !wanted.made || !plan.steps.some((step) => step === "init" || step === "reset")) return plan;
  return refused(
    "not-found",
    "the cluster that this control plane held is gone from its guest",
    "Bring the guest's disk back, or put another control plane of the cluster first; or set another `cluster.generation` to make a new cluster.",
  );
}

function firstOf({ guest, cluster }: Observed, wanted: WantedNode, tried: ReadonlySet<NodeStep>): Plan {
  if (guest.files.size === 0) return fresh(wanted, []);
  if (guest.done !== undefined) {
    // A cluster that was once made is never reset, whatever it is in.
    if (cluster.state !== "up" || cluster.node === undefined) return kubelet(tried);
    return member({ guest, cluster }, tried);
  }
  if (cluster.state === "up" && cluster.node !== undefined) return { steps: ["programs", "init again"] };
  return fresh(wanted, ["reset"]);
}

function joinerOf(observed: Observed, wanted: WantedNode, tried: ReadonlySet<NodeStep>): Plan {
  const { guest, cluster } = observed;
  if (cluster.state !== "up") {
    const why = cluster.state === "none" ? "there is no cluster to join yet" : "the cluster's API does not answer";
    return refused("guest-not-ready", `${why} on the first control plane`, "Look at its node first.");
  }
  if (guest.files.size === 0) return rejoin(observed, wanted);
  const node = cluster.node;
  const other = guest.caHash !== undefined && guest.caHash !== cluster.caHash;
  if (guest.done !== undefined) {
    if (other)
      return refused(
        "foreign",
        "it is a node of another cluster than that of the first control plane",
        "If the first control plane was recreated, set another `cluster.generation` on all nodes; else put one first that is a member of this node's cluster.",
      );
    if (node !== undefined) return member(observed, tried);
    // Its kubelet tells the cluster of itself when it starts.
    if (!tried.has("kubelet")) return { steps: ["kubelet"] };
    return wanted.role === "worker" ? rejoin(observed, wanted) : kubelet(tried);
  }
  const whole = wanted.role === "worker" && !other && guest.files.has("kubelet.conf") && node?.ready === true;
  if (whole && isSame(observed)) return { steps: ["mark"] };
  return rejoin(observed, wanted);
}

/** A node that is there: what it lacks. */
function member({ guest }: Observed, tried: ReadonlySet<NodeStep>): Plan {
  if (!guest.kubeletActive || !guest.containerdActive) return kubelet(tried);
  return { steps: [] };
}

function kubelet(tried: ReadonlySet<NodeStep>): Plan {
  if (!tried.has("kubelet")) return { steps: ["kubelet"] };
  return refused(
    "guest-not-ready",
    "the node does not come back: its kubelet was started, and the cluster does not know it",
  );
}

function fresh(wanted: WantedNode, before: readonly NodeStep[]): Plan {
  return { steps: [...before, "programs", wanted.first ? "init" : "join"] };
}

/** From anything that is no member to one; a node of the name that lives elsewhere is not touched. */
function rejoin(observed: Observed, wanted: WantedNode): Plan {
  const { guest, cluster } = observed;
  const node = cluster.node;
  if (cluster.state !== "up")
    return refused("guest-not-ready", "the cluster's API does not answer on the first control plane");
  const before: NodeStep[] = guest.files.size > 0 ? ["reset"] : [];
  if (node === undefined) return fresh(wanted, before);
  if (!isSame(observed) && node.address !== wanted.address)
    return refused(
      "already-exists",
      `the cluster has a node "${node.name}" already, which is another machine (${node.address ?? "without an address"})`,
      "Choose another `nodeName`, or delete that node.",
    );
  return fresh(wanted, [...before, "forget"]);
}

function isSame({ guest, cluster }: Observed): boolean {
  return guest.systemUuid !== undefined && guest.systemUuid === cluster.node?.systemUuid;
}

function ofCluster(owner: string): string {
  return owner.slice(0, owner.lastIndexOf("/"));
}

function foreign(owner: string | undefined): Plan {
  return refused(
    "foreign",
    owner === undefined
      ? "the guest is a Kubernetes node already, which this stack did not make"
      : `the guest is a node of another cluster of ours (${owner})`,
    "It is left as it is. Run `kubeadm reset` in the guest, and delete what is in /etc/kubernetes, if it can go.",
  );
}

function refused(code: ErrorCode, why: string, hint?: string): Plan {
  return { refused: { code, why, hint } };
}

/** The parts of a member whose version is not the desired one. */
export interface UpgradePlan {
  /** kubeadm upgrades the control plane, or the configuration of the node. */
  readonly kubeadm: boolean;
  /** The kubelet is another one. */
  readonly kubelet: boolean;
}

export function upgradePlan(
  { guest, cluster }: Observed,
  wanted: WantedNode,
): UpgradePlan | { readonly refused: Refused } {
  const has = [cluster.node?.version, guest.kubelet, ...(wanted.role === "controlPlane" ? [guest.controlPlane] : [])];
  const runs = guest.at ?? (wanted.role === "controlPlane" ? guest.controlPlane : cluster.node?.version);
  const problem = [runs, cluster.node?.version, guest.controlPlane].flatMap((version) =>
    version === undefined ? [] : (upgradeProblem(version, wanted.version) ?? []),
  )[0];
  // An upgrade that was cut off has parts of both versions.
  if (problem !== undefined && !has.includes(wanted.version))
    return { refused: { code: "invalid-input", why: problem } };
  if (older(wanted.version, runs))
    return { refused: { code: "invalid-input", why: problem ?? "it is of a newer version" } };
  return {
    kubeadm: runs !== wanted.version || (guest.controlPlane !== undefined && guest.controlPlane !== wanted.version),
    // A node that has only just registered may have said nothing of its kubelet.
    kubelet: (cluster.node?.version ?? wanted.version) !== wanted.version || guest.kubelet !== wanted.version,
  };
}

function older(one: string, other: string | undefined): boolean {
  const [a, b] = [parseVersion(one), parseVersion(other)];
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0;
}
