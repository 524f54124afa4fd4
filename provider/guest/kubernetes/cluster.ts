import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { asWindroseError, hasCode, WindroseError } from "../../errors";
import { asRecord, type Inputs, isRecord } from "../../schema";
import type { ExecResult, Transport } from "../../transports/transport";
import { pause } from "../waiting";
import { parseTaint, type Taint, taintText } from "./configuration";
import { versionIn } from "./look";
import { adminConfiguration, type Bounds, lastLines, limit } from "./shell";

/** The cluster as its first control plane's kubectl sees it. */

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
}

export interface DrainPolicy {
  readonly timeout: number;
  readonly force: boolean;
  readonly deleteEmptyDirData: boolean;
}

/** A node that we have cordoned, and nobody else, is uncordoned by us. */
const cordonedByUs = "windrose.pulumi/drained";
const manager = "windrose";

export class Cluster {
  constructor(
    private readonly guest: Transport,
    private readonly bounds: Bounds,
  ) {}

  /** kubectl with arguments and input. Any exit code is an answer. */
  kubectl(
    args: readonly string[],
    options: { stdin?: string; timeout?: number; onLine?: (line: string) => void } = {},
  ): Promise<ExecResult> {
    return this.guest.exec(["kubectl", `--kubeconfig=${adminConfiguration}`, ...args], {
      root: true,
      stdin: options.stdin,
      timeout: limit(this.bounds, options.timeout ?? 120_000),
      signal: this.bounds.signal,
      onLine: options.onLine,
      maxOutput: 4 << 20,
    });
  }

  /** The same, again while the API does not answer. What is asked for may be asked for twice. */
  async must(
    what: string,
    args: readonly string[],
    options: { stdin?: string; timeout?: number } = {},
  ): Promise<string> {
    const last = Math.min(this.bounds.deadline, Date.now() + 180_000);
    for (;;) {
      const result = await this.kubectl(["--request-timeout=60s", ...args], options);
      if (result.code === 0) return result.stdout;
      if (Date.now() + 5000 > last || isDefinite(result.stderr))
        throw new WindroseError("command-failed", `${what} failed: ${lastLines(result.stderr)}`, {
          hint: "Correct what it says, and run `pulumi up` again.",
        });
      this.bounds.progress("waiting for the API");
      await pause(3000, this.bounds.signal ?? new AbortController().signal);
    }
  }

  async answers(): Promise<boolean> {
    try {
      return (await this.kubectl(["get", "--raw", "/readyz", "--request-timeout=20s"], { timeout: 45_000 })).code === 0;
    } catch (error) {
      if (hasCode(error, "timeout", "command-missing") && this.bounds.deadline > Date.now()) return false;
      throw error;
    }
  }

  /** Waits until the API answers; false when the time is over. */
  async awaitApi(milliseconds: number): Promise<boolean> {
    const until = Math.min(this.bounds.deadline - 1000, Date.now() + milliseconds);
    for (;;) {
      if (await this.answers()) return true;
      if (Date.now() + 3000 > until) return false;
      this.bounds.progress("waiting for the API");
      await pause(3000, this.bounds.signal ?? new AbortController().signal);
    }
  }

  async node(name: string): Promise<NodeFacts | undefined> {
    const text = await this.must("looking for the node", ["get", "node", name, "--ignore-not-found", "-o", "json"]);
    return text.trim() === "" ? undefined : parseNode(text);
  }

  /** Names of the nodes that are control planes. */
  async controlPlanes(): Promise<string[]> {
    const selector = "node-role.kubernetes.io/control-plane";
    const text = await this.must("listing control planes", ["get", "nodes", "-l", selector, "-o", "name"]);
    return text.split("\n").flatMap((line) => /^node\/([a-z0-9][a-z0-9.-]{0,252})$/.exec(line.trim())?.[1] ?? []);
  }

  /** Pods of the system on the node that are not ready yet, with what they wait for. */
  async unreadyPods(node: string): Promise<string[]> {
    const path =
      '{range .items[*]}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\t"}{.status.phase}{"\\t"}{.metadata.deletionTimestamp}{"\\t"}{.status.conditions[?(@.type=="Ready")].status}{"\\t"}{.metadata.ownerReferences[*].kind}{"\\t"}{.status.containerStatuses[*].state.waiting.reason}{"\\n"}{end}';
    const text = await this.must("looking at the node's pods", [
      ...["get", "pods", "-A", `--field-selector=spec.nodeName=${node}`],
      ...["-o", `jsonpath=${path}`],
    ]);
    return parsePods(text);
  }

  /** Whether there is one in kube-system. */
  async has(kind: string, name: string): Promise<boolean> {
    const args = ["-n", "kube-system", "get", kind, name, "--ignore-not-found", "-o", "name"];
    return (await this.must(`looking for ${name}`, args)).trim() !== "";
  }

  async dnsIsThere(): Promise<boolean> {
    const args = ["-n", "kube-system", "get", "deployment", "coredns", "--ignore-not-found"];
    const text = await this.must("looking at CoreDNS", [...args, "-o", "jsonpath={.status.availableReplicas}"]);
    return Number(text.trim() || 0) > 0;
  }

  async apply(what: string, manifest: string): Promise<void> {
    this.bounds.progress(what);
    const flags = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"];
    await this.must(what, flags, { stdin: manifest, timeout: 300_000 });
  }

  async delete(what: string, ...args: string[]): Promise<void> {
    await this.must(what, ["delete", "--ignore-not-found", "--wait=false", ...args]);
  }

