import * as pulumi from "@pulumi/pulumi";
import type { KubernetesNode } from "../../../provider/index";
import type { HostRequest } from "../request";
import { kubectlText, nodeTableText } from "./outputs";
import type { PlannedCluster } from "./plan";

/** What a cluster gives to those who use it. */
export interface ClusterOutputs {
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  readonly caCertificate: pulumi.Output<string>;
  readonly nodeTable: pulumi.Output<string>;
  readonly kubectl: pulumi.Output<string>;
}

export function clusterOutputs(
  { nodes: planned, endpoint, server }: PlannedCluster,
  nodes: Readonly<Record<string, KubernetesNode>>,
  hosts: Readonly<Record<string, HostRequest>>,
): ClusterOutputs {
  const first = planned[0]!;
  const { kubeconfig, caCertificate } = nodes[first.name]!;
  const rows = planned.map(({ name, role, host, address }) =>
    pulumi
      .all([nodes[name]!.version, nodes[name]!.ready])
      .apply(([version, ready]) => ({ name, role, host, address, version, ready })),
  );
  return {
    // It is there as soon as its node is. Whole, so that it fits where a text is asked for.
    kubeconfig: pulumi.secret(kubeconfig.apply((text) => text ?? "")),
    endpoint: pulumi.output(endpoint),
    caCertificate,
    nodeTable: pulumi.all(rows).apply(nodeTableText),
    kubectl: pulumi.output(kubectlText(server, hosts[first.host]?.proxyJump)),
  };
}
