// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

/** Arguments of a StoragePool. */
export interface StoragePoolArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The pool's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. A change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** What the pool is made of. `dir`: a directory. Default: `"dir"`. A change: replaces it. */
  type?: pulumi.Input<"dir">;
  /** Directory on the host. Default: `/var/lib/libvirt/images/<name>`. A change: replaces it. */
  path?: pulumi.Input<string>;
  /** User id of the directory. Bounds: 0 to 2147483647. A change: live. */
  owner?: pulumi.Input<number>;
  /** Group id of the directory. Bounds: 0 to 2147483647. A change: live. */
  group?: pulumi.Input<number>;
  /** Mode of the directory, octal. A change: live. */
  mode?: pulumi.Input<string>;
  /** Start it when the host starts. Default: `true`. A change: live. */
  autostart?: pulumi.Input<boolean>;
}

/** What a StoragePool has once it is there. */
export interface StoragePoolOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The pool's name on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** What the pool is made of. `dir`: a directory. */
  readonly type: pulumi.Output<"dir" | undefined>;
  /** Directory on the host. */
  readonly path: pulumi.Output<string | undefined>;
  /** User id of the directory. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id of the directory. */
  readonly group: pulumi.Output<number | undefined>;
  /** Mode of the directory, octal. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Start it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Size of the file system that holds it. */
  readonly capacity: pulumi.Output<string>;
  /** Whether the directory was made with the pool; one that was there before stays. */
  readonly madeDirectory: pulumi.Output<boolean>;
}
