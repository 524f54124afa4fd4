import { WindroseError } from "../../../basics/errors";
import { canBeRoot, commandFailed } from "../../../host-system/commands";
import { partialName, partialNames } from "../../../host-system/downloads/partial-names";
import type { VolumeState } from "../../model";
import { found } from "../errors";
import { type PoolAccess, poolHandle } from "../pools/pool-access";
import type { LibvirtSession } from "../session";
import { readVolume } from "./volume-xml";

/**
 * The name under which a volume is written until it is whole. libvirt can't rename a volume, so this takes root's
 * rights on the host; a user who has libvirt alone writes it under its own name, and has it deleted when that fails.
 */
export async function workingName(session: LibvirtSession, name: string): Promise<string> {
  return (await canBeRoot(session.transport)) ? partialName(name) : name;
}

/** Fails with `already-exists` where the pool has a volume of that name. */
export async function refuseTaken(session: LibvirtSession, pool: string, name: string): Promise<void> {
  const taken = await found(session.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool: poolHandle(pool), name }));
  if (taken) throw new WindroseError("already-exists", `there is a volume ${name} already`);
}

/** Deletes what an earlier, broken attempt left under the working name, and a download that the host did not finish. */
export async function clearWorkingName(
  session: LibvirtSession,
  access: PoolAccess,
  pool: string,
  path: string,
  name: string,
): Promise<void> {
  const working = await workingName(session, name);
  if (working === name) return;
  await deleteVolume(session, access, pool, working);
  const paths = partialNames(name).map((partial) => `${path}/${partial}`);
  await session.transport.exec(["rm", "-f", "--", ...paths], { root: true });
}

export async function deleteVolume(
  session: LibvirtSession,
  access: PoolAccess,
  pool: string,
  name: string,
): Promise<void> {
  const answer = await found(session.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool: poolHandle(pool), name }));
  if (answer) await access.shared(pool, () => found(session.call("STORAGE_VOL_DELETE", { volume: answer.volume })));
}

/** Moves the whole file to its name, never over another, and has libvirt look at it. */
export async function publish(
  session: LibvirtSession,
  access: PoolAccess,
  pool: string,
  path: string,
  name: string,
): Promise<VolumeState> {
  const working = await workingName(session, name);
  if (working !== name) {
    // a link fails where the name is taken; `mv -n` would keep silent about it
    const link = ["ln", "-T", "--", `${path}/${working}`, `${path}/${name}`];
    const linked = await session.transport.exec(link, { root: true });
    if (linked.code !== 0) throw commandFailed("ln", `giving the volume its name ${name}`, linked);
    await session.transport.exec(["rm", "-f", "--", `${path}/${working}`], { root: true });
  }
  await access.refresh(pool);
  return mustDescribe(session, pool, name);
}

export async function mustDescribe(session: LibvirtSession, pool: string, name: string): Promise<VolumeState> {
  const answer = await found(session.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool: poolHandle(pool), name }));
  if (!answer) throw new WindroseError("not-found", `the volume ${name} has vanished from its storage pool`);
  return readVolume(pool, (await session.call("STORAGE_VOL_GET_XML_DESC", answer)).xml);
}
