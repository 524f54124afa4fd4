import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { pathToFileURL } from "node:url";
import { timeLeft } from "../../context";
import { hasCode, WindroseError } from "../../errors";
import type { FetchRequest } from "../../hypervisors/hypervisor";
import type { VolumeState } from "../../hypervisors/model";
import type { Run } from "../../lifecycle";
import { uploadOf } from "../backing";
import { type Packing, parseDigest, parseSource, type Source } from "./source";

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
  if (source.kind === "local") return throughUpload(run, request, source.path);
  if (source.kind === "host") {
    return run.hypervisor.volumes.fetch({ ...request, url: pathToFileURL(source.path).href }, run.context);
  }
  if (inputs.via !== "client") {
    try {
      return await run.hypervisor.volumes.fetch({ ...request, url: source.url }, run.context);
    } catch (error) {
      if (inputs.via === "host" || !hasCode(error, "download-failed", "command-missing")) throw error;
      run.context.tell("info", `${error.why}; trying from this machine`);
    }
  }
  return throughThisMachine(run, request, source);
}

type Request = Omit<FetchRequest, "url">;

async function throughThisMachine(
  run: ImageRun,
  request: Request,
  source: Source & { kind: "url" },
): Promise<VolumeState> {
  const folder = mkdtempSync(join(tmpdir(), "windrose-"));
  try {
    const path = join(folder, "image");
    await download(run, source.url, path);
    return await throughUpload(run, request, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(run: ImageRun, url: string, path: string): Promise<void> {
  const { context } = run;
  const timeout = AbortSignal.timeout(timeLeft(context));
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  try {
    const response = await fetch(url, { signal });
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
    if (context.signal?.aborted) throw new WindroseError("aborted", `the download of ${url} was ended`);
    if (timeout.aborted) throw new WindroseError("timeout", `${url} was not downloaded in time`);
    const cause =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
    throw new WindroseError("download-failed", `${url}: ${cause}`);
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

/**
 * The file goes to the host as it is, under a hidden name; the host then verifies and unpacks it into the image's own, the
 * way it does with a download. So an upload that was cut never passes for an image.
 */
async function throughUpload(run: ImageRun, request: Request, path: string): Promise<VolumeState> {
  const { volumes } = run.hypervisor;
  let size: number;
  try {
    size = statSync(path).size;
  } catch (error) {
    throw new WindroseError("not-found", `the file ${path} is not on this machine`, {
      cause: error,
      hint: "Check `source`.",
    });
  }
  const name = uploadOf(request.name);
  if (await volumes.find(request.pool, name)) await volumes.delete(request.pool, name);
  const definition = { pool: request.pool, name, format: "raw" as const, capacity: Math.max(size, 1) };
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    const uploaded = await volumes.upload(definition, file, size, run.context);
    return await volumes.fetch({ ...request, url: pathToFileURL(uploaded.path).href }, run.context);
  } finally {
    file.destroy();
    if (await volumes.find(request.pool, name).catch(() => undefined)) {
      // A failure above says more than one here; the pool's end or the next try deletes what stays.
      await volumes.delete(request.pool, name).catch(() => undefined);
    }
  }
}
