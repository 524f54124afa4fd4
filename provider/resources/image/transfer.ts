import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { createGunzip } from "node:zlib";
import { hasCode, WindroseError } from "../../basics/errors";
import { timeLeft } from "../../basics/work";
import type { Answer } from "../../downloads/answer";
import { download, mayBeWrong, nothing } from "../../downloads/download";
import { contentProblem, moreThanPromised } from "../../downloads/problems";
import type { FetchRequest } from "../../drivers/hypervisor";
import type { VolumeState } from "../../drivers/model";
import type { FetchOwner } from "../../host-system/downloads/owner";
import type { Run } from "../../lifecycle/definition";
import { lineageOf } from "../common";
import type { ImageInputs } from "./fields";
import { digestOfFile } from "./file-digest";
import { byThisMachine } from "./http";
import { forgetDownload, KeptDownload } from "./kept-download";
import { type Packing, parseDigest, parseSource } from "./source";

type ImageRun = Run<VolumeState, ImageInputs>;

/** Brings an image into its pool. It has its name when it is complete and verified, not before. */
export async function transfer(run: ImageRun, digest: string | undefined): Promise<VolumeState> {
  const { inputs } = run;
  const source = parseSource(inputs.source)!;
  const packing: Packing = inputs.decompress;
  const request = {
    pool: inputs.pool,
    name: inputs.volumeName,
    checksum: parseDigest(digest),
    decompress: packing === "none" ? undefined : packing,
    owner: ownerOf(run),
  };
  if (source.kind === "local") return fromThisMachine(run, request, { path: source.path, address: source.path });
  if (source.kind === "host") {
    return run.hypervisor.volumes.fetch({ ...request, url: pathToFileURL(source.path).href }, run.context);
  }
  if (inputs.via !== "client") {
    try {
      const state = await run.hypervisor.volumes.fetch({ ...request, url: source.url }, run.context);
      forgetDownload(keyOf(run));
      return state;
    } catch (error) {
      if (inputs.via === "host" || !hasCode(error, "download-failed", "command-missing", "permission-denied"))
        throw error;
      run.context.tell("info", `${error.why}; trying from this machine`);
    }
  }
  return throughThisMachine(run, request, source.url);
}

/** It is downloaded here, and goes on from what an earlier run left. It goes when the host has all of it. */
async function throughThisMachine(run: ImageRun, request: Request, url: string): Promise<VolumeState> {
  const { checksum, decompress } = request;
  const store = KeptDownload.take(keyOf(run));
  const way = byThisMachine(run.context, url, store, checksum !== undefined);
  const file = { path: store.path, address: way.address };
  try {
    let kept = await store.open(JSON.stringify([digestOfText(url), checksum ?? null]));
    const complete = kept.size > 0 && kept.size === kept.validator?.total;
    if (!(complete && checksum && (await hasDigest(file.path, checksum)))) {
      // A whole file gives its last byte back, so that the server is asked whether it still is the file.
      if (complete) truncateSync(store.path, kept.size - 1);
      if (complete) kept = { ...kept, size: kept.size - 1 };
      const got = await download(way, kept, run.context);
      if (checksum && mayBeWrong(got) && !(await hasDigest(file.path, checksum))) {
        run.context.progress("downloading from the start: the file at the source is not the same");
        await store.discard();
        await download(way, nothing, run.context);
      }
      await refuseUnfit(way, got.answer, checksum !== undefined, decompress !== undefined);
    }
  } catch (error) {
    store.release();
    throw error;
  }
  try {
    const state = await fromThisMachine(run, request, file);
    store.clear();
    return state;
  } catch (error) {
    // What is wrong goes. What could not be sent is here for the next run.
    if (hasCode(error, "checksum-mismatch", "invalid-input")) store.clear();
    else store.release();
    throw error;
  }
}

/** Fails where what came is no image, or may not be whole; nothing of it is kept. */
async function refuseUnfit(
  { store, address, hasMore }: ReturnType<typeof byThisMachine>,
  answer: Answer,
  verified: boolean,
  packed: boolean,
): Promise<void> {
  const { path } = store as KeptDownload;
  const size = await store.size();
  const start = readStart(path);
  const problem = contentProblem({ address, answer, size, start, verified, packed });
  const more = problem || verified || answer.total === undefined ? undefined : await hasMore(size);
  if (!problem && !more) return;
  await store.discard();
  throw problem ?? moreThanPromised(address, more?.total);
}

/** undefined: nobody knows what the host would keep it under. */
function ownerOf(run: ImageRun): FetchOwner | undefined {
  const lineage = lineageOf(run);
  return lineage === undefined ? undefined : { lineage, resource: run.inputs.suffix };
}

