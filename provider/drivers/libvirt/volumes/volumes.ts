import type { Readable } from "node:stream";
import { WindroseError } from "../../../basics/errors";
import type { Work } from "../../../basics/work";
import { canBeRoot, run } from "../../../host-system/commands";
import type { FetchOwner } from "../../../host-system/downloads/owner";
import { sweepAll } from "../../../host-system/downloads/sweep";
import { fetchText } from "../../../host-system/downloads/text";
import type { FetchRequest, VolumeSection } from "../../hypervisor";
import type { VolumeDefinition, VolumeNote, VolumeRef, VolumeState } from "../../model";
import { attempt, found, isAbsent } from "../errors";
import { PoolAccess, poolHandle } from "../pools/pool-access";
import { octal, type Permissions } from "../pools/pool-xml";
import { BlockResize, ErrorNumber, isLibvirtError, VolumeCreate, type VolumeHandle } from "../rpc";
import type { LibvirtSession } from "../session";
import { checksumOf } from "./checksum";
import { copyVolume } from "./copy";
import { fetchVolume } from "./fetch";
import { listVolumes } from "./list";
import { isNote, nameOfNote, noteSize } from "./notes";
import { uploadVolume } from "./upload";
import { findUses } from "./users";
import { checkName } from "./volume-name";
import { type Backing, readVolume, volumeXml } from "./volume-xml";

/** Volumes of directory pools, by the pool's UUID and their name. Their XML: https://libvirt.org/formatstorage.html. */
export class LibvirtVolumes implements VolumeSection {
  private readonly access: PoolAccess;

  constructor(private readonly session: LibvirtSession) {
    this.access = new PoolAccess(session);
  }

  find(pool: string, name: string): Promise<VolumeState | undefined> {
    return attempt(`reading the volume ${name}`, async () => {
      const state = await this.lookUp(pool, name);
      if (state || !(await this.access.refreshForLookup(pool).catch(absentPool))) return state;
      return this.lookUp(pool, name);
    });
  }

  /** One that libvirt still lists though its file is gone is looked for again after a refresh. */
  private async lookUp(pool: string, name: string): Promise<VolumeState | undefined> {
    const volume = await this.handle(pool, name);
    if (!volume) return undefined;
    try {
      return await this.describe(pool, volume);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      if (!isLibvirtError(error, ErrorNumber.SYSTEM_ERROR, ErrorNumber.INTERNAL_ERROR, ErrorNumber.OPEN_FAILED)) {
        throw error;
      }
      await this.access.refresh(pool);
      const again = await this.handle(pool, name);
      return again && this.describe(pool, again);
    }
  }

  /** A stopped pool is started: libvirt knows nothing of its volumes, so it can't tell absent ones from others. */
  private async handle(pool: string, name: string): Promise<VolumeHandle | undefined> {
    const args = { pool: poolHandle(pool), name };
    try {
      return (await found(this.session.call("STORAGE_VOL_LOOKUP_BY_NAME", args)))?.volume;
    } catch (error) {
      if (!isLibvirtError(error, ErrorNumber.OPERATION_INVALID)) throw error;
      await this.access.start(pool);
      return (await found(this.session.call("STORAGE_VOL_LOOKUP_BY_NAME", args)))?.volume;
    }
  }

