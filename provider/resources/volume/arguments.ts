// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { Image } from "../image";
import type { StoragePool } from "../storage-pool";
import type { Volume } from "./index";

/** Arguments of a Volume. */
export interface VolumeArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Pool that it is in. A change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. Default: `<name>-<suffix>.<qcow2|img>`. A change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** The volume's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** Format of the file. Default: `"qcow2"`. A change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** Size that a guest sees. It grows, also while a guest has it, and never shrinks. Needed without `image` or `from`. Default: that of `image` or `from`. A change: live upward, refused downward. */
  size?: pulumi.Input<string>;
  /** Image that it is made from. A change: replaces it. */
  image?: Image | pulumi.Input<string>;
  /** With `image`. `linked`: the image stays its backing file; `full`: an independent copy. Default: `"linked"`. A change: replaces it. */
  clone?: pulumi.Input<"linked" | "full">;
  /** Volume that it is made from: a full, independent copy of what it holds at the time. A change: replaces it. */
  from?: Volume | pulumi.Input<string>;
  /** Space that is taken at once: none, that of qcow2's own tables, or all. Default: `"off"`. A change: replaces it. */
  preallocation?: pulumi.Input<"off" | "metadata" | "full">;
  /** User id of the file. Bounds: 0 to 2147483647. A change: live. */
  owner?: pulumi.Input<number>;
  /** Group id of the file. Bounds: 0 to 2147483647. A change: live. */
  group?: pulumi.Input<number>;
  /** Mode of the file, octal. A change: live. */
  mode?: pulumi.Input<string>;
}

/** What a Volume has once it is there. */
export interface VolumeOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Pool that it is in. */
  readonly pool: pulumi.Output<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. */
  readonly volumeName: pulumi.Output<string>;
  /** The volume's name on the host. */
  readonly name: pulumi.Output<string>;
  /** Format of the file. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** Size that a guest sees. It grows, also while a guest has it, and never shrinks. Needed without `image` or `from`. */
  readonly size: pulumi.Output<string | undefined>;
  /** Image that it is made from. */
  readonly image: pulumi.Output<string | undefined>;
  /** With `image`. `linked`: the image stays its backing file; `full`: an independent copy. */
  readonly clone: pulumi.Output<"linked" | "full" | undefined>;
  /** Volume that it is made from: a full, independent copy of what it holds at the time. */
  readonly from: pulumi.Output<string | undefined>;
  /** Space that is taken at once: none, that of qcow2's own tables, or all. */
  readonly preallocation: pulumi.Output<"off" | "metadata" | "full" | undefined>;
  /** User id of the file. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id of the file. */
  readonly group: pulumi.Output<number | undefined>;
  /** Mode of the file, octal. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** What the hypervisor tells it by. */
  readonly key: pulumi.Output<string>;
  /** Space that it took when it was made. */
  readonly allocation: pulumi.Output<string>;
}
