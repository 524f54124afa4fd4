import { asRecord, type Inputs, known, unknown } from "../../basics/record";
import type { Features } from "../../drivers/features";
import { compare } from "../../lifecycle/compare";
import { type Change, type EffectRule, worded } from "../../lifecycle/schema";
import { fields as machineFields } from "../virtual-machine/fields";
import { asksAnew } from "./asked";

/** What a change of a node's fields does: pure functions, so that a preview says it without any host. */

/** Whether the program asks for a new cluster: by these inputs, or by what it says of the cluster elsewhere. */
function anew({ oldInputs, newInputs }: Change): boolean {
  const [old, next] = [asRecord(oldInputs.cluster).generation, asRecord(newInputs.cluster).generation];
  return String(old) !== String(next) || asksAnew(oldInputs.cluster);
}

/** Whether the node never became a member: what it was to have may still be corrected. */
function neverMember({ state }: Change): boolean {
  return Array.isArray(state.__pending) && state.__pending.includes("node") && state.caHash === undefined;
}

const corrected = { effect: "replace", says: "replaces it: it has not become a member yet" } as const;

/** What a cluster has from its first node on and can't change. */
export const ofTheCluster: EffectRule = worded("refused; replaces it if `cluster.generation` changes", (change) => {
  if (anew(change)) return { effect: "replace", says: "a new cluster" };
  if (neverMember(change) && change.new !== unknown) return corrected;
  // What is only not yet known may well be the same: `up` sees it.
  if (change.new === unknown || change.old === unknown)
    return { effect: "live", says: "refused if the value is another" };
  return {
    refuse:
      "a cluster keeps it for life. Set another `cluster.generation` with it to make a new cluster in place of this one: all that runs in it is lost",
  };
});

/** A number and the same in quotes are one. */
export const generation: EffectRule = worded("a new cluster: replaces every node", (change) =>
  String(change.old) === String(change.new)
    ? { effect: "local", says: "the same" }
    : { effect: "replace", says: "a new cluster in place of this one, all that runs in it is lost" },
);

export type Version = readonly [major: number, minor: number, patch: number];

/** `1.34.4`, or nothing. */
export function parseVersion(text: unknown): Version | undefined {
  const parts = /^v?(\d{1,3})\.(\d{1,3})\.(\d{1,4})(?:[-+].*)?$/.exec(String(text));
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

/** Less than 0: `one` is older. */
export function compareVersions(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** Why kubeadm would not bring a cluster from one version to the other; nothing where it does. */
export function upgradeProblem(from: unknown, to: unknown): string | undefined {
  const [old, next] = [parseVersion(from), parseVersion(to)];
  if (!old || !next) return undefined;
  if (compareVersions(next, old) < 0)
    return `Kubernetes can't be downgraded (${from} → ${to}). After a failed upgrade, \`pulumi refresh\` shows the version that runs`;
  if (next[0] !== old[0] || next[1] > old[1] + 1)
    return `kubeadm upgrades by one minor version at a time (${from} → ${to}): go to ${old[0]}.${old[1] + 1} first`;
  return undefined;
}

export const version: EffectRule = worded(
  "live: upgraded by kubeadm, drained meanwhile; a downgrade, and two minor versions at once, are refused",
  (change) => {
    if (anew(change)) return "live";
    if (neverMember(change)) return { effect: "live", says: "live, it has not become a member yet" };
    const problem = upgradeProblem(change.old, change.new);
    if (problem) return { refuse: problem };
    return {
      effect: "live",
      says: "live, upgraded by kubeadm: drained, the kubelet restarted, uncordoned",
      interrupts: { what: "node", lasts: { while: ["upgrade"] } },
    };
  },
);

/** The first control plane holds the cluster: without it there is nothing to join. */
export const holdsCluster: EffectRule = worded(
  "replaces it: drained, deleted, joined again; refused on the first control plane, unless `cluster.generation` changes",
  (change) => {
    // Whether it was the first, or is to be: either way the cluster's only data may be there.
    const joins = change.newInputs.through !== undefined && change.oldInputs.through !== undefined;
    if (neverMember(change)) return corrected;
    if (joins || (change.newInputs.through !== undefined && change.oldInputs.role === "worker") || anew(change))
      return { effect: "replace", says: "replaces it: drained, deleted, joined again" };
    return {
      refuse:
        "it holds the cluster. With several control planes put another one first, run `pulumi up`, and replace this one then; or set another `cluster.generation` to make a new cluster",
    };
  },
);

export const atMaking: EffectRule = worded("state only: used when a node is created or upgraded", () => ({
  effect: "local",
  says: "state only, used when a node is created or upgraded",
}));

/** Whether a change of the machine's arguments takes effect after a restart. */
export function needsRestart(old: unknown, value: unknown, features: Features): boolean {
  const pick = (given: unknown): Inputs => ({ ...asRecord(given) });
  return compare(machineFields, pick(old), pick(value), features).some((row) => row.effect === "restart");
}

export const definition: EffectRule = worded(
  "live: drained, restarted, uncordoned, if the machine's change takes effect after a restart; else state only",
  ({ old, new: value, features }) => {
    if (!known(old) || !known(value)) return "local";
    return needsRestart(old, value, features)
      ? {
          effect: "live",
          says: "live: drained, the machine restarted, uncordoned",
          interrupts: { what: "node", lasts: { while: ["machine-restart"] } },
        }
      : { effect: "local", says: "without a restart" };
  },
);

export const renewal: EffectRule = worded("live: its certificates are renewed", ({ new: value, oldInputs }) => {
  if (value === undefined) return "local";
  const renewed = { effect: "live", says: "live, its certificates are renewed" } as const;
  return oldInputs.role === "controlPlane"
    ? { ...renewed, interrupts: { what: "api", lasts: "for-a-moment" } }
    : renewed;
});

/** A plugin that was there stays on every node: files of CNI, interfaces, rules. Only from none there is a way. */
export const podPlugin: EffectRule = worded(
  "live from `none`; another plugin is refused, unless `cluster.generation` changes",
  (change) => {
    if (anew(change)) return "live";
    if (neverMember(change)) return corrected;
    const before = change.old ?? "none";
    // If this node is no longer the first control plane, another node manages the pod network.
    if (change.newInputs.through !== undefined && before !== "routes" && change.new !== "routes") return "local";
    if (before === "none" && change.new !== "routes")
      return { effect: "live", says: "live on the first control plane" };
    return {
      refuse:
        "nodes keep what a plugin has left on them, and two of them answer for one pod. Set another `cluster.generation` with it to make a new cluster",
    };
  },
);