  content(pool: string, name: string, limit: number): Promise<Buffer> {
    return attempt(`reading the volume ${name}`, async () => {
      const volume = await this.mustHandle(pool, name);
      return this.session.using(async (client) => {
        const chunks: Buffer[] = [];
        for await (const chunk of await client.download(volume, { length: limit })) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).subarray(0, limit);
      });
    });
  }

  private async mustHandle(pool: string, name: string): Promise<VolumeHandle> {
    let volume = await this.handle(pool, name);
    if (!volume && (await this.access.refreshForLookup(pool))) volume = await this.handle(pool, name);
    if (!volume) throw new WindroseError("not-found", `there is no volume ${name} in the storage pool ${pool}`);
    return volume;
  }

  private async describe(pool: string, volume: VolumeHandle): Promise<VolumeState> {
    return readVolume(pool, (await this.session.call("STORAGE_VOL_GET_XML_DESC", { volume })).xml);
  }

  findByPath(path: string): Promise<VolumeState | undefined> {
    return attempt(`reading the volume ${path}`, async () => {
      const ask = () => found(this.session.call("STORAGE_VOL_LOOKUP_BY_PATH", { path }));
      const answer = (await ask()) ?? ((await this.refreshedPoolOf(path)) ? await ask() : undefined);
      if (!answer) return undefined;
      const pool = await found(this.session.call("STORAGE_POOL_LOOKUP_BY_NAME", { name: answer.volume.pool }));
      return pool && this.lookUp(pool.pool.uuid, answer.volume.name);
    });
  }

  /** libvirt does not know of a file that was put into a pool's directory since it last looked. */
  private async refreshedPoolOf(path: string): Promise<boolean> {
    const directory = path.slice(0, path.lastIndexOf("/"));
    if (directory === "") return false;
    const answer = await found(this.session.call("STORAGE_POOL_LOOKUP_BY_TARGET_PATH", { path: directory }));
    return answer !== undefined && this.access.refreshForLookup(answer.pool.uuid, 0);
  }

  async pathOf({ pool, name }: VolumeRef): Promise<string> {
    const directory = await attempt(`looking for the volume ${name}`, () => found(this.access.path(pool)));
    if (directory === undefined) throw new WindroseError("not-found", `the pool ${pool} is not on the host`);
    return `${directory}/${name}`;
  }

  create(definition: VolumeDefinition): Promise<VolumeState> {
    return this.make(definition);
  }

  async clone(definition: VolumeDefinition, from: VolumeRef): Promise<VolumeState> {
    const source = await this.find(from.pool, from.name);
    if (!source)
      throw new WindroseError("not-found", `there is no volume ${from.name} in the storage pool ${from.pool}`);
    return this.make(definition, { path: source.path, format: source.format === "qcow2" ? "qcow2" : "raw" });
  }

  private make(definition: VolumeDefinition, backing?: Backing): Promise<VolumeState> {
    const { pool, preallocation, format } = definition;
    return attempt(`making the volume ${definition.name}`, async () => {
      checkName(definition.name);
      if (preallocation === "full") await this.checkSpace(pool, definition.capacity);
      const preallocated = format === "qcow2" && preallocation !== undefined && preallocation !== "off";
      return this.access.shared(pool, async () => {
        const { volume } = await this.session.call("STORAGE_VOL_CREATE_XML", {
          pool: poolHandle(pool),
          xml: volumeXml(definition, backing),
          flags: preallocated ? VolumeCreate.preallocateMetadata : 0,
        });
        return this.describe(pool, volume);
      });
    });
  }

  /** What qemu-img says when the disk is full comes as text; so the space is looked at before. */
  private async checkSpace(pool: string, bytes: number): Promise<void> {
    await this.access.refresh(pool);
    const { available } = await this.session.call("STORAGE_POOL_GET_INFO", { pool: poolHandle(pool) });
    if (Number(available) < bytes) {
      throw new WindroseError("no-space", `${bytes} bytes are to be allocated, and ${available} are free in the pool`);
    }
  }

  copy(definition: VolumeDefinition, from: VolumeRef, work: Work): Promise<VolumeState> {
    return attempt(`copying the volume ${from.name} to ${definition.name}`, async () => {
      checkName(definition.name);
      const source = await this.mustHandle(from.pool, from.name);
      return copyVolume(this.session, this.access, definition, source, work);
    });
  }

  grow(pool: string, name: string, capacity: number): Promise<void> {
    return attempt(`growing the volume ${name}`, async () => {
      const volume = await this.mustHandle(pool, name);
      const state = await this.describe(pool, volume);
      if (capacity === state.capacity) return;
      if (capacity < state.capacity) {
        throw new WindroseError(
          "invalid-input",
          `the volume ${name} has ${state.capacity} bytes and can't shrink to ${capacity}`,
          { hint: "Make a new, smaller volume and copy the data." },
        );
      }
      const running = (await findUses(this.session, state.path)).filter((use) => use.running);
      const holder = running.find((use) => use.top);
      if (holder) {
        const flags = BlockResize.bytes;
        const { domain } = holder;
        await this.session.call("DOMAIN_BLOCK_RESIZE", { domain, disk: state.path, size: capacity, flags });
      } else if (running[0]) {
        const other = running[0].domain.name;
        throw new WindroseError(
          "in-use",
          `the running machine ${other} has a disk that is based on the volume ${name}`,
        );
      } else {
        await this.access.shared(pool, () => this.session.call("STORAGE_VOL_RESIZE", { volume, capacity }));
      }
    });
  }

  setPermissions(pool: string, name: string, permissions: Permissions): Promise<void> {
    const what = `setting the permissions of the volume ${name}`;
    return attempt(what, async () => {
      const { transport } = this.session;
      const { path } = await this.describe(pool, await this.mustHandle(pool, name));
      const { owner, group, mode } = permissions;
      if (owner !== undefined || group !== undefined) {
        await run(transport, ["chown", "--", `${owner ?? ""}${group === undefined ? "" : `:${group}`}`, path], what, {
          root: true,
        });
      }
      if (mode !== undefined) await run(transport, ["chmod", "--", octal(mode), path], what, { root: true });
    });
  }

  upload(definition: VolumeDefinition, source: Readable, size: number, work: Work): Promise<VolumeState> {
    return attempt(`uploading the volume ${definition.name}`, async () => {
      try {
        checkName(definition.name);
        return await uploadVolume(this.session, this.access, definition, source, size, work);
      } finally {
        source.destroy();
      }
    });
  }

  fetch(request: FetchRequest, work: Work): Promise<VolumeState> {
    const { pool, name } = request;
    return attempt(`fetching the volume ${name}`, () => {
      checkName(name);
      return this.session.queue(`fetch:${pool}/${name}`, () => fetchVolume(this.session, this.access, request, work));
    });
  }

  forget(pool: string, owner: Pick<FetchOwner, "lineage"> & Partial<FetchOwner>): Promise<void> {
    return attempt("deleting unfinished downloads", async () => {
      const { transport } = this.session;
      const path = await found(this.access.path(pool));
      if (path !== undefined && (await canBeRoot(transport))) await sweepAll(transport, path, owner);
    });
  }

  fetchText(url: string, work: Work): Promise<string> {
    return attempt("fetching a text", () => fetchText(this.session.transport, url, work));
  }

  checksum(pool: string, name: string, algorithm: "sha256" | "sha512", work: Work): Promise<string> {
    return attempt(`reading the checksum of the volume ${name}`, async () => {
      const volume = await this.mustHandle(pool, name);
      const { path } = await this.describe(pool, volume);
      return checksumOf(this.session, volume, path, algorithm, work);
    });
  }

  users(volume: VolumeRef): Promise<string[]> {
    return attempt(`looking for the users of ${volume.name}`, async () => {
      const uses = await findUses(this.session, await this.pathOf(volume));
      return [...new Set(uses.map(({ domain }) => domain.uuid))];
    });
  }

  dependents(volume: VolumeRef): Promise<VolumeState[]> {
    return attempt(`looking for the volumes that are based on ${volume.name}`, async () => {
      const path = await this.pathOf(volume);
      const volumes = await listVolumes(this.session, volume.pool);
      return volumes.filter(({ backingPath }) => backingPath === path);
    });
  }

  async note(volume: VolumeRef, note: VolumeNote): Promise<void> {
    if (await this.noted(volume, note)) return;
    const name = nameOfNote(volume.name, note);
    await this.create({ pool: volume.pool, name, format: "raw", capacity: noteSize });
  }

  async noted({ pool, name }: VolumeRef, note: VolumeNote): Promise<boolean> {
    return (await this.find(pool, nameOfNote(name, note))) !== undefined;
  }

  async unnote(volume: VolumeRef, note: VolumeNote): Promise<void> {
    if (await this.noted(volume, note)) await this.delete(volume.pool, nameOfNote(volume.name, note));
  }

  clearNotes(pool: string): Promise<void> {
    return attempt("deleting notes of volumes", async () => {
      await this.access.refresh(pool);
      const { volumes } = await this.session.call("STORAGE_POOL_LIST_ALL_VOLUMES", { pool: poolHandle(pool) });
      for (const { name } of volumes) if (isNote(name)) await this.delete(pool, name);
    });
  }

  delete(pool: string, name: string): Promise<void> {
    return attempt(`deleting the volume ${name}`, async () => {
      let volume = await this.handle(pool, name);
      if (!volume && (await this.access.refreshForLookup(pool).catch(absentPool)))
        volume = await this.handle(pool, name);
      if (!volume) return;
      const known = volume;
      try {
        await found(this.access.shared(pool, () => this.session.call("STORAGE_VOL_DELETE", { volume: known })));
      } catch (error) {
        if (isLibvirtError(error, ErrorNumber.OPERATION_INVALID)) {
          throw new WindroseError("in-use", `the volume ${name} is being written or read by libvirt`, { cause: error });
        }
        if (!isLibvirtError(error, ErrorNumber.SYSTEM_ERROR) || error.int1 !== 2) throw error;
        // the file is gone already
        await this.access.refresh(pool);
      }
    });
  }
}

/** Without its pool a volume is not there either. */
function absentPool(error: unknown): boolean {
  if (isAbsent(error)) return false;
  throw error;
}
