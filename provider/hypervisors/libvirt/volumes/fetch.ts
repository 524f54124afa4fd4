import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { WindroseError } from "../../../errors";
import type { Transport } from "../../../transports/transport";
import type { FetchRequest, Work } from "../../hypervisor";
import type { VolumeState } from "../../model";
import { canBeRoot, commandFailed } from "../../system/commands";
import { freeSpace } from "../../system/free-space";
import type { PoolAccess } from "../pools/pool-access";
import type { LibvirtSession } from "../session";
import { digestOfFile } from "./digest";
import { contentLength, download, fetchSmall, findTools, type Packing } from "./fetch-tools";
import { checkUrl, redacted } from "./fetch-url";
import { partialName } from "./partial";
import { mustDescribe, refuseTaken } from "./publish";
import { left } from "./work";

export function fetchText(transport: Transport, url: string, work: Work): Promise<string> {
  return fetchSmall(transport, checkUrl(url), work);
}

/**
 * The host downloads by itself. What it has so far is in `.NAME.partial`; beside it, `.NAME.partial.source` says of what
 * (as a digest, since a URL may hold a secret): a download of the same goes on from there, any other starts anew.
 */
export async function fetchVolume(
  session: LibvirtSession,
  access: PoolAccess,
  request: FetchRequest,
  work: Work,
): Promise<VolumeState> {
  const { transport } = session;
  const { pool, name, checksum, decompress } = request;
  const url = checkUrl(request.url);
  const needed = [...(checksum ? [`${checksum.algorithm}sum`] : []), ...(decompress ? [decompress] : [])];
  const [directory, tools, root] = await Promise.all([
    access.path(pool),
    findTools(transport, needed),
    canBeRoot(transport),
    refuseTaken(session, pool, name),
  ]);
  if (!root) {
    throw new WindroseError("permission-denied", `Writing into ${directory} on the host takes root's rights`, {
      hint: 'Connect as root, allow the user sudo, or set `via: "client"` to send the file from here through libvirt.',
    });
  }
  const partial = `${directory}/${partialName(name)}`;
  const marker = `${partial}.source`;
  const source = createHash("sha256")
    .update(JSON.stringify([url.href, checksum ?? null]))
    .digest("hex");
  work.progress("downloading");
  const [had, total] = await Promise.all([
    sizeOfPartial(transport, partial, marker, source),
    contentLength(transport, tools, url, work, url.protocol === "file:"),
  ]);
  if (had === undefined) await transport.upload(Readable.from([`${source}\n`]), marker, { root: true, mode: 0o600 });
  await checkSpace(session, directory, had ?? 0, total, url);
  if (total === undefined || had !== total) {
    try {
      await download(transport, tools, { url, partial, lock: marker, total }, work);
    } catch (error) {
      throw await fullDisk(session, directory, error);
    }
  }
  let whole = partial;
  if (checksum) await verify(transport, partial, marker, checksum, url, work);
  if (decompress) whole = await unpack(session, directory, partial, decompress, work);
  await moveIntoPlace(transport, { directory, whole, partial, marker, name });
  await access.refresh(pool);
  return mustDescribe(session, pool, name);
}

/** Bytes there are of this very source; undefined where there are none, or what was there is of another and now gone. */
async function sizeOfPartial(
  transport: Transport,
  partial: string,
  marker: string,
  source: string,
): Promise<number | undefined> {
  const script =
    'if [ "$(cat -- "$2" 2>/dev/null)" = "$3" ]; then stat -c %s -- "$1" 2>/dev/null || echo 0; ' +
    'else rm -f -- "$1" "$1.unpacked" "$2"; fi';
  const { stdout } = await transport.exec(["sh", "-c", script, "sh", partial, marker, source], { root: true });
  return /^\d+\s*$/.test(stdout) ? Number(stdout) : undefined;
}

async function checkSpace(
  session: LibvirtSession,
  directory: string,
  had: number,
  total: number | undefined,
  url: URL,
): Promise<void> {
  if (total === undefined) return;
  const free = await freeSpace(session.transport, directory);
  if (free < total - had) {
    throw new WindroseError(
      "no-space",
      `${redacted(url)} has ${total} bytes, of which ${total - had} are still to come, and ${free} are free in ${directory}`,
    );
  }
}

/** The programs tell a full disk by text alone; so the disk is asked. */
async function fullDisk(session: LibvirtSession, directory: string, error: unknown): Promise<unknown> {
  const free = await freeSpace(session.transport, directory).catch(() => undefined);
  if (free === undefined || free >= 65_536) return error;
  return new WindroseError("no-space", `the file system of ${directory} is full`, { cause: error });
}

async function verify(
  transport: Transport,
  partial: string,
  marker: string,
  { algorithm, digest }: NonNullable<FetchRequest["checksum"]>,
  url: URL,
  work: Work,
): Promise<void> {
  work.progress("verifying");
  const actual = await digestOfFile(transport, partial, algorithm, work);
  if (actual === digest.toLowerCase()) return;
  await transport.exec(["rm", "-f", "--", partial, marker], { root: true });
  throw new WindroseError("checksum-mismatch", `${redacted(url)} has the ${algorithm} ${actual}, not ${digest}`);
}

async function unpack(
  session: LibvirtSession,
  directory: string,
  partial: string,
  packing: Packing,
  work: Work,
): Promise<string> {
  const unpacked = `${partial}.unpacked`;
  work.progress("unpacking");
  const script = 'exec "$1" -d -c <"$2" >"$3"';
  const result = await session.transport.exec(["sh", "-c", script, "sh", packing, partial, unpacked], {
    root: true,
    timeout: left(work),
    signal: work.signal,
  });
  if (result.code === 0) return unpacked;
  const error = await fullDisk(session, directory, commandFailed(packing, "unpacking", result));
  await session.transport.exec(["rm", "-f", "--", unpacked], { root: true });
  throw error;
}

/** Readable for everyone, as a base image must be, of the pool's owner, on the disk, and only then under its name. */
async function moveIntoPlace(
  transport: Transport,
  { directory, whole, partial, marker, name }: Record<"directory" | "whole" | "partial" | "marker" | "name", string>,
): Promise<void> {
  const script =
    'chown --reference="$1" -- "$2" && chmod 0644 -- "$2" && sync -- "$2" && ln -T -- "$2" "$3" && ' +
    'rm -f -- "$2" "$4" "$5"';
  const argv = ["sh", "-c", script, "sh", directory, whole, `${directory}/${name}`, partial, marker];
  const result = await transport.exec(argv, { root: true, timeout: 600_000 });
  if (result.code !== 0) throw commandFailed("sh", `giving the volume its name ${name}`, result);
}
