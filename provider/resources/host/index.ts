import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { HostArgs, HostOutputs } from "./arguments";
import { table } from "./fields";

export interface Host extends HostOutputs {}
/** A machine with a hypervisor: how it is reached, what it must have, what is put on it, what it is. */
export class Host extends WindroseResource {
  constructor(name: string, args: HostArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
