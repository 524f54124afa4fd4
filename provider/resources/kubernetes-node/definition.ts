import { asRecord } from "../../basics/record";
import { Cluster } from "../../guest/kubernetes/cluster";
import type { Definition } from "../../lifecycle/definition";
import { syncAddons } from "./addons";
import { noteCluster } from "./asked";
import { consequences } from "./consequences";
import { defaultTimeout, type NodeInputs, table } from "./fields";
import { drift, outputsOf } from "./look-back";
import { becomeMember } from "./membership";
import { lookAround, type NodeState } from "./node";
import { removeNode } from "./removal";
import {
  awaitReady,
  startStopped,
  syncCertificates,
  syncDescription,
  syncNetwork,
  syncRestart,
  syncVersion,
} from "./upkeep";
import { validateNode } from "./validate";

export const kubernetesNode: Definition<NodeState, NodeInputs> = {
  ...table,
  keeps: ["__hostKeys", "__through"],
  hears: ({ cluster }) => noteCluster(cluster),
  timeout: defaultTimeout,
  title: (inputs) => `KubernetesNode "${inputs.nodeName}"`,
  validate: validateNode,
  exclusives({ cluster, nodeName, machine }) {
    const { endpoint, name } = asRecord(cluster);
    return [
      { key: ["node", endpoint, name, nodeName], at: "nodeName", what: "the name" },
      { key: ["node's machine", machine], at: "machine", what: "the machine" },
    ];
  },
  consequences,
  id: (inputs) => `${inputs.machine}/${inputs.nodeName}`,
  // What there is without a state is looked at by the walk itself.
  observe: async (run) => {
    if (!run.previous) return undefined;
    await startStopped(run);
    return lookAround(run);
  },
  ensure: async () => ({}),
  steps: [
    { name: "node", run: becomeMember },
    { name: "network", run: syncNetwork },
    { name: "addons", run: syncAddons },
    { name: "version", run: syncVersion },
    { name: "restart", run: syncRestart },
    { name: "certificates", run: syncCertificates },
    { name: "labels", run: syncDescription },
    { name: "ready", run: awaitReady },
  ],
  outputsOf,
  drift,
  // A node that an upgrade or a restart has left drained.
  unfinished: ({ observed }) =>
    observed?.seen?.cluster.node && Cluster.isDrained(observed.seen.cluster.node) ? ["version", "ready"] : [],
  remove: removeNode,
};
