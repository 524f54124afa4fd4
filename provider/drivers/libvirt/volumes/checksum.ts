import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { WindroseError } from "../../../basics/errors";
import { requireTime, type Work } from "../../../basics/work";
import { canBeRoot } from "../../../host-system/commands";
import { type Algorithm, digestOfFile } from "../../../host-system/downloads/file-digest";
import type { VolumeHandle } from "../rpc";
import type { LibvirtSession } from "../session";

/** On the host where root's rights can be had; else the content is streamed here through libvirt. */
export async function checksumOf(
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
