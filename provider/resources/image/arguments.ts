// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { StoragePool } from "../storage-pool";

/** Arguments of a Image. */
export interface ImageArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Pool that it is in. A change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. Default: `<name>-<start of the digest>-<suffix>.<qcow2|img>`. A change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** The image's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** Where it is from: a URL (`https://…`, `http://…`), a file of this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). A change: replaces it, unless the digest is known and the same. */
  source: pulumi.Input<string>;
  /** Digest of the file as it is at the source, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that has the source's name; that is asked when the image is made and at each refresh. A file of this machine needs none. Without one, a server that does not tell the file's length, or sends a page, is refused. A change: replaces it; taking it away: in the state alone. */
  checksum?: pulumi.Input<string>;
  /** Format of the image. Default: by the source's ending: `.raw` and `.iso` are raw, all others qcow2. A change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** How the file is packed. It is unpacked after it was verified. Default: by the source's ending. A change: replaces it. */
  decompress?: pulumi.Input<"none" | "gzip" | "xz" | "zstd" | "bzip2">;
  /** Who downloads a URL: the host; this machine, which sends it on; or `auto`, the host, and this machine where the host does not get it. A download that was cut goes on, also in the next run, where the server's `ETag` or `Last-Modified`, or `checksum`, tells that the file is the same; until then this machine keeps its part in `~/.pulumi/windrose/downloads`. Default: `"auto"`. A change: in the state alone. */
  via?: pulumi.Input<"auto" | "host" | "client">;
}

/** What a Image has once it is there. */
export interface ImageOutputs {
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
  /** The image's name on the host. */
  readonly name: pulumi.Output<string>;
  /** Where it is from: a URL (`https://…`, `http://…`), a file of this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). */
  readonly source: pulumi.Output<string>;
  /** Digest of the file as it is at the source, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that has the source's name; that is asked when the image is made and at each refresh. A file of this machine needs none. Without one, a server that does not tell the file's length, or sends a page, is refused. */
  readonly checksum: pulumi.Output<string | undefined>;
  /** Format of the image. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** How the file is packed. It is unpacked after it was verified. */
  readonly decompress: pulumi.Output<"none" | "gzip" | "xz" | "zstd" | "bzip2" | undefined>;
  /** Who downloads a URL: the host; this machine, which sends it on; or `auto`, the host, and this machine where the host does not get it. A download that was cut goes on, also in the next run, where the server's `ETag` or `Last-Modified`, or `checksum`, tells that the file is the same; until then this machine keeps its part in `~/.pulumi/windrose/downloads`. */
  readonly via: pulumi.Output<"auto" | "host" | "client" | undefined>;
  /** Tells our volumes from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** Digest of the file of this machine, where `checksum` is not given. */
  readonly fileDigest: pulumi.Output<string | undefined>;
  /** Set by a refresh where the list that `checksum` names has another digest now: the next update makes the image anew. */
  readonly upstreamDigest: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** Size that a guest sees. */
  readonly size: pulumi.Output<string>;
  /** Digest of the file that it was made from, where one was known. */
  readonly digest: pulumi.Output<string | undefined>;
}
