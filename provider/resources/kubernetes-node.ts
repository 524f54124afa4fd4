import * as pulumi from "@pulumi/pulumi";
import { WindroseError } from "../errors";
import { type Definition, refuse } from "../lifecycle";
import { connectionOf, WindroseResource } from "../resource";
import type { Inputs } from "../schema";
import type { KubernetesNodeArgs, KubernetesNodeOutputs } from "./arguments";
import { sentConnection } from "./guest-connection";
import { defaultTimeout, fields, outputs } from "./kubernetes-node/fields";
import { validateNode } from "./kubernetes-node/validate";

export const kubernetesNode: Definition<true> = {
  kind: "KubernetesNode",
  fields,
  outputs,
  timeout: defaultTimeout,
  title: (inputs) => `KubernetesNode "${inputs.nodeName}"`,
  validate: validateNode,
  id: (inputs) => `${inputs.machine}/${inputs.nodeName}`,
  observe: async () => refuse("unsupported", "nodes are made by a later version"),
  ensure: async () => true,
  steps: [],
  outputsOf: () => ({}),
  drift: () => ({}),
  remove: async () => {},
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
      throw new WindroseError("invalid-input", `KubernetesNode "${name}": \`through\` must be a KubernetesNode`);
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
