import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { hasCode, WindroseError } from "../../basics/errors";
import { pause } from "../../basics/wait";
import type { Work } from "../../basics/work";
import type { ExecResult, Transport } from "../../transports/transport";
import { versionIn } from "./look";
import {
  type DescribedLabels,
  type DescribedTaints,
  describing,
  type NodeFacts,
  parseNode,
  parsePods,
} from "./node-facts";
import { adminConfiguration, lastLines, limit } from "./shell";

/** The cluster as its first control plane's kubectl sees it. */

export interface DrainPolicy {
  readonly timeout: number;
  readonly force: boolean;
  readonly deleteEmptyDirData: boolean;
}

const mostConflicts = 20;
/** A node that we have cordoned, and nobody else, is uncordoned by us. */
const cordonedByUs = "windrose.pulumi/drained";
const manager = "windrose";

export class Cluster {
  constructor(
    private readonly guest: Transport,
    private readonly bounds: Work,
    /** Address of one API server, `https://172.17.2.4:6443`. Default: what the guest's own configuration names. */
    private readonly server?: string,
  ) {}

  /** kubectl with arguments and input. Any exit code is an answer. */
  kubectl(
    args: readonly string[],
    options: { stdin?: string; timeout?: number; onLine?: (line: string) => void } = {},
  ): Promise<ExecResult> {
    const to = this.server === undefined ? [] : [`--server=${this.server}`];
    return this.guest.exec(["kubectl", `--kubeconfig=${adminConfiguration}`, ...to, ...args], {
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
      await pause(3000, this.bounds.signal);
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
      await pause(3000, this.bounds.signal);
    }
  }

  async node(name: string): Promise<NodeFacts | undefined> {
    return nodeIn(await this.must("looking for the node", nodeArguments(name)));
  }

  /** Whether we have emptied a node, and not taken it back yet. */
  static isDrained({ annotations }: NodeFacts): boolean {
    return annotations[cordonedByUs] !== undefined;
  }

  /** The node, once the API answers within so many milliseconds: `up` says whether it did. */
  async nodeWithin(name: string, milliseconds: number): Promise<{ up: boolean; node?: NodeFacts }> {
    try {
      const { code, stdout } = await this.kubectl(["--request-timeout=60s", ...nodeArguments(name)], {
        timeout: 60_000,
      });
      if (code === 0) return { up: true, node: nodeIn(stdout) };
    } catch (error) {
      if (!hasCode(error, "timeout", "command-missing") || this.bounds.deadline <= Date.now()) throw error;
    }
    if (!(await this.awaitApi(milliseconds))) return { up: false };
    return { up: true, node: await this.node(name) };
  }

  /** Names of the nodes that are control planes. */
  async controlPlanes(): Promise<string[]> {
    const selector = "node-role.kubernetes.io/control-plane";
    const text = await this.must("listing control planes", ["get", "nodes", "-l", selector, "-o", "name"]);
    return text.split("\n").flatMap((line) => /^node\/([a-z0-9][a-z0-9.-]{0,252})$/.exec(line.trim())?.[1] ?? []);
  }

  /** Versions of all nodes' kubelets; one that has said nothing of itself yet has none. */
  async versions(): Promise<(string | undefined)[]> {
    const path = '{range .items[*]}{.status.nodeInfo.kubeletVersion}{"\\n"}{end}';
    const text = await this.must("looking at the nodes' versions", ["get", "nodes", "-o", `jsonpath=${path}`]);
    return text.replace(/\n$/, "").split("\n").map(versionIn);
  }

  /** Version of the kube-proxy that nodes have or are to have, where it is kubeadm's. */
  async proxyVersion(): Promise<string | undefined> {
    const args = ["-n", "kube-system", "get", "daemonset", "kube-proxy", "--ignore-not-found"];
    const path = "jsonpath={.spec.template.spec.containers[0].image}";
    const image = await this.must("looking at kube-proxy", [...args, "-o", path]);
    return versionIn(/:([^:@/]{1,128})(@|$)/.exec(image.trim())?.[1]);
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
  async describe(name: string, labels: DescribedLabels, taints: DescribedTaints): Promise<void> {
    for (let left = mostConflicts; ; left--) {
      const node = await this.node(name);
      if (!node) throw new WindroseError("not-found", "the cluster has no such node any more");
      const patch = describing(node, labels, taints);
      if (!patch) return;
      this.bounds.progress("labels and taints");
      const args = ["patch", "node", name, "--type=merge", "--patch-file=/dev/stdin", "--request-timeout=60s"];
      const { code, stderr } = await this.kubectl(args, { stdin: JSON.stringify(patch) });
      if (code === 0) return;
      // A list is replaced as a whole: where somebody has changed it meanwhile, it is made anew from what it is now.
      if (left > 0 && !isDefinite(stderr)) {
        await pause(1000, this.bounds.signal);
        continue;
      }
      throw new WindroseError("command-failed", `labelling the node failed: ${lastLines(stderr)}`, {
        hint: "Correct what it says, and run `pulumi up` again.",
      });
    }
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
  async drain({ name, unschedulable }: NodeFacts, policy: DrainPolicy): Promise<void> {
    this.bounds.progress("draining");
    // Where somebody else has cordoned it, it stays so.
    if (!unschedulable) await this.cordon("cordoning the node", name, true);
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
    if (!Cluster.isDrained(node)) return;
    this.bounds.progress("uncordoning");
    await this.cordon("uncordoning the node", node.name, null);
  }

  /** With the mark in one go: neither is ever there without the other. */
  private async cordon(what: string, name: string, value: true | null): Promise<void> {
    await this.must(what, ["patch", "node", name, "--type=merge", "--patch-file=/dev/stdin"], {
      stdin: JSON.stringify({
        metadata: { annotations: { [cordonedByUs]: value === null ? null : String(value) } },
        spec: { unschedulable: value },
      }),
    });
  }

  /** A bootstrap token, good for an hour, as kubeadm may pull images before it uses it, and what takes it away. Nothing of it is an argument of a process. */
  async token(): Promise<{ token: string; revoke(): Promise<void> }> {
    const [id, secret] = newToken().split(".") as [string, string];
    // The cluster's clock: that of the machine where we run may be another.
    const now = Date.parse(
      (await this.guest.exec(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], { timeout: 60_000 })).stdout.trim(),
    );
    const expiration = new Date((Number.isNaN(now) ? Date.now() : now) + 3_600_000)
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
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

const nodeArguments = (name: string) => ["get", "node", name, "--ignore-not-found", "-o", "json"];
const nodeIn = (text: string) => (text.trim() === "" ? undefined : parseNode(text));

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
