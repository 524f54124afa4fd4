import { createHash } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { type Inputs, unknown } from "../../basics/record";
import { formatSize } from "../../basics/sizes";
import { volumeFormats } from "../../drivers/features";
import type { VolumeState } from "../../drivers/model";
import { type Definition, known, type Run } from "../../lifecycle/lifecycle";
import { derivedSuffix } from "../../lifecycle/ownership";
import { type Change, field, textOf, type Verdict, worded } from "../../lifecycle/schema";
import { WindroseResource } from "../../pulumi/resource";
import { isMarked, mark, needed, unmark } from "../backing";
import { deriveName, inPool, keep, nameField, onHost, ownFile, placeOf, poolOf, taken, volumeNameOf } from "../common";
import type { ImageArgs, ImageOutputs } from "./arguments";
import { keptDigestOfFile } from "./file-digest";
import { textFromHere } from "./http";
import {
  canonicalChecksum,
  digestFromList,
  formatOf,
  fromName,
  packingOf,
  parseDigest,
  parseSource,
  withoutSecrets,
} from "./source";
import { forgetTransfer, transfer } from "./transfer";

/** What the image must be, where that is known without asking anybody. */
const expected = (inputs: Readonly<Inputs>): unknown =>
  parseDigest(inputs.checksum) ? inputs.checksum : inputs.checksum === undefined ? inputs.fileDigest : undefined;

/** The same content from elsewhere is the same image. */
const content = worded(
  "replaces it, unless the digest is known and the same",
  ({ oldInputs, newInputs }: Change): Verdict => {
    const digest = expected(newInputs);
    return known(digest) && digest === expected(oldInputs) ? "local" : "replace";
  },
);

