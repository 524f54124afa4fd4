// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

/** Arguments of a StoragePool. */
export interface StoragePoolArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Name of the pool on the host. Default: `<stack>-<name>`. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. Effect of a change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** Type of the pool. `dir`: a directory. Default: `"dir"`. Effect of a change: replaces it. */
  type?: pulumi.Input<"dir">;
  /** Directory on the host. Default: `/var/lib/libvirt/images/<name>`. Effect of a change: replaces it. */
  path?: pulumi.Input<string>;
  /** User id that owns the directory. Bounds: 0 to 2147483647. Effect of a change: live. */
  owner?: pulumi.Input<number>;
  /** Group id that owns the directory. Bounds: 0 to 2147483647. Effect of a change: live. */
  group?: pulumi.Input<number>;
  /** Octal mode of the directory. Effect of a change: live. */
  mode?: pulumi.Input<string>;
  /** Starts it when the host starts. Default: `true`. Effect of a change: live. */
  autostart?: pulumi.Input<boolean>;
}

/** What a StoragePool has once it is there. */
export interface StoragePoolOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Name of the pool on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** Type of the pool. `dir`: a directory. */
  readonly type: pulumi.Output<"dir" | undefined>;
  /** Directory on the host. */
  readonly path: pulumi.Output<string | undefined>;
  /** User id that owns the directory. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id that owns the directory. */
  readonly group: pulumi.Output<number | undefined>;
  /** Octal mode of the directory. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Starts it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Size of the file system that the pool is on. */
  readonly capacity: pulumi.Output<string>;
  /** Whether the directory was made with the pool. An existing directory is not deleted. */
  readonly madeDirectory: pulumi.Output<boolean>;
}
