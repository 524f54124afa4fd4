import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { WindroseError } from "../../../basics/errors";
import { requireTime, type Work } from "../../../basics/work";
import { canBeRoot, commandFailed } from "../../../host-system/commands";
import type { Transport } from "../../../transports/transport";
import type { VolumeHandle } from "../rpc";
import type { LibvirtSession } from "../session";

export type Algorithm = "sha256" | "sha512";

/** Digest of a file of the host, read there as root. */
export async function digestOfFile(
  transport: Transport,
  path: string,
  algorithm: Algorithm,
  work: Work,
  root = true,
): Promise<string> {
  const argv = [`${algorithm}sum`, "--", path];
  const result = await transport.exec(argv, { root, timeout: requireTime(work), signal: work.signal });
  const match = /^\\?([0-9a-f]+) /.exec(result.stdout);
  if (result.code !== 0 || !match) throw commandFailed(argv[0]!, `reading ${path}`, result);
  return match[1]!;
}

/** On the host where root's rights can be had; else the content is streamed here through libvirt. */
export async function digest(
  session: LibvirtSession,
  volume: VolumeHandle,
  path: string,
  algorithm: Algorithm,
  work: Work,
): Promise<string> {
  if (await canBeRoot(session.transport)) return digestOfFile(session.transport, path, algorithm, work);
  return session.using(async (client) => {
    const hash = createHash(algorithm);
    const stream = await client.download(volume, { deadline: requireTime(work), signal: work.signal });
    const signal = AbortSignal.any([AbortSignal.timeout(requireTime(work)), ...(work.signal ? [work.signal] : [])]);
    try {
      await pipeline(stream, hash, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      const code = work.signal?.aborted ? "aborted" : "timeout";
      throw new WindroseError(code, `reading ${path} was not done in time`, { cause: error });
    }
    return hash.digest("hex");
  });
}
