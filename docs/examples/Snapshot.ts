/** A snapshot of a machine: its disks, and its memory if it runs. A new value of `restore` rolls the machine back. */
import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-windrose";
import { host } from "./Host";
import { boreas } from "./VirtualMachine";

export const before = new Snapshot("before-upgrade", {
  host,
  machine: boreas,
  memory: true,
  // `pulumi config set restore "$(date)"` and `pulumi up` roll boreas back.
  restore: new pulumi.Config().get("restore"),
});