const checksumType = textOf(4096).transform((text, context) => {
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
      change.new === undefined && expected(change.newInputs) === undefined ? "local" : (content(change) as Verdict),
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

type ImageRun = Run<VolumeState>;

/** The digest that the file must have: given, read off the file, or looked up in a list. */
async function resolveDigest(run: ImageRun): Promise<string | undefined> {
  const { checksum, source } = run.inputs;
  const literal = expected(run.inputs);
  if (typeof literal === "string") return literal;
  if (typeof checksum !== "string") return undefined;
  const text = await listOf(run, checksum);
  const name = parseSource(String(source))?.name ?? "";
  const digest = digestFromList(text, name);
  if (digest === undefined) {
    throw new WindroseError(
      "download-failed",
      `${withoutSecrets(checksum).text} has no digest of ${name}, or several`,
      {
        hint: "Check that `source` ends in the file's name as the list has it, or give the digest itself.",
      },
    );
  }
  return digest;
}

/** From where the image itself is downloaded. */
async function listOf(run: ImageRun, url: string): Promise<string> {
  const { hypervisor, context, inputs } = run;
  if (inputs.via === "client") return textFromHere(context, url);
  try {
    return await hypervisor.volumes.fetchText(url, context);
  } catch (error) {
    if (inputs.via === "host" || !hasCode(error, "download-failed", "command-missing")) throw error;
    return textFromHere(context, url);
  }
}

async function settleName(run: ImageRun): Promise<void> {
  const { inputs, made } = run;
  if (inputs.volumeName !== undefined) return;
  made.digest = await resolveDigest(run);
  const start = parseDigest(made.digest)?.digest ?? createHash("sha256").update(String(inputs.source)).digest("hex");
  const ending = inputs.format === "raw" ? "img" : "qcow2";
  inputs.volumeName = `${inputs.name}-${start.slice(0, 12)}-${inputs.suffix}.${ending}`;
}

export const image: Definition<VolumeState> = {
  kind: "Image",
  fields,
  outputs,
  timeout: 3600,
  async derive(inputs, olds, identity, failures) {
    deriveName(inputs, olds, identity);
    keep(inputs, olds, "suffix", () => (identity.lineage ? derivedSuffix(identity.lineage, identity.urn) : unknown));
    const source = known<string>(inputs.source) ? parseSource(inputs.source) : undefined;
    if (source?.kind !== "local" || inputs.checksum !== undefined) return;
    let stats: Stats | undefined;
    try {
      stats = statSync(source.path);
    } catch {
      // Below.
    }
    if (stats?.isFile()) inputs.fileDigest = await keptDigestOfFile(source.path);
    else if (!stats && olds?.source === inputs.source && known(olds?.fileDigest)) {
      // The image is there; this machine just does not have its file.
      inputs.fileDigest = olds?.fileDigest;
    } else failures.push({ property: "source", reason: `${source.path} is no file of this machine` });
  },
  validate(inputs, _carried, failures) {
    if (!known<string>(inputs.source)) return;
    if (!parseSource(inputs.source)) {
      failures.push({
        property: "source",
        reason: "must be a URL (http, https), a file of this machine, or `host:` and a path on the host",
      });
    }
  },
  exclusives: (inputs, carried, identity) => [
    ownFile(inputs, carried.pool, placeOf(inputs, identity), "volumeName", inputs.adopt === true),
  ],
  id: (inputs) => `${inputs.pool}/${inputs.volumeName}`,
  async observe(run) {
    const given = run.inputs.volumeName !== undefined && !run.previous;
    await settleName(run);
    const state = await run.hypervisor.volumes.find(poolOf(run), volumeNameOf(run));
    if (state && given) {
      await taken(run, "Image", { name: state.name });
      run.made.__adopted = true;
    }
    return state && (await isMarked(run, state.pool, state.name, "unfinished")) ? undefined : state;
  },
  async ensure(run) {
    // The list may have another one than when an earlier run did not finish.
    if (run.previous || run.made.digest === undefined) run.made.digest = await resolveDigest(run);
    if (run.made.digest === undefined)
      run.context.tell("warning", "the image has no `checksum`: what is downloaded is not verified");
    const state = await begun(run, () => transfer(run, run.made.digest as string | undefined));
    const problem = unfit(state, String(run.inputs.format));
    if (!problem) return state;
    await run.hypervisor.volumes.delete(state.pool, state.name);
    throw problem;
  },
  leaves: ({ made }) => made.__begun === true,
  async remains({ made }) {
    return made.__begun === true ? {} : undefined;
  },
  steps: [{ name: "keep", run: (run) => unmark(run, poolOf(run), volumeNameOf(run), "condemned") }],
  outputsOf({ observed, made }) {
    return { path: observed!.path, size: formatSize(observed!.capacity), digest: made.digest };
  },
  async drift(run) {
    const { inputs, made, context } = run;
    if (inputs.checksum === undefined || parseDigest(inputs.checksum)) return {};
    try {
      const upstream = await resolveDigest(run);
      return { upstreamDigest: upstream === made.digest ? undefined : upstream };
    } catch (error) {
      context.tell("warning", `whether there is a newer image is not known: ${asWindroseError(error).why}`);
      return {};
    }
  },
  async remove(run) {
    const { volumes } = run.hypervisor;
    await forgetTransfer(run);
    const state = await volumes.find(poolOf(run), volumeNameOf(run));
    if (run.made.__begun === true) return removeUnfinished(run);
    if (!state) return unmark(run, poolOf(run), volumeNameOf(run), "condemned");
    if (run.made.__adopted === true) {
      run.context.tell("info", `the volume ${state.name} was there before and stays`);
    } else if (await needed(run, state.pool, state.path)) {
      await mark(run, state.pool, state.name, "condemned");
    } else {
      await volumes.delete(state.pool, state.name);
      await unmark(run, state.pool, state.name, "condemned");
    }
  },
};

/**
 * Work after whose failure something of the image may be on the host or on this machine, to be gone on with: then the state
 * has the image, so that what is there goes with it.
 */
async function begun<T>(run: ImageRun, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    delete run.made.__begun;
    return result;
  } catch (error) {
    if (hasCode(error, "download-failed", "timeout", "aborted", "connection-cut", "host-unreachable"))
      run.made.__begun = true;
    else delete run.made.__begun;
    throw error;
  }
}

/** What an upload that was cut has written, which the marker tells from an image. */
async function removeUnfinished(run: ImageRun): Promise<void> {
  const [pool, name] = [poolOf(run), volumeNameOf(run)];
  if (!(await isMarked(run, pool, name, "unfinished"))) return;
  await run.hypervisor.volumes.delete(pool, name);
  await unmark(run, pool, name, "unfinished");
}

/** What would only show in a guest that does not boot, or read a file of the host that is none of its business. */
function unfit(state: VolumeState, format: string): WindroseError | undefined {
  if (state.backingPath !== undefined) {
    return new WindroseError("invalid-input", `the image needs another file, ${state.backingPath}`, {
      hint: "Use an image that stands alone (`qemu-img convert` makes one).",
    });
  }
  const isQcow2 = state.format === "qcow2";
  if (isQcow2 === (format === "qcow2")) return undefined;
  return new WindroseError(
    "invalid-input",
    `the image is ${isQcow2 ? "qcow2" : "not qcow2"}, and its \`format\` ${format}`,
    {
      hint: `Set \`format: "${isQcow2 ? "qcow2" : "raw"}"\`.`,
    },
  );
}

export interface Image extends ImageOutputs {}
/** A base image in a pool, for the disks of machines. */
export class Image extends WindroseResource {
  constructor(name: string, args: ImageArgs, options?: pulumi.CustomResourceOptions) {
    super(image, name, args, options);
  }
}
