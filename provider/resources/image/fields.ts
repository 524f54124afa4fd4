import { known } from "../../basics/record";
import { volumeFormats } from "../../drivers/features";
import { type Change, field, type Table, textOf, type Verdict, worded, type Zod } from "../../lifecycle/schema";
import { inPool, nameField, onHost } from "../common-fields";
import { canonicalChecksum, expectedDigest, formatOf, fromName, packingOf } from "./source";

/** The same content from elsewhere is the same image. */
const content = worded(
  "replaces it, unless the digest is known and the same",
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
    "Where it is from: a URL (`https://…`, `http://…`), a file of this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`).",
    content,
    { required: true, pattern: /\S/, says: "must not be empty" },
  ),
  checksum: field.of(
    checksumType,
    "string",
    "Digest of the file as it is at the source, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that has the source's name; that is asked when the image is made and at each refresh. A file of this machine needs none. Without one, a server that does not tell the file's length, or sends a page, is refused.",
    worded("replaces it; taking it away: in the state alone", (change) =>
      change.new === undefined && expectedDigest(change.newInputs) === undefined
        ? "local"
        : (content(change) as Verdict),
    ),
  ),
  format: field.choice("Format of the image.", "replace", volumeFormats, {
    choices: "volumeFormats",
    default: fromName(formatOf),
    defaultText: "by the source's ending: `.raw` and `.iso` are raw, all others qcow2",
  }),
  decompress: field.choice(
    "How the file is packed. It is unpacked after it was verified.",
    "replace",
    ["none", "gzip", "xz", "zstd", "bzip2"],
    {
      default: fromName(packingOf),
      defaultText: "by the source's ending",
    },
  ),
  via: field.choice(
    "Who downloads a URL: the host; this machine, which sends it on; or `auto`, the host, and this machine where the host does not get it. A download that was cut goes on, also in the next run, where the server's `ETag` or `Last-Modified`, or `checksum`, tells that the file is the same; until then this machine keeps its part in `~/.pulumi/windrose/downloads`.",
    "local",
    ["auto", "host", "client"],
    { default: "auto" },
  ),
  suffix: field.text("Tells our volumes from others of the same name.", "local", { derived: true, internal: true }),
  fileDigest: field.text("Digest of the file of this machine, where `checksum` is not given.", content, {
    internal: true,
  }),
  upstreamDigest: field.text(
    "Set by a refresh where the list that `checksum` names has another digest now: the next update makes the image anew.",
    worded("replaces it", () => ({ effect: "replace", says: "the source has a new image: replaces it" })),
    { internal: true },
  ),
} as const;

const outputs = {
  path: { typeText: "string", doc: "Path on the host." },
  size: { typeText: "string", doc: "Size that a guest sees." },
  digest: { typeText: "string | undefined", doc: "Digest of the file that it was made from, where one was known." },
} as const;

export const table = { kind: "Image", fields, outputs } as const satisfies Table;
