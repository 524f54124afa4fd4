// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { Image } from "../image";
import type { StoragePool } from "../storage-pool";
// biome-ignore lint/suspicious/noImportCycles: types alone; such a resource can be an argument of another
import type { Volume } from "./index";

/** Arguments of a Volume. */
export interface VolumeArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Storage pool that it is in. Effect of a change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** File name in the pool. With `adopt`, the existing volume of this name is adopted. Default: `<name>-<suffix>.<qcow2|img>`. Effect of a change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** Name of the volume on the host. Default: `<stack>-<name>`. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** Format of the file. Default: `"qcow2"`. Effect of a change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** Size as a guest sees it. It can grow, also while a guest uses it, and never shrinks. Required without `image` and `from`. Default: the size of `image` or `from`. Effect of a change: live upward, refused downward. */
  size?: pulumi.Input<string>;
  /** Image that the volume is made from. Effect of a change: replaces it. */
  image?: Image | pulumi.Input<string>;
  /** How `image` is used. `linked`: as the backing file; `full`: as an independent copy. Default: `"linked"`. Effect of a change: replaces it. */
  clone?: pulumi.Input<"linked" | "full">;
  /** Volume to copy. The copy is independent and has the content of that moment. Effect of a change: replaces it. */
  from?: Volume | pulumi.Input<string>;
  /** Space that is allocated at once. `off`: none; `metadata`: that of qcow2's tables; `full`: all. Default: `"off"`. Effect of a change: replaces it. */
  preallocation?: pulumi.Input<"off" | "metadata" | "full">;
  /** User id that owns the file. Bounds: 0 to 2147483647. Effect of a change: live. */
  owner?: pulumi.Input<number>;
  /** Group id that owns the file. Bounds: 0 to 2147483647. Effect of a change: live. */
  group?: pulumi.Input<number>;
  /** Octal mode of the file. Effect of a change: live. */
  mode?: pulumi.Input<string>;
}

/** What a Volume has once it is there. */
export interface VolumeOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Storage pool that it is in. */
  readonly pool: pulumi.Output<string>;
  /** File name in the pool. With `adopt`, the existing volume of this name is adopted. */
  readonly volumeName: pulumi.Output<string>;
  /** Name of the volume on the host. */
  readonly name: pulumi.Output<string>;
  /** Format of the file. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** Size as a guest sees it. It can grow, also while a guest uses it, and never shrinks. Required without `image` and `from`. */
  readonly size: pulumi.Output<string | undefined>;
  /** Image that the volume is made from. */
  readonly image: pulumi.Output<string | undefined>;
  /** How `image` is used. `linked`: as the backing file; `full`: as an independent copy. */
  readonly clone: pulumi.Output<"linked" | "full" | undefined>;
  /** Volume to copy. The copy is independent and has the content of that moment. */
  readonly from: pulumi.Output<string | undefined>;
  /** Space that is allocated at once. `off`: none; `metadata`: that of qcow2's tables; `full`: all. */
  readonly preallocation: pulumi.Output<"off" | "metadata" | "full" | undefined>;
  /** User id that owns the file. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id that owns the file. */
  readonly group: pulumi.Output<number | undefined>;
  /** Octal mode of the file. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** Key of the volume in the hypervisor. */
  readonly key: pulumi.Output<string>;
  /** Space that it took when it was created. */
  readonly allocation: pulumi.Output<string>;
}
