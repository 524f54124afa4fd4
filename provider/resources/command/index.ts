import * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { CommandArgs, CommandOutputs } from "./arguments";
import { table } from "./fields";
import { received, sent } from "./sent";

export interface Command extends CommandOutputs {}
/** A command or script, run on a host or in a machine, over the connection that is already open. */
export class Command extends WindroseResource {
  constructor(name: string, args: CommandArgs, options: pulumi.CustomResourceOptions = {}) {
    const machine = args.machine as unknown;
    // A machine takes all that was done in it with it.
    const goes = args.delete === undefined && machine instanceof pulumi.CustomResource ? machine : undefined;
    super(table, name, sent(args), { ...options, deletedWith: options.deletedWith ?? goes });
    Object.assign(this, { stdout: received(this.stdout, args), stderr: received(this.stderr, args) });
  }
}
