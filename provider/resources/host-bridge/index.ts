import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { HostBridgeArgs, HostBridgeOutputs } from "./arguments";
import { table } from "./fields";

export interface HostBridge extends HostBridgeOutputs {}
/**
 * A bridge of the host over one of its NICs, made without cutting the host off: a change stays only once a fresh
 * connection has confirmed it, and is taken back by the host itself otherwise.
 */
export class HostBridge extends WindroseResource {
  constructor(name: string, args: HostBridgeArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
