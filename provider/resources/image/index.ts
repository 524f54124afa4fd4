import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { ImageArgs, ImageOutputs } from "./arguments";
import { table } from "./fields";

export interface Image extends ImageOutputs {}
/** A base image in a pool, for the disks of machines. */
export class Image extends WindroseResource {
  constructor(name: string, args: ImageArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
