import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "../../basics/record";
import { connectionOf, inProgram, WindroseResource } from "../../pulumi/resource";
import { sentConnection } from "../guest-connection";
// biome-ignore lint/suspicious/noImportCycles: types alone; such a resource can be an argument of another
import type { KubernetesNodeArgs, KubernetesNodeOutputs } from "./arguments";
import { table } from "./fields";

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
    super(table, name, { ...args, ...connection, __through: way }, options);
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
