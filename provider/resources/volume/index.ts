import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
// biome-ignore lint/suspicious/noImportCycles: types alone; such a resource can be an argument of another
import type { VolumeArgs, VolumeOutputs } from "./arguments";
import { table } from "./fields";

export interface Volume extends VolumeOutputs {}
/** A disk in a pool, independent of any machine. */
export class Volume extends WindroseResource {
  constructor(name: string, args: VolumeArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
}
