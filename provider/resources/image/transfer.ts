import { spawn } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { pathToFileURL } from "node:url";
import { createGunzip } from "node:zlib";
import { timeLeft } from "../../context";
import { hasCode, WindroseError } from "../../errors";
import type { FetchRequest } from "../../hypervisors/hypervisor";
import type { VolumeState } from "../../hypervisors/model";
import type { Run } from "../../lifecycle";
import { mark, unmark } from "../backing";
import { digestOfFile } from "./file-digest";
import { type Packing, parseDigest, parseSource, withoutSecrets } from "./source";

type ImageRun = Run<VolumeState>;

/** Brings an image into its pool. It has its name when it is complete and verified, not before. */
export async function transfer(run: ImageRun, digest: string | undefined): Promise<VolumeState> {
  const { inputs } = run;
  const source = parseSource(String(inputs.source))!;
  const packing = inputs.decompress as Packing;
  const request = {
    pool: String(inputs.pool),
    name: String(inputs.volumeName),
    checksum: parseDigest(digest),
    decompress: packing === "none" ? undefined : packing,
  };
  if (source.kind === "local") return fromThisMachine(run, request, source.path);
  if (source.kind === "host") {
    return run.hypervisor.volumes.fetch({ ...request, url: pathToFileURL(source.path).href }, run.context);
  }
  if (inputs.via !== "client") {
    try {
      return await run.hypervisor.volumes.fetch({ ...request, url: source.url }, run.context);
    } catch (error) {
      if (inputs.via === "host" || !hasCode(error, "download-failed", "command-missing", "permission-denied"))
        throw error;
      run.context.tell("info", `${error.why}; trying from this machine`);
    }
  }
  return withFolder(async (folder) => {
    const path = join(folder, "image");
    await download(run, source.url, path);
    return fromThisMachine(run, request, path);
  });
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

/** It is verified and unpacked here, and then sent to the host. */
async function fromThisMachine(run: ImageRun, request: Request, path: string): Promise<VolumeState> {
  if (!existsSync(path)) {
    throw new WindroseError("not-found", `the file ${path} is not on this machine`, { hint: "Check `source`." });
  }
  if (request.checksum) {
    const { algorithm, digest } = request.checksum;
    const actual = await digestOfFile(path, algorithm);
    if (actual !== `${algorithm}:${digest}`) {
      throw new WindroseError("checksum-mismatch", `${path} has the ${actual}, not ${algorithm}:${digest}`);
    }
  }
  const { decompress } = request;
  if (!decompress) return upload(run, request, path);
  return withFolder(async (folder) => {
    const unpacked = join(folder, "image");
    run.context.progress("unpacking");
    await unpack(run, decompress, path, unpacked);
    return upload(run, request, unpacked);
  });
}

/** Until all is there a marker beside it says so: an upload that was cut never passes for an image. */
async function upload(run: ImageRun, { pool, name }: Request, path: string): Promise<VolumeState> {
  const { volumes } = run.hypervisor;
  const { size } = statSync(path);
  if (size === 0) throw new WindroseError("invalid-input", "the image is empty", { hint: "Check `source`." });
  await mark(run, pool, name, "unfinished");
  if (await volumes.find(pool, name)) await volumes.delete(pool, name);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    const format = run.inputs.format as "qcow2" | "raw";
    // Its capacity is what is written in it. All may read it, as they may what the host itself fetches.
    const definition = { pool, name, format, capacity: format === "raw" ? size : 0, mode: "0644" };
    const state = await volumes.upload(definition, file, size, run.context);
    await unmark(run, pool, name, "unfinished");
    return state;
  } finally {
    file.destroy();
  }
}

async function unpack(run: ImageRun, packing: Exclude<Packing, "none">, from: string, to: string): Promise<void> {
  const { context } = run;
  const timeout = AbortSignal.timeout(timeLeft(context));
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  try {
    if (packing === "gzip") {
      await pipeline(createReadStream(from), createGunzip(), createWriteStream(to), { signal });
      return;
    }
    const child = spawn(packing, ["-d", "-c"], { stdio: ["pipe", "pipe", "ignore"], signal });
    const ended = new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${packing} ended with ${code}`))));
    });
    await Promise.all([
      ended,
      pipeline(createReadStream(from), child.stdin, { signal }),
      pipeline(child.stdout, createWriteStream(to), { signal }),
    ]);
  } catch (error) {
    if (context.signal?.aborted) throw new WindroseError("aborted", "unpacking the image was ended");
    if (timeout.aborted) throw new WindroseError("timeout", "the image was not unpacked in time");
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new WindroseError("command-missing", `this machine has no ${packing}`, {
        hint: `Install ${packing} here, or unpack the image and give its own file as \`source\`.`,
      });
    }
    throw new WindroseError("invalid-input", `the image can't be unpacked as ${packing}: ${(error as Error).message}`, {
      hint: "Check `source` and `decompress`.",
    });
  }
}

async function download(run: ImageRun, address: string, path: string): Promise<void> {
  const { context } = run;
  const { text, url, authorization } = withoutSecrets(address);
  const timeout = AbortSignal.timeout(timeLeft(context));
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  try {
    const response = await fetch(url, { signal, headers: authorization === undefined ? {} : { authorization } });
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const size = Number(response.headers.get("content-length")) || undefined;
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(
      body,
      counting(size, (text) => context.progress(`downloading ${text}`)),
      createWriteStream(path),
      { signal },
    );
  } catch (error) {
    if (context.signal?.aborted) throw new WindroseError("aborted", `the download of ${text} was ended`);
    if (timeout.aborted) throw new WindroseError("timeout", `${text} was not downloaded in time`);
    const cause =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
    throw new WindroseError("download-failed", `${text}: ${cause}`);
  }
}

/** Passes bytes on, and says how many in percent. */
function counting(size: number | undefined, progress: (text: string) => void): Transform {
  let bytes = 0;
  let said = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const text = size ? `${Math.min(100, Math.floor((100 * bytes) / size))}%` : `${Math.floor(bytes / 2 ** 20)} MiB`;
      if (text !== said) progress(text);
      said = text;
      done(null, chunk);
    },
  });
}
