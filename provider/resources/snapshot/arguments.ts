// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";

/** Arguments of a Snapshot. */
export interface SnapshotArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The machine. A change: replaces it. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** Name of the snapshot, unique for its machine. Default: the resource's name. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** For people. A change: live. */
  description?: pulumi.Input<string>;
  /** With the memory of the machine, where it runs. Default: `true`. A change: replaces it. */
  memory?: pulumi.Input<boolean>;
  /** Have the guest agent write out its file systems before. Default: `false`. A change: replaces it. */
  quiesce?: pulumi.Input<boolean>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. A change: live: a new value rolls the machine back. */
  restore?: pulumi.Input<string>;
}

/** What a Snapshot has once it is there. */
export interface SnapshotOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The machine. */
  readonly machine: pulumi.Output<string>;
  /** Name of the snapshot, unique for its machine. */
  readonly name: pulumi.Output<string>;
  /** For people. */
  readonly description: pulumi.Output<string | undefined>;
  /** With the memory of the machine, where it runs. */
  readonly memory: pulumi.Output<boolean | undefined>;
  /** Have the guest agent write out its file systems before. */
  readonly quiesce: pulumi.Output<boolean | undefined>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. */
  readonly restore: pulumi.Output<string | undefined>;
  /** Tells our snapshots from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** When it was made, ISO 8601. */
  readonly created: pulumi.Output<string>;
  /** Whether the machine ran then. */
  readonly power: pulumi.Output<string>;
  /** The last `restore` that was carried out, or that it was made with. */
  readonly restoredToken: pulumi.Output<string | undefined>;
}
