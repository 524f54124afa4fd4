import { WindroseError } from "../../../basics/errors";
import { asRootIfPossible } from "../../../host-system/commands";
import { isPartial } from "../../../host-system/downloads/partial-names";
import type { PoolSection } from "../../hypervisor";
import type { PoolDefinition, PoolState, VolumeState } from "../../model";
import { attempt, found } from "../errors";
import { ErrorNumber, isLibvirtError, type PoolHandle, PoolState as State } from "../rpc";
import type { LibvirtSession } from "../session";
import { listVolumes } from "../volumes/list";
import { withNotes } from "../volumes/notes";
import { PoolAccess, poolHandle } from "./pool-access";
import { plainPath, poolXml, readPool } from "./pool-xml";

const noEntry = 2;
const notEmpty = 39;

function isSystemError(error: unknown, ...errnos: number[]): boolean {
  return isLibvirtError(error, ErrorNumber.SYSTEM_ERROR) && errnos.includes(error.int1);
}

/** Directory pools. Their XML: https://libvirt.org/formatstorage.html. */
export class LibvirtPools implements PoolSection {
  private readonly access: PoolAccess;

  constructor(private readonly session: LibvirtSession) {
    this.access = new PoolAccess(session);
  }

  find(uuid: string): Promise<PoolState | undefined> {
    return attempt(`reading the storage pool ${uuid}`, () => found(this.state(poolHandle(uuid))));
  }

  findByName(name: string): Promise<PoolState | undefined> {
    return attempt(`reading the storage pool ${name}`, () =>
      found(this.session.call("STORAGE_POOL_LOOKUP_BY_NAME", { name }).then(({ pool }) => this.state(pool))),
    );
  }

  private async state(pool: PoolHandle): Promise<PoolState> {
    const [description, info, automatic] = await Promise.all([
      this.session.call("STORAGE_POOL_GET_XML_DESC", { pool }),
      this.session.call("STORAGE_POOL_GET_INFO", { pool }),
      this.session.call("STORAGE_POOL_GET_AUTOSTART", { pool }),
    ]);
    return {
      ...readPool(description.xml),
      active: info.state !== State.inactive,
      autostart: automatic.autostart,
      capacity: Number(info.capacity),
      available: Number(info.available),
    };
  }

  async pathExists(path: string): Promise<boolean> {
    const { code } = await asRootIfPossible(this.session.transport, ["test", "-e", path]);
    return code === 0;
  }

  /**
   * Finishes what an earlier call left half-made. A directory that is there already keeps its owner and mode, unless
   * the definition names them.
   */
  define(definition: PoolDefinition): Promise<void> {
    const { uuid, name } = definition;
    const path = plainPath(definition.path);
    return attempt(`making the storage pool ${name}`, () =>
      this.access.exclusive(uuid, async () => {
        const present = await found(this.session.call("STORAGE_POOL_GET_XML_DESC", { pool: poolHandle(uuid) }));
        if (present) {
          const other = readPool(present.xml);
          if (other.name !== name || plainPath(other.path) !== path) {
            throw new WindroseError(
              "already-exists",
              `a storage pool of the UUID ${uuid} is there: ${other.name} in ${other.path}, not ${name} in ${path}`,
            );
          }
        } else {
          await this.refuseOthers(name, path);
          await this.session.call("STORAGE_POOL_DEFINE_XML", { xml: poolXml(definition) });
        }
        await this.buildAndStart(uuid, definition);
      }),
    );
  }

  private async refuseOthers(name: string, path: string): Promise<void> {
    const [byName, byPath] = await Promise.all([
      found(this.session.call("STORAGE_POOL_LOOKUP_BY_NAME", { name })),
      found(this.session.call("STORAGE_POOL_LOOKUP_BY_TARGET_PATH", { path })),
    ]);
    if (byName) {
      throw new WindroseError("already-exists", `there is a storage pool ${name} already (UUID ${byName.pool.uuid})`);
    }
    if (byPath) {
      const hint = "Choose another `path`, or use that storage pool.";
      const why = `the directory ${path} belongs to the storage pool ${byPath.pool.name} (UUID ${byPath.pool.uuid})`;
      throw new WindroseError("already-exists", why, { hint });
    }
  }

