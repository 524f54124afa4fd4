import * as pulumi from "@pulumi/pulumi";
import { asRecord, type Inputs } from "../../basics/record";
import { Cluster } from "../../guest/kubernetes/cluster";
import type { Definition } from "../../lifecycle/lifecycle";
import { connectionOf, inProgram, WindroseResource } from "../../pulumi/resource";
import { sentConnection } from "../guest-connection";
import { syncAddons } from "./addons";
import type { KubernetesNodeArgs, KubernetesNodeOutputs } from "./arguments";
import { defaultTimeout, fields, outputs } from "./fields";
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

export const kubernetesNode: Definition<NodeState> = {
  kind: "KubernetesNode",
  fields,
  outputs,
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

/** How each node is reached, as its program says it: for those that join through it. */
const ways = new WeakMap<object, Inputs>();

export interface KubernetesNode extends KubernetesNodeOutputs {}
/** A machine as a node of a Kubernetes cluster, made and kept by kubeadm in the guest. */
export class KubernetesNode extends WindroseResource {
  constructor(name: string, args: KubernetesNodeArgs, options: pulumi.CustomResourceOptions = {}) {
    const given = args as unknown as Inputs;
    const { through } = given;
    const way = through === undefined ? undefined : ways.get(through as object);
    if (through !== undefined && !way)
      throw inProgram(`KubernetesNode "${name}": \`through\` must be a KubernetesNode`);
    const connection = sentConnection(args.connection, args.machine);
    super(kubernetesNode, name, { ...args, ...connection, __through: way }, options);
    ways.set(this, {
      host: args.host.id,
      machine: given.machine instanceof pulumi.CustomResource ? given.machine.id : given.machine,
      nodeName: args.nodeName,
      address: args.address,
      connection: connection.connection,
      hostKeys: connection.__hostKeys,
      urn: this.urn,
      way: connectionOf(args.host),
    });
  }
}
