import { requireTime, type Work } from "../../../basics/work";
import type { VolumeDefinition, VolumeState } from "../../model";
import type { PoolAccess } from "../pools/pool-access";
import type { VolumeHandle } from "../rpc";
import type { LibvirtSession } from "../session";
import { clearWorkingName, deleteVolume, mustDescribe, publish, refuseTaken, workingName } from "./publish";
import { readVolume, volumeXml } from "./volume-xml";

/**
 * A full copy by the daemon: `qemu-img convert` for all but raw to raw, which leaves no backing file behind. It gets its
 * name when it is whole: a daemon that dies meanwhile leaves no half volume under it.
 */
export async function copyVolume(
  session: LibvirtSession,
  access: PoolAccess,
  definition: VolumeDefinition,
  source: VolumeHandle,
  work: Work,
): Promise<VolumeState> {
  const { pool, name } = definition;
  const [{ pool: handle }, path, { xml }, working] = await Promise.all([
    // by its true name: where that is not the source's, the daemon locks both pools, and one pool twice for good
    // (`storageVolCreateXMLFrom`, src/storage/storage_driver.c)
    session.call("STORAGE_POOL_LOOKUP_BY_UUID", { uuid: pool }),
    access.path(pool),
    session.call("STORAGE_VOL_GET_XML_DESC", { volume: source }),
    workingName(session, name),
  ]);
  const { capacity } = readVolume(pool, xml);
  await refuseTaken(session, pool, name);
  await clearWorkingName(session, access, pool, path, name);
  work.progress("copying");
  try {
    const { volume } = await session.call(
      "STORAGE_VOL_CREATE_XML_FROM",
      {
        pool: handle,
        xml: volumeXml({ ...definition, name: working, capacity }),
        from: source,
      },
      { deadline: requireTime(work), signal: work.signal },
    );
    if (definition.capacity > capacity) {
      await access.shared(pool, () => session.call("STORAGE_VOL_RESIZE", { volume, capacity: definition.capacity }));
    }
    return working === name
      ? await mustDescribe(session, pool, name)
      : await publish(session, access, pool, path, name);
  } catch (error) {
    if (working !== name) await deleteVolume(session, access, pool, working).catch(() => undefined);
    throw error;
  }
}
