import { createHash } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { known, unknown } from "../../basics/record";
import { formatSize } from "../../basics/sizes";
import type { VolumeState } from "../../drivers/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { derivedSuffix } from "../../lifecycle/ownership";
import { needed } from "../backing";
import { deriveName, keep, ownFile, placeOf, taken, volumeOf } from "../common";
import { type ImageInputs, table } from "./fields";
import { keptDigestOfFile } from "./file-digest";
import { textFromHere } from "./http";
import { digestFromList, expectedDigest, parseDigest, parseSource, withoutSecrets } from "./source";
import { forgetTransfer, transfer } from "./transfer";

type ImageRun = Run<VolumeState, ImageInputs>;

/** The digest that the file must have: given, read off the file, or looked up in a list. */
async function resolveDigest(run: ImageRun): Promise<string | undefined> {
  const { checksum, source } = run.inputs;
  const literal = expectedDigest(run.inputs);
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

export const image: Definition<VolumeState, ImageInputs> = {
  ...table,
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
    } else failures.push({ property: "source", reason: `${source.path} is not a file on this machine` });
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
    const state = await run.hypervisor.volumes.find(run.inputs.pool, run.inputs.volumeName);
    if (state && given) {
      await taken(run, "Image", { name: state.name });
      run.made.__adopted = true;
    }
    return state && (await run.hypervisor.volumes.noted(state, "unfinished")) ? undefined : state;
  },
  async ensure(run) {
    // The list may have another one than when an earlier run did not finish.
    if (run.previous || run.made.digest === undefined) run.made.digest = await resolveDigest(run);
    if (run.made.digest === undefined)
      run.context.tell("warning", "the image has no `checksum`: what is downloaded is not verified");
    const state = await begun(run, () => transfer(run, run.made.digest as string | undefined));
    const problem = unfit(state, run.inputs.format);
    if (!problem) return state;
    await run.hypervisor.volumes.delete(state.pool, state.name);
    throw problem;
  },
  leaves: ({ made }) => made.__begun === true,
  async remains({ made }) {
    return made.__begun === true ? {} : undefined;
  },
  steps: [{ name: "keep", run: (run) => run.hypervisor.volumes.unnote(volumeOf(run), "condemned") }],
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
    const state = await volumes.find(run.inputs.pool, run.inputs.volumeName);
    if (run.made.__begun === true) return removeUnfinished(run);
    if (!state) return volumes.unnote(volumeOf(run), "condemned");
    if (run.made.__adopted === true) {
      run.context.tell("info", `the volume ${state.name} was there before and stays`);
    } else if (await needed(run, state)) {
      await volumes.note(state, "condemned");
    } else {
      await volumes.delete(state.pool, state.name);
      await volumes.unnote(state, "condemned");
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
  const { volumes } = run.hypervisor;
  const image = volumeOf(run);
  if (!(await volumes.noted(image, "unfinished"))) return;
  await volumes.delete(image.pool, image.name);
  await volumes.unnote(image, "unfinished");
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