/** Deletes what unfinished downloads of an image left, on the host and here. */
export async function forgetTransfer(run: ImageRun): Promise<void> {
  const owner = ownerOf(run);
  forgetDownload(keyOf(run));
  if (owner) await run.hypervisor.volumes.forget(run.inputs.pool, owner);
}

/** An image's own, under which this machine keeps what it has downloaded so far. */
const keyOf = ({ inputs }: Pick<ImageRun, "inputs">) => inputs.suffix;

const digestOfText = (text: string) => createHash("sha256").update(text).digest("hex");

async function hasDigest(path: string, { algorithm, digest }: NonNullable<Request["checksum"]>): Promise<boolean> {
  return (await digestOfFile(path, algorithm)) === `${algorithm}:${digest}`;
}

function readStart(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(512);
    return bytes.subarray(0, readSync(file, bytes)).toString("utf8");
  } finally {
    closeSync(file);
  }
}

type Request = Omit<FetchRequest, "url">;

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "windrose-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface LocalFile {
  readonly path: string;
  /** For messages: where it is from. */
  readonly address: string;
}

/** It is verified and unpacked here, and then sent to the host. */
async function fromThisMachine(run: ImageRun, request: Request, file: LocalFile): Promise<VolumeState> {
  const { path, address } = file;
  if (!existsSync(path)) {
    throw new WindroseError("not-found", `the file ${path} is not on this machine`, { hint: "Check `source`." });
  }
  if (request.checksum) {
    const { algorithm, digest } = request.checksum;
    const actual = await digestOfFile(path, algorithm);
    if (actual !== `${algorithm}:${digest}`) {
      throw new WindroseError("checksum-mismatch", `${address} has the ${actual}, not ${algorithm}:${digest}`);
    }
  }
  const { decompress } = request;
  if (!decompress) return upload(run, request, file);
  return withFolder(async (folder) => {
    const unpacked = join(folder, "image");
    run.context.progress("unpacking");
    await unpack(run, decompress, file, unpacked);
    return upload(run, request, { path: unpacked, address });
  });
}

/** Until all is there a marker beside it says so: an upload that was cut never passes for an image. */
async function upload(run: ImageRun, { pool, name }: Request, { path, address }: LocalFile): Promise<VolumeState> {
  const { volumes } = run.hypervisor;
  const { size } = statSync(path);
  if (size === 0)
    throw new WindroseError("invalid-input", `${address} is empty (0 bytes)`, { hint: "Check `source`." });
  await volumes.note({ pool, name }, "unfinished");
  if (await volumes.find(pool, name)) await volumes.delete(pool, name);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  // Whoever reads it hears of it too; nobody may be left to, when it could not be sent.
  file.on("error", () => {});
  try {
    const format = run.inputs.format;
    // Its capacity is what is written in it. All may read it, as they may what the host itself fetches.
    const definition = { pool, name, format, capacity: format === "raw" ? size : 0, mode: "0644" };
    const state = await volumes.upload(definition, file, size, run.context);
    await volumes.unnote({ pool, name }, "unfinished");
    return state;
  } finally {
    file.destroy();
  }
}

async function unpack(run: ImageRun, packing: Exclude<Packing, "none">, file: LocalFile, to: string): Promise<void> {
  const { context } = run;
  const timeout = AbortSignal.timeout(timeLeft(context));
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  try {
    if (packing === "gzip") {
      await pipeline(createReadStream(file.path), createGunzip(), createWriteStream(to), { signal });
      return;
    }
    const child = spawn(packing, ["-d", "-c"], { stdio: ["pipe", "pipe", "ignore"], signal });
    const ended = new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${packing} ended with ${code}`))));
    });
    await Promise.all([
      ended,
      pipeline(createReadStream(file.path), child.stdin, { signal }),
      pipeline(child.stdout, createWriteStream(to), { signal }),
    ]);
  } catch (error) {
    if (context.signal?.aborted) throw new WindroseError("aborted", "unpacking the image was ended");
    if (timeout.aborted) throw new WindroseError("timeout", "the image was not unpacked in time");
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
      throw new WindroseError("no-space", `unpacked, ${file.address} has no room in ${tmpdir()} of this machine`, {
        hint: "Free some space there, set TMPDIR to a larger place, or unpack it elsewhere.",
      });
    }
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new WindroseError("command-missing", `this machine has no ${packing}`, {
        hint: `Install ${packing} here, or unpack the image and give its own file as \`source\`.`,
      });
    }
    throw new WindroseError(
      "invalid-input",
      `${file.address} can't be unpacked as ${packing}: ${(error as Error).message}`,
      {
        hint: "Check `source` and `decompress`.",
      },
    );
  }
}
