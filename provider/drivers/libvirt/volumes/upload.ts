import type { Readable } from "node:stream";
import { WindroseError } from "../../../basics/errors";
import { percent, requireTime, type Work } from "../../../basics/work";
import type { VolumeDefinition, VolumeState } from "../../model";
import { type PoolAccess, poolHandle } from "../pools/pool-access";
import type { LibvirtSession } from "../session";
import { clearWorkingName, deleteVolume, mustDescribe, publish, refuseTaken, workingName } from "./publish";
import { volumeXml } from "./volume-xml";

/** Bytes up to which a raw file is written under its own name: whoever finds it after a cut must write it again. */
const smallFile = 2 ** 20;

/**
 * The file's bytes as they are: the volume is made as a raw one of the file's size, filled, and then looked at anew, so
 * that libvirt finds the format and the size that are written in it.
 */
export async function uploadVolume(
  session: LibvirtSession,
  access: PoolAccess,
  definition: VolumeDefinition,
  source: Readable,
  size: number,
  work: Work,
): Promise<VolumeState> {
  const { pool, name, format, owner, group, mode } = definition;
  // A small raw file is written under its own name: a hundred seeds would cost a hundred looks at the whole pool.
  const small = format === "raw" && size <= smallFile;
  const [path, working] = small ? ["", name] : await Promise.all([access.path(pool), workingName(session, name)]);
  if (!small) {
    await refuseTaken(session, pool, name);
    await clearWorkingName(session, access, pool, path, name);
  }
  const xml = volumeXml({ name: working, format: "raw", capacity: size, owner, group, mode });
  const { volume } = await access.shared(pool, () =>
    session.call("STORAGE_VOL_CREATE_XML", { pool: poolHandle(pool), xml }),
  );
  try {
    if (size > 0) {
      const progress = percent(work, "uploading", size);
      const signal = AbortSignal.any([AbortSignal.timeout(requireTime(work)), ...(work.signal ? [work.signal] : [])]);
      const written = await session
        .using((client) => client.upload(volume, source, { length: size, progress, signal }))
        .catch((error) => {
          if (!signal.aborted) throw error;
          throw new WindroseError(work.signal?.aborted ? "aborted" : "timeout", "the upload was not done in time");
        });
      if (written !== size) {
        throw new WindroseError("invalid-input", `the source ended after ${written} of ${size} bytes`, {
          hint: "Check that the file is whole, and that nothing writes to it.",
        });
      }
    }
    const state = small ? await mustDescribe(session, pool, name) : await publish(session, access, pool, path, name);
    return await finish(session, access, definition, state);
  } catch (error) {
    await deleteVolume(session, access, pool, working).catch(() => undefined);
    throw error;
  }
}

async function finish(
  session: LibvirtSession,
  access: PoolAccess,
  definition: VolumeDefinition,
  state: VolumeState,
): Promise<VolumeState> {
  const { pool, name, format } = definition;
  if (format === "qcow2" && state.format !== "qcow2") {
    await deleteVolume(session, access, pool, name);
    throw new WindroseError("invalid-input", `the file is ${state.format}, not ${format}`, {
      hint: "Correct `format`, or convert the file with qemu-img.",
    });
  }
  if (definition.capacity <= state.capacity) return state;
  const { volume } = await session.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool: poolHandle(pool), name });
  await access.shared(pool, () => session.call("STORAGE_VOL_RESIZE", { volume, capacity: definition.capacity }));
  return { ...state, capacity: definition.capacity };
}
