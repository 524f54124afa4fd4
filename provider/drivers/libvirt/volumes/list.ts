import { isPartial } from "../../../host-system/downloads/partial-names";
import type { VolumeState } from "../../model";
import { found } from "../errors";
import { poolHandle } from "../pools/pool-access";
import { ErrorNumber, isLibvirtError, type VolumeHandle } from "../rpc";
import type { LibvirtSession } from "../session";
import { readVolume } from "./volume-xml";

/** All whole volumes of a running pool, as libvirt last saw them. One that goes away meanwhile is left out. */
export async function listVolumes(session: LibvirtSession, pool: string): Promise<VolumeState[]> {
  const { volumes } = await session.call("STORAGE_POOL_LIST_ALL_VOLUMES", { pool: poolHandle(pool) });
  const states = await Promise.all(
    volumes.filter(({ name }) => !isPartial(name)).map((volume) => describeListed(session, pool, volume)),
  );
  return states.filter((state) => state !== undefined);
}

async function describeListed(
  session: LibvirtSession,
  pool: string,
  volume: VolumeHandle,
): Promise<VolumeState | undefined> {
  try {
    const answer = await found(session.call("STORAGE_VOL_GET_XML_DESC", { volume }));
    return answer && readVolume(pool, answer.xml);
  } catch (error) {
    // its file is gone or unreadable, or it is still being made
    if (isLibvirtError(error, ErrorNumber.SYSTEM_ERROR, ErrorNumber.OPERATION_INVALID)) return undefined;
    throw error;
  }
}
