import * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { SnapshotArgs, SnapshotOutputs } from "./arguments";
import { table } from "./fields";

export interface Snapshot extends SnapshotOutputs {}
/** The disks of a machine, and its memory where it runs, as they are at a time. Goes with its machine. */
export class Snapshot extends WindroseResource {
  constructor(name: string, args: SnapshotArgs, options: pulumi.CustomResourceOptions = {}) {
    const machine = args.machine as unknown;
    const deletedWith = options.deletedWith ?? (machine instanceof pulumi.CustomResource ? machine : undefined);
    super(table, name, args, { ...options, deletedWith });
  }
}