  start(uuid: string): Promise<void> {
    return attempt(`starting the storage pool ${uuid}`, () => this.access.start(uuid));
  }

  private async buildAndStart(uuid: string, definition: PoolDefinition): Promise<void> {
    const pool = poolHandle(uuid);
    if ((await this.session.call("STORAGE_POOL_IS_ACTIVE", { pool })).active) return;
    const { mode, owner, group } = definition;
    const asked = mode !== undefined || owner !== undefined || group !== undefined;
    if (asked) await this.session.call("STORAGE_POOL_BUILD", { pool });
    try {
      await this.session.call("STORAGE_POOL_CREATE", { pool });
    } catch (error) {
      if (asked || !isSystemError(error, noEntry)) throw error;
      await this.session.call("STORAGE_POOL_BUILD", { pool });
      await this.session.call("STORAGE_POOL_CREATE", { pool });
    }
  }

  setAutostart(uuid: string, autostart: boolean): Promise<void> {
    return attempt(`setting autostart of the storage pool ${uuid}`, async () => {
      const pool = poolHandle(uuid);
      const { autostart: now } = await this.session.call("STORAGE_POOL_GET_AUTOSTART", { pool });
      if (now !== autostart) await this.session.call("STORAGE_POOL_SET_AUTOSTART", { pool, autostart });
    });
  }

  /**
   * libvirt sets them when it builds a pool, which must be stopped for it. That takes milliseconds, and disturbs no
   * machine: those have their disks open.
   */
  setPermissions(definition: PoolDefinition): Promise<void> {
    return attempt(`setting the permissions of the storage pool ${definition.name}`, () =>
      this.access.exclusive(definition.uuid, async () => {
        const pool = poolHandle(definition.uuid);
        const { active } = await this.session.call("STORAGE_POOL_IS_ACTIVE", { pool });
        await this.session.call("STORAGE_POOL_DEFINE_XML", { xml: poolXml(definition) });
        if (active) await this.session.call("STORAGE_POOL_DESTROY", { pool });
        try {
          await this.session.call("STORAGE_POOL_BUILD", { pool });
        } finally {
          if (active) await this.session.call("STORAGE_POOL_CREATE", { pool });
        }
      }),
    );
  }

  /** As they are now on the disk; a stopped pool is started for it. */
  volumes(uuid: string): Promise<VolumeState[]> {
    return attempt(`listing the volumes of the storage pool ${uuid}`, async () => {
      await this.access.start(uuid);
      await this.access.refresh(uuid);
      return withNotes(await listVolumes(this.session, uuid));
    });
  }

  remove(uuid: string, removeDirectory: boolean): Promise<void> {
    return attempt(`removing the storage pool ${uuid}`, async () => {
      await found(this.access.exclusive(uuid, () => this.removeNow(poolHandle(uuid), removeDirectory)));
    });
  }

  private async removeNow(pool: PoolHandle, removeDirectory: boolean): Promise<void> {
    const { active } = await this.session.call("STORAGE_POOL_IS_ACTIVE", { pool });
    if (active && removeDirectory) await this.removePartials(pool);
    if (active) await this.session.call("STORAGE_POOL_DESTROY", { pool });
    if (removeDirectory) {
      try {
        await this.session.call("STORAGE_POOL_DELETE", { pool, flags: 0 });
      } catch (error) {
        if (!isSystemError(error, notEmpty, noEntry)) throw error;
      }
    }
    await this.session.call("STORAGE_POOL_UNDEFINE", { pool });
  }

  /** What broken downloads left behind would keep the directory from being empty. */
  private async removePartials(pool: PoolHandle): Promise<void> {
    await this.session.call("STORAGE_POOL_REFRESH", { pool });
    const { volumes } = await this.session.call("STORAGE_POOL_LIST_ALL_VOLUMES", { pool });
    for (const volume of volumes.filter(({ name }) => isPartial(name))) {
      await this.session.call("STORAGE_VOL_DELETE", { volume });
    }
  }
}
