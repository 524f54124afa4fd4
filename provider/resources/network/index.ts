import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { NetworkArgs, NetworkOutputs } from "./arguments";
import { table } from "./fields";

export interface Network extends NetworkOutputs {}
/** A network of the hypervisor's own: a bridge with DHCP and DNS, behind NAT, routed or isolated. */
export class Network extends WindroseResource {
  constructor(name: string, args: NetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
