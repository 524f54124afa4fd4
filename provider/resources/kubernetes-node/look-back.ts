import { isMap, parseDocument } from "yaml";
import { asRecord, type Inputs } from "../../basics/record";
import { hostsBlock } from "../../guest/kubernetes/look";
import { adminConfiguration, runScript } from "../../guest/kubernetes/shell";
import { taintsOf } from "./fields";
import { authorityOf, boundsOf, firstGuest, isFirst, type NodeRun, ownGuest, requestOf, serverAt } from "./node";

/** What a node shows of itself: its outputs, and what is not as the state has it. */

export async function outputsOf(run: NodeRun): Promise<Inputs> {
  const { made, observed } = run;
  const seen = observed?.seen;
  if (!seen) return { ready: false };
  const { node } = seen.cluster;
  const request = requestOf(run);
  const outputs: Inputs = {
    version: node?.version ?? made.version,
    ready: node?.ready ?? false,
    endpoint: `https://${request.endpoint}`,
    podCidr: node?.podCidr ?? made.podCidr,
  };
  // Nothing is kept of an unfinished cluster: the next run may make another one.
  if (seen.guest.done !== undefined && (made.caHash === undefined || made.caHash !== seen.cluster.caHash)) {
    const authority = await authorityOf(await firstGuest(run), boundsOf(run));
    if (authority) Object.assign(outputs, { caCertificate: authority.pem, caHash: authority.hash });
  }
  const whole = seen.guest.done !== undefined && seen.guest.files.has("admin.conf");
  // Cleared when this node is no longer the first control plane.
  outputs.kubeconfig = isFirst(run) && whole ? await kubeconfigOf(run) : undefined;
  return outputs;
}

async function kubeconfigOf(run: NodeRun): Promise<string> {
  const text = await runScript(
    await ownGuest(run),
    boundsOf(run),
    "reading kubectl's configuration",
    `cat ${adminConfiguration}`,
  );
  const request = requestOf(run);
  return withServer(
    text,
    request.endpointAddresses ? serverAt(request, request.address) : `https://${request.endpoint}`,
  );
}

/** A kubeconfig whose clusters are at this address. */
export function withServer(kubeconfig: string, server: string): string {
  const document = parseDocument(kubeconfig);
  const clusters = document.get("clusters");
  for (const entry of (clusters as { items?: unknown[] } | undefined)?.items ?? [])
    if (isMap(entry)) entry.setIn(["cluster", "server"], server);
  return document.toString({ lineWidth: 0 });
}

export function drift(run: NodeRun): Inputs {
  const { inputs, observed, context } = run;
  if (observed?.unreachable) {
    context.tell("warning", `left as the state has it: ${observed.unreachable.why}`);
    return {};
  }
  const seen = observed?.seen;
  const node = seen?.cluster.node;
  if (!seen || !node) return {};
  if (!node.ready) context.tell("warning", `the node is not Ready: ${node.message}`);
  const real: Inputs = {};
  if (node.version !== undefined) real.cluster = { ...asRecord(inputs.cluster), version: node.version };
  const labels = asRecord<string>(inputs.labels);
  if (Object.keys(labels).length > 0) {
    const kept = Object.keys(labels).filter((name) => Object.hasOwn(node.labels, name));
    real.labels = Object.fromEntries(kept.map((name) => [name, node.labels[name]]));
  }
  const wanted = taintsOf(inputs);
  const kept = wanted.filter((taint) => node.taints.includes(canonical(taint)));
  if (kept.length < wanted.length) real.taints = kept;
  const request = requestOf(run);
  if (seen.guest.hosts.trim() !== hostsBlock(request.endpoint, request.endpointAddresses))
    real.endpointAddresses = addressesIn(seen.guest.hosts);
  return real;
}

const canonical = (taint: string) => taint.replace(/=:/, ":");

function addressesIn(hosts: string): string[] {
  return hosts.split("\n").flatMap((line) => /^([0-9a-fA-F.:]{2,45}) /.exec(line)?.[1] ?? []);
}
