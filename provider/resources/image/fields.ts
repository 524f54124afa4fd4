import { known } from "../../basics/record";
import { volumeFormats } from "../../drivers/features";
import { type Change, field, type Table, textOf, type Verdict, worded, type Zod } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { inPool, nameField, onHost } from "../common-fields";
import { canonicalChecksum, expectedDigest, formatOf, fromName, packingOf } from "./source";

/** The same content from elsewhere is the same image. */
const content = worded(
  "replaces it, unless the digest is known and stays the same",
  ({ oldInputs, newInputs }: Change): Verdict => {
    const digest = expectedDigest(newInputs);
    return known(digest) && digest === expectedDigest(oldInputs) ? "local" : "replace";
  },
);

const checksumType = (z: Zod) =>
  textOf(4096)(z).transform((text, context) => {
    const checksum = canonicalChecksum(text);
    if (checksum !== undefined) return checksum;
    context.addIssue({
      code: "custom",
      message: "must be `sha256:` or `sha512:` and the digest's hexadecimal digits, or the URL of a list of them",
    });
    return z.NEVER;
  });

const fields = {
  ...onHost,
  ...inPool("`<name>-<start of the digest>-<suffix>.<qcow2|img>`"),
  name: nameField("image"),
  source: field.text(
    "Source of the image: a URL (`https://…`, `http://…`), a file on this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`).",
    content,
    { required: true, pattern: /\S/, says: "must not be empty" },
  ),
  checksum: field.of(
    checksumType,
    "string",
    "Digest of the source file as it is, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that names the source; the list is read when the image is created and at each refresh. A file on this machine needs no checksum. Without a checksum, a server that does not send the file's length, or sends a web page, is refused.",
    worded("replaces it; removed: state only", (change) =>
      change.new === undefined && expectedDigest(change.newInputs) === undefined
        ? "local"
        : (content(change) as Verdict),
    ),
  ),
  format: field.choice("Format of the image.", "replace", volumeFormats, {
    choices: "volumeFormats",
    default: fromName(formatOf),
    defaultText: "by the source's file extension: `.raw` and `.iso` are raw, all others qcow2",
  }),
  decompress: field.choice(
    "Compression of the source file. It is unpacked after verification.",
    "replace",
    ["none", "gzip", "xz", "zstd", "bzip2"],
    {
      default: fromName(packingOf),
      defaultText: "by the source's file extension",
    },
  ),
  via: field.choice(
    "What downloads a URL. `host`: the host; `client`: this machine, which uploads the file to the host; `auto`: the host, or this machine if the host can't. An interrupted download is continued, also by the next run, if the server's `ETag` or `Last-Modified`, or `checksum`, shows that the file is the same. This machine keeps its partial downloads in `~/.pulumi/windrose/downloads`.",
    "local",
    ["auto", "host", "client"],
    { default: "auto" },
  ),
  suffix: field.text("Distinguishes this volume from others of the same name.", "local", {
    derived: true,
    internal: true,
  }),
  fileDigest: field.text("Digest of the file of this machine, where `checksum` is not given.", content, {
    internal: true,
  }),
  upstreamDigest: field.text(
    "Set by a refresh if the list that `checksum` names has another digest now. The next update recreates the image.",
    worded("replaces it", () => ({ effect: "replace", says: "replaces it: the source has a new image" })),
    { internal: true },
  ),
} as const;

const outputs = {
  path: { typeText: "string", doc: "Path on the host." },
  size: { typeText: "string", doc: "Size as a guest sees it." },
  digest: { typeText: "string | undefined", doc: "Digest of the file that the image was made from, if known." },
} as const;

export type ImageInputs = InputsOf<typeof fields>;

export const table = { kind: "Image", fields, outputs } as const satisfies Table;
