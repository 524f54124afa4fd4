import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { hasCode, WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { type Downloaded, download, type Kept, mayBeWrong, nothing } from "../../downloads/download";
import { contentProblem, moreThanPromised, noRoom } from "../../downloads/problems";
import type { Transport } from "../../transports/transport";
import { canBeRoot, commandFailed } from "../commands";
import { freeSpace } from "../free-space";
import { copyFile } from "./copy";
import { type Algorithm, digestOfFile } from "./file-digest";
import { byHost, fullBelow } from "./host-way";
import type { FetchOwner } from "./owner";
import { PartialFile } from "./partial-file";
import { findDownloader, hasMore, lengthOf, needPrograms } from "./programs";
import { sweepBeforeFetch } from "./sweep";
import { checkUrl, redacted } from "./url";

/** What is fetched, and where to. */
export interface FileRequest {
  /** A directory of the host, and the file's name in it, which nothing has yet. */
  readonly directory: string;
  readonly name: string;
  readonly url: string;
  readonly checksum?: { readonly algorithm: Algorithm; readonly digest: string };
  /** How the file is packed: it is unpacked after it was verified. */
  readonly decompress?: string;
  readonly owner?: FetchOwner;
}

/** One fetch, as its parts share it. */
interface Fetching {
  transport: Transport;
  request: FileRequest;
  url: URL;
  /** For messages. */
  address: string;
  partial: PartialFile;
  work: Work;
}

/**
 * The host downloads a URL, or copies a file of its own, into one of its directories. What it has so far is a `PartialFile`.
 * Fails with `download-failed`, `checksum-mismatch`, `no-space`, `in-use`, `permission-denied`.
 */
export async function fetchFile(transport: Transport, request: FileRequest, work: Work): Promise<void> {
  const { directory, name, checksum, decompress, owner } = request;
  const url = checkUrl(request.url);
  const local = url.protocol === "file:";
  const needed = [...(checksum ? [`${checksum.algorithm}sum`] : []), ...(decompress ? [decompress] : [])];
  const [downloader, root] = await Promise.all([
    local ? needPrograms(transport, needed) : findDownloader(transport, needed),
    canBeRoot(transport),
  ]);
  if (!root) throw needsRoot(directory, local);
  const address = local ? fileURLToPath(url) : redacted(url);
  const partial = new PartialFile(transport, directory, name, address);
  const fetching = { transport, request, url, address, partial, work };
  const source = createHash("sha256")
    .update(JSON.stringify([url.href, checksum ?? null]))
    .digest("hex");
  const kept = await partial.open(source, owner ? [owner.resource, owner.lineage] : []);
  if (owner) await sweepBeforeFetch(transport, directory, owner, name);
  try {
    await partial.publish(downloader ? await fromServer(fetching, downloader, kept) : await fromHost(fetching));
  } catch (error) {
    await partial.tidy().catch(() => undefined);
    throw error;
  }
}

function needsRoot(directory: string, local: boolean): WindroseError {
  return new WindroseError("permission-denied", `Writing into ${directory} on the host takes root's rights`, {
    hint: local
      ? "Connect as root, or allow the user sudo; or copy the file to this machine and give its path here as `source`."
      : 'Connect as root, allow the user sudo, or set `via: "client"` to send the file from here.',
  });
}

async function fromHost(fetching: Fetching): Promise<string> {
  const { transport, address, partial, work } = fetching;
  // a copy is begun again: whether the file changed meanwhile nobody knows
  await partial.discard();
  work.progress("copying");
  try {
    const size = await copyFile(transport, partial, address, work);
    return await checked(fetching, { answer: undefined, size });
  } catch (error) {
    await partial.clear().catch(() => undefined);
    throw error;
  }
}

async function fromServer(fetching: Fetching, downloader: "curl" | "wget", kept: Kept): Promise<string> {
  const { transport, request, url, address, partial, work } = fetching;
  const { checksum } = request;
  const way = byHost({ transport, downloader, url, partial, verified: checksum !== undefined, work });
  if (checksum && kept.size > 0 && kept.size === kept.validator?.total) {
    if (await hasDigest(fetching)) return unpacked(fetching);
    await partial.discard();
    kept = nothing;
  }
  work.progress("downloading");
  const total = await lengthOf(transport, downloader, url, work);
  await refuseFull(fetching, kept.size, total);
  if (kept.size > 0 && kept.size === kept.validator?.total) {
    // It gives its last byte back, so that the server is asked whether it still is the file.
    kept = { ...kept, size: kept.size - 1 };
    await partial.shorten(kept.size);
  }
  let got = await download(way, kept, work);
  if (checksum && mayBeWrong(got) && !(await hasDigest(fetching))) {
    await partial.discard();
    work.progress("downloading from the start: the file at the source is not the same");
    got = await download(way, nothing, work);
  }
  try {
    const whole = await checked(fetching, got);
    if (checksum || got.answer.total === undefined) return whole;
    const more = await hasMore(transport, downloader, url, got.size, work);
    if (more) throw moreThanPromised(address, more.total);
    return whole;
  } catch (error) {
    // What is wrong, or has no room, is not kept; what there was no time for is.
    if (!hasCode(error, "timeout", "aborted", "connection-cut", "host-unreachable")) await partial.clear();
    throw error;
  }
}

/** The path of the image, once nothing speaks against what came. */
async function checked(fetching: Fetching, { answer, size }: Partial<Downloaded> & { size: number }): Promise<string> {
  const { request, address, partial } = fetching;
  const { checksum, decompress } = request;
  if (checksum && size > 0 && !(await hasDigest(fetching))) throw await mismatch(fetching);
  const start = checksum ? "" : await partial.start();
  const verified = checksum !== undefined;
  const problem = contentProblem({ address, answer, size, start, verified, packed: decompress !== undefined });
  if (problem) throw problem;
  return unpacked(fetching);
}

/** A partial file that can't become whole goes too. */
async function refuseFull(
  { transport, address, partial }: Fetching,
  had: number,
  total: number | undefined,
): Promise<void> {
  if (total === undefined) return;
  const { directory } = partial;
  const free = await freeSpace(transport, directory);
  if (free >= total - had) return;
  await partial.clear();
  throw noRoom(address, { total, size: 0, free: await freeSpace(transport, directory), place: directory });
}

async function hasDigest({ transport, request, partial, work }: Fetching): Promise<boolean> {
  const { algorithm, digest } = request.checksum!;
  work.progress("verifying");
  return (await digestOfFile(transport, partial.path, algorithm, work)) === digest.toLowerCase();
}

async function mismatch({ transport, request, address, partial, work }: Fetching): Promise<WindroseError> {
  const { algorithm, digest } = request.checksum!;
  const actual = await digestOfFile(transport, partial.path, algorithm, work);
  return new WindroseError("checksum-mismatch", `${address} has the ${algorithm} ${actual}, not ${digest}`);
}

/** The path of what is in the partial file, unpacked where it is packed. */
async function unpacked({ transport, request, address, partial, work }: Fetching): Promise<string> {
  const { decompress } = request;
  if (!decompress) return partial.path;
  work.progress("unpacking");
  const script = 'exec "$1" -d -c <"$2" >"$3"';
  const argv = partial.guarded(["sh", "-c", script, "sh", decompress, partial.path, partial.unpacked]);
  const result = partial.refuseOther(
    await transport.exec(argv, { root: true, timeout: requireTime(work), signal: work.signal }),
  );
  if (result.code === 0) {
    const { stdout } = await transport.exec(["stat", "-c", "%s", "--", partial.unpacked], { root: true });
    if (Number(stdout) > 0) return partial.unpacked;
    throw new WindroseError("invalid-input", `${address} holds nothing: unpacked it has 0 bytes`, {
      hint: "Check `source` and `decompress`.",
    });
  }
  const free = await freeSpace(transport, partial.directory);
  if (free >= fullBelow) throw commandFailed(decompress, `unpacking ${address}`, result);
  await partial.clear();
  throw new WindroseError(
    "no-space",
    `${address} has no room unpacked: ${await freeSpace(transport, partial.directory)} bytes are free in ${partial.directory}, the packed file counted`,
  );
}
