// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";

/** Arguments of a Snapshot. */
export interface SnapshotArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Machine that the snapshot is of. Effect of a change: replaces it. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** Name of the snapshot, unique among those of its machine. Default: the resource's name. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** Free-text description. Effect of a change: live. */
  description?: pulumi.Input<string>;
  /** Include the memory of the machine, if it runs. Default: `true`. Effect of a change: replaces it. */
  memory?: pulumi.Input<boolean>;
  /** Have the guest agent flush and freeze the guest's file systems first. Default: `false`. Effect of a change: replaces it. */
  quiesce?: pulumi.Input<boolean>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. Effect of a change: live: a new value rolls the machine back. */
  restore?: pulumi.Input<string>;
}

/** What a Snapshot has once it is there. */
export interface SnapshotOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Machine that the snapshot is of. */
  readonly machine: pulumi.Output<string>;
  /** Name of the snapshot, unique among those of its machine. */
  readonly name: pulumi.Output<string>;
  /** Free-text description. */
  readonly description: pulumi.Output<string | undefined>;
  /** Include the memory of the machine, if it runs. */
  readonly memory: pulumi.Output<boolean | undefined>;
  /** Have the guest agent flush and freeze the guest's file systems first. */
  readonly quiesce: pulumi.Output<boolean | undefined>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. */
  readonly restore: pulumi.Output<string | undefined>;
  /** Distinguishes this snapshot from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** Time of creation, ISO 8601. */
  readonly created: pulumi.Output<string>;
  /** Power state of the machine at that time. */
  readonly power: pulumi.Output<string>;
  /** The last `restore` that was carried out, or the one that the snapshot was created with. */
  readonly restoredToken: pulumi.Output<string | undefined>;
}
