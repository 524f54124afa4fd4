import { asWindroseError, WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { parseTaint, type Taint, taintText } from "./configuration";
import { versionIn } from "./look";
import { lastLines } from "./shell";

/** A node as the API has it. What the API answers is read with bounds, and believed in nothing else. */
export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not. */
  readonly message: string;
  /** Version of its kubelet. */
  readonly version?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly unschedulable: boolean;
  readonly podCidr?: string;
  readonly address?: string;
  readonly systemUuid?: string;
  readonly bootId?: string;
  readonly resourceVersion?: string;
}

export interface DescribedLabels {
  readonly wanted: Readonly<Record<string, string>>;
  /** Names of those that were ours. */
  readonly before: readonly string[];
}

export interface DescribedTaints {
  readonly wanted: readonly string[];
  readonly before: readonly string[];
}

/** What a node has to be patched with (JSON merge patch), or nothing. */
export function describing(node: NodeFacts, labels: DescribedLabels, taints: DescribedTaints): Inputs | undefined {
  const patch: Inputs = {};
  const gone = labels.before.filter((name) => !Object.hasOwn(labels.wanted, name) && Object.hasOwn(node.labels, name));
  const changed = Object.entries(labels.wanted).filter(([name, value]) => node.labels[name] !== value);
  const metadata: Inputs = {};
  if (gone.length + changed.length > 0)
    metadata.labels = Object.fromEntries([...changed, ...gone.map((name) => [name, null])]);
  const next = taintsAfter(node.taints, taints.wanted, taints.before);
  if (next) {
    patch.spec = { taints: next };
    if (node.resourceVersion !== undefined) metadata.resourceVersion = node.resourceVersion;
  }
  if (Object.keys(metadata).length > 0) patch.metadata = metadata;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

const systemTaint = /^node(\.cloudprovider)?\.kubernetes\.io\//;

/** The whole list as it is to be, or nothing where it is so already. */
export function taintsAfter(
  present: readonly string[],
  wanted: readonly string[],
  before: readonly string[],
): Taint[] | undefined {
  const identity = (text: string) => `${parseTaint(text).key}:${parseTaint(text).effect}`;
  const canonical = (text: string) => taintText(parseTaint(text));
  const [want, old] = [new Set(wanted.map(canonical)), new Set(before.map(identity))];
  const wantedIdentities = new Set(wanted.map(identity));
  const kept = present.filter(
    (text) => !wantedIdentities.has(identity(text)) && !(old.has(identity(text)) && !systemTaint.test(text)),
  );
  const next = [...kept, ...want];
  const same = next.length === present.length && next.every((text) => present.map(canonical).includes(canonical(text)));
  return same ? undefined : next.map(parseTaint);
}

function text(value: unknown, most = 1000): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, most) : undefined;
}

function dictionary(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asRecord(value)).flatMap(([name, one]) => (typeof one === "string" ? [[name, one]] : [])),
  );
}

export function parseNode(json: string): NodeFacts {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new WindroseError("protocol", "the API's answer about the node is no JSON", {
      cause: asWindroseError(error),
    });
  }
  const { metadata, spec, status } = asRecord(parsed) as Record<string, unknown>;
  const [meta, specification, state] = [asRecord(metadata), asRecord(spec), asRecord(status)];
  const name = text(meta.name, 253);
  if (name === undefined) throw new WindroseError("protocol", "the API's answer is not a node");
  const list = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord).slice(0, 1000) : []);
  const ready = list(state.conditions).find((one) => one.type === "Ready");
  const info = asRecord(state.nodeInfo);
  const taints = list(specification.taints).map((one) =>
    taintText({ key: text(one.key) ?? "", value: text(one.value), effect: text(one.effect) ?? "" }),
  );
  return {
    name,
    ready: ready?.status === "True",
    message: lastLines(text(ready?.message) ?? text(ready?.reason) ?? "its kubelet has said nothing yet", 1).slice(
      0,
      300,
    ),
    version: versionIn(text(info.kubeletVersion)),
    labels: dictionary(meta.labels),
    annotations: dictionary(meta.annotations),
    taints,
    unschedulable: specification.unschedulable === true,
    podCidr: text(specification.podCIDR, 60),
    address: text(list(state.addresses).find((one) => one.type === "InternalIP")?.address, 60),
    systemUuid: text(info.systemUUID, 60)?.toLowerCase(),
    bootId: text(info.bootID, 60),
    resourceVersion: text(meta.resourceVersion, 60),
  };
}

/** Pods that kubeadm and we have made, beside the static ones, by the beginning of their names. Others' may be as they like. */
const ours = /^kube-system\/(kube-proxy|coredns)-|^kube-flannel\/kube-flannel-/;

/** `coredns-7d8f: ContainerCreating` */
export function parsePods(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [namespace = "", name = "", phase = "", deleted = "", ready = "", owner = "", reasons = ""] =
      line.split("\t");
    const counts = (namespace === "kube-system" && owner === "Node") || ours.test(`${namespace}/${name}`);
    // What has failed is another pod's to replace.
    if (!counts || deleted !== "" || phase === "Succeeded" || phase === "Failed" || ready === "True") return [];
    const why = /^[\w ]{1,100}/.exec(reasons.trim())?.[0] ?? (/^\w{1,20}$/.exec(phase)?.[0] || "not ready");
    return [`${/^[\w.-]{1,253}/.exec(name)?.[0] ?? "a pod"}: ${why === "Running" ? "not ready" : why}`];
  });
}
