// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { StoragePool } from "../storage-pool";

/** Arguments of a Image. */
export interface ImageArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Storage pool that it is in. Effect of a change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** File name in the pool. With `adopt`, the existing volume of this name is adopted. Default: `<name>-<start of the digest>-<suffix>.<qcow2|img>`. Effect of a change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** Name of the image on the host. Default: `<stack>-<name>`. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** Source of the image: a URL (`https://…`, `http://…`), a file on this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). Effect of a change: replaces it, unless the digest is known and stays the same. */
  source: pulumi.Input<string>;
  /** Digest of the source file as it is, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that names the source; the list is read when the image is created and at each refresh. A file on this machine needs no checksum. Without a checksum, a server that does not send the file's length, or sends a web page, is refused. Effect of a change: replaces it; removed: state only. */
  checksum?: pulumi.Input<string>;
  /** Format of the image. Default: by the source's file extension: `.raw` and `.iso` are raw, all others qcow2. Effect of a change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** Compression of the source file. It is unpacked after verification. Default: by the source's file extension. Effect of a change: replaces it. */
  decompress?: pulumi.Input<"none" | "gzip" | "xz" | "zstd" | "bzip2">;
  /** What downloads a URL. `host`: the host; `client`: this machine, which uploads the file to the host; `auto`: the host, or this machine if the host can't. An interrupted download is continued, also by the next run, if the server's `ETag` or `Last-Modified`, or `checksum`, shows that the file is the same. This machine keeps its partial downloads in `~/.pulumi/windrose/downloads`. Default: `"auto"`. Effect of a change: state only. */
  via?: pulumi.Input<"auto" | "host" | "client">;
}

/** What a Image has once it is there. */
export interface ImageOutputs {
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
  /** Name of the image on the host. */
  readonly name: pulumi.Output<string>;
  /** Source of the image: a URL (`https://…`, `http://…`), a file on this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). */
  readonly source: pulumi.Output<string>;
  /** Digest of the source file as it is, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that names the source; the list is read when the image is created and at each refresh. A file on this machine needs no checksum. Without a checksum, a server that does not send the file's length, or sends a web page, is refused. */
  readonly checksum: pulumi.Output<string | undefined>;
  /** Format of the image. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** Compression of the source file. It is unpacked after verification. */
  readonly decompress: pulumi.Output<"none" | "gzip" | "xz" | "zstd" | "bzip2" | undefined>;
  /** What downloads a URL. `host`: the host; `client`: this machine, which uploads the file to the host; `auto`: the host, or this machine if the host can't. An interrupted download is continued, also by the next run, if the server's `ETag` or `Last-Modified`, or `checksum`, shows that the file is the same. This machine keeps its partial downloads in `~/.pulumi/windrose/downloads`. */
  readonly via: pulumi.Output<"auto" | "host" | "client" | undefined>;
  /** Distinguishes this volume from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** Digest of the file of this machine, where `checksum` is not given. */
  readonly fileDigest: pulumi.Output<string | undefined>;
  /** Set by a refresh if the list that `checksum` names has another digest now. The next update recreates the image. */
  readonly upstreamDigest: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** Size as a guest sees it. */
  readonly size: pulumi.Output<string>;
  /** Digest of the file that the image was made from, if known. */
  readonly digest: pulumi.Output<string | undefined>;
}
