import { WindroseError } from "../../../basics/errors";
import { pause } from "../../../basics/wait";
import { ErrorNumber, isLibvirtError, type PoolHandle } from "../rpc";
import type { LibvirtSession } from "../session";
import { SharedLock } from "./lock";
import { readPool } from "./pool-xml";

/**
 * A pool's handle without asking for it: the daemon finds a pool by the UUID alone (`virStoragePoolObjFromStoragePool`,
 * src/storage/storage_driver.c); the name is for its messages. Not for STORAGE_VOL_CREATE_XML_FROM.
 */
export function poolHandle(uuid: string): PoolHandle {
  return { name: uuid, uuid };
}

interface Access {
  lock: SharedLock;
  refreshed: number;
  refreshing: Promise<void> | undefined;
}

const sessions = new WeakMap<LibvirtSession, Map<string, Access>>();

/** What pools and volumes of one session share of a pool: who may work on it, and when it was last refreshed. */
export class PoolAccess {
  private readonly access: Map<string, Access>;

  constructor(private readonly session: LibvirtSession) {
    this.access = sessions.get(session) ?? new Map();
    sessions.set(session, this.access);
  }

  private of(uuid: string): Access {
    let access = this.access.get(uuid);
    if (!access) {
      access = { lock: new SharedLock(), refreshed: 0, refreshing: undefined };
      this.access.set(uuid, access);
    }
    return access;
  }

  /** Work that others may do in the same pool at the same time: making, growing, deleting one volume. */
  shared<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    return this.of(uuid).lock.shared(work);
  }

  /** Work that libvirt does only while nothing else goes on in the pool. */
  exclusive<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    return this.of(uuid).lock.exclusive(work);
  }

  /** Has libvirt look at the pool's directory again. Callers that come while one waits for its turn share it. */
  refresh(uuid: string): Promise<void> {
    const access = this.of(uuid);
    access.refreshing ??= access.lock.exclusive(async () => {
      // from here on a newcomer might have written a file that this refresh no longer sees
      access.refreshing = undefined;
      await this.refreshNow(uuid);
      access.refreshed = Date.now();
    });
    return access.refreshing;
  }

  /**
   * A refresh for a look-up that found nothing, unless there was one in the last seconds: a hundred volumes that are
   * about to be made cost one refresh, not a hundred. A pool that is busy or stopped is left as it is.
   */
  async refreshForLookup(uuid: string, age = 10_000): Promise<boolean> {
    if (Date.now() - this.of(uuid).refreshed < age) return false;
    try {
      await this.refresh(uuid);
      return true;
    } catch (error) {
      if (isLibvirtError(error, ErrorNumber.OPERATION_INVALID, ErrorNumber.INTERNAL_ERROR)) return false;
      throw error;
    }
  }

  /** `INTERNAL_ERROR` is what libvirt answers while a volume is being made there, by us or by others. */
  private async refreshNow(uuid: string): Promise<void> {
    const end = Date.now() + 30_000;
    for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
      try {
        await this.session.call("STORAGE_POOL_REFRESH", { pool: poolHandle(uuid) });
        return;
      } catch (error) {
        if (!isLibvirtError(error, ErrorNumber.INTERNAL_ERROR) || Date.now() + wait > end) throw error;
        await pause(wait);
      }
    }
  }

  async start(uuid: string): Promise<void> {
    await this.exclusive(uuid, async () => {
      const pool = poolHandle(uuid);
      const { active } = await this.session.call("STORAGE_POOL_IS_ACTIVE", { pool });
      if (!active) await this.session.call("STORAGE_POOL_CREATE", { pool });
    });
  }

  /** Path of the pool's directory. */
  async path(uuid: string): Promise<string> {
    const { xml } = await this.session.call("STORAGE_POOL_GET_XML_DESC", { pool: poolHandle(uuid) });
    const { path } = readPool(xml);
    if (!path.startsWith("/")) throw new WindroseError("unsupported", "The storage pool has no directory on the host");
    return path;
  }
}
