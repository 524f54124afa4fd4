import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { StoragePoolArgs, StoragePoolOutputs } from "./arguments";
import { table } from "./fields";

export interface StoragePool extends StoragePoolOutputs {}
/** A place on a host for volumes and images. */
export class StoragePool extends WindroseResource {
  constructor(name: string, args: StoragePoolArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