  deleteNode(name: string): Promise<void> {
    this.bounds.progress("deleting the node");
    return this.delete("deleting the node", "node", name);
  }

  /** Of labels and taints those that are wanted, without those that were ours before; others' stay. */
  async describe(
    node: NodeFacts,
    labels: { wanted: Readonly<Record<string, string>>; before: readonly string[] },
    taints: { wanted: readonly string[]; before: readonly string[] },
  ): Promise<void> {
    const patch: Inputs = {};
    const gone = labels.before.filter(
      (name) => !Object.hasOwn(labels.wanted, name) && Object.hasOwn(node.labels, name),
    );
    const changed = Object.entries(labels.wanted).filter(([name, value]) => node.labels[name] !== value);
    if (gone.length + changed.length > 0)
      patch.metadata = { labels: Object.fromEntries([...changed, ...gone.map((name) => [name, null])]) };
    const next = taintsAfter(node.taints, taints.wanted, taints.before);
    if (next) patch.spec = { taints: next };
    if (Object.keys(patch).length === 0) return;
    this.bounds.progress("labels and taints");
    await this.must("labelling the node", ["patch", "node", node.name, "--type=merge", "--patch-file=/dev/stdin"], {
      stdin: JSON.stringify(patch),
    });
  }

  /** kube-proxy of a node is started anew. */
  restartProxy(node: string): Promise<void> {
    const which = ["-l", "k8s-app=kube-proxy", `--field-selector=spec.nodeName=${node}`];
    return this.delete("restarting kube-proxy", "pod", "-n", "kube-system", ...which);
  }

  async setPodCidr(node: NodeFacts, block: string): Promise<void> {
    if (node.podCidr !== undefined) return;
    await this.must("setting the node's addresses for pods", ["patch", "node", node.name, "--patch-file=/dev/stdin"], {
      stdin: JSON.stringify({ spec: { podCIDR: block, podCIDRs: [block] } }),
    });
  }

  /** Errors: `timeout` where pods are left when its time is over, unless forced. */
  async drain(name: string, policy: DrainPolicy): Promise<void> {
    this.bounds.progress("draining");
    await this.must("marking the node", ["annotate", "node", name, "--overwrite", `${cordonedByUs}=true`]);
    await this.must("cordoning the node", ["cordon", name]);
    const args = ["drain", name, "--ignore-daemonsets", `--timeout=${policy.timeout}s`];
    if (policy.deleteEmptyDirData) args.push("--delete-emptydir-data");
    if (policy.force) args.push("--force");
    const result = await this.kubectl(args, {
      timeout: 1000 * policy.timeout + 60_000,
      onLine: (line) => {
        const pod = /^evicting pod ([\w./-]{1,200})/.exec(line)?.[1];
        if (pod) this.bounds.progress(`draining: evicting ${pod}`);
      },
    });
    if (result.code === 0 || policy.force) return;
    throw new WindroseError("timeout", `pods are left on it after draining: ${lastLines(result.stderr, 6)}`, {
      hint: "Move or delete these pods; or raise `drain.timeout`, or set `drain.force`; then run the command again.",
    });
  }

  /** Only where it was cordoned by us. */
  async uncordon(node: NodeFacts): Promise<void> {
    if (node.annotations[cordonedByUs] === undefined) return;
    this.bounds.progress("uncordoning");
    await this.must("uncordoning the node", ["uncordon", node.name]);
    await this.must("unmarking the node", ["annotate", "node", node.name, `${cordonedByUs}-`]);
  }

  /** A bootstrap token, good for 15 minutes, and what takes it away. Nothing of it is an argument of a process. */
  async token(): Promise<{ token: string; revoke(): Promise<void> }> {
    const [id, secret] = newToken().split(".") as [string, string];
    // The cluster's clock: that of the machine where we run may be another.
    const now = Date.parse(
      (await this.guest.exec(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], { timeout: 60_000 })).stdout.trim(),
    );
    const expiration = new Date((Number.isNaN(now) ? Date.now() : now) + 900_000).toISOString().replace(/\.\d+Z$/, "Z");
    const name = `bootstrap-token-${id}`;
    await this.apply(
      "making a token",
      stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "kube-system" },
        type: "bootstrap.kubernetes.io/token",
        stringData: {
          description: "One node's way into the cluster.",
          "token-id": id,
          "token-secret": secret,
          expiration,
          "usage-bootstrap-authentication": "true",
          "usage-bootstrap-signing": "true",
          "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
        },
      }),
    );
    return {
      token: `${id}.${secret}`,
      revoke: () => this.delete("taking the token away", "secret", name, "-n", "kube-system"),
    };
  }
}

/**
 * Whether the API has answered, and would answer the same again. An API server that starts, a leader that changes, a
 * kind whose definition was applied a moment ago: all that is over soon.
 */
export function isDefinite(said: string): boolean {
  return /\((Forbidden|Invalid|BadRequest|NotFound|Unauthorized|MethodNotAllowed)\)|is invalid:|unknown (flag|command|shorthand)|error (parsing|validating)|strict decoding error|already has a value|admission webhook .* denied/i.test(
    said,
  );
}

export function newToken(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  // 252 is the greatest multiple of 36 in a byte.
  const pick = (count: number): string => {
    let text = "";
    while (text.length < count)
      for (const byte of randomBytes(count)) if (byte < 252 && text.length < count) text += letters[byte % 36];
    return text;
  };
  return `${pick(6)}.${pick(16)}`;
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
  if (name === undefined) throw new WindroseError("protocol", "the API's answer is no node");
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
