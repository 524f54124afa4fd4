import type { Work } from "../../../basics/work";
import { fetchFile } from "../../../host-system/downloads/fetch";
import type { FetchRequest } from "../../hypervisor";
import type { VolumeState } from "../../model";
import type { PoolAccess } from "../pools/pool-access";
import type { LibvirtSession } from "../session";
import { mustDescribe, refuseTaken } from "./publish";

/** The host downloads a URL, or copies a file of its own, into a pool's directory, and libvirt looks at what came. */
export async function fetchVolume(
  session: LibvirtSession,
  access: PoolAccess,
  request: FetchRequest,
  work: Work,
): Promise<VolumeState> {
  const { pool, name } = request;
  const [directory] = await Promise.all([access.path(pool), refuseTaken(session, pool, name)]);
  await fetchFile(session.transport, { ...request, directory }, work);
  await access.refresh(pool);
  return mustDescribe(session, pool, name);
}
