import type { Readable } from "node:stream";
import { WindroseError } from "../../provider/basics/errors";
import type { FetchRequest, PoolSection, VolumeSection } from "../../provider/drivers/hypervisor";
import type {
  PoolDefinition,
  PoolState,
  VolumeDefinition,
  VolumeNote,
  VolumeRef,
  VolumeState,
} from "../../provider/drivers/model";

const idOf = ({ pool, name }: VolumeRef) => `${pool}/${name}`;

function absent(what: string): WindroseError {
  return new WindroseError("not-found", `there is no ${what}`);
}

export class WindsVolumes implements VolumeSection {
  readonly all = new Map<string, VolumeState>();
  private readonly contents = new Map<string, Buffer>();
  private readonly notes = new Set<string>();

  async find(pool: string, name: string) {
    return this.all.get(`${pool}/${name}`);
  }

  async findByPath(path: string) {
    return [...this.all.values()].find((volume) => volume.path === path);
  }

  /** Not a path of files: nothing above the driver may take it apart. */
  async pathOf(volume: VolumeRef) {
    return `winds:${idOf(volume)}`;
  }

  async create({ pool, name, format, capacity }: VolumeDefinition): Promise<VolumeState> {
    const path = await this.pathOf({ pool, name });
    const state: VolumeState = { pool, name, path, key: path, format, capacity, allocation: 0 };
    this.all.set(idOf(state), state);
    return state;
  }

  async clone(definition: VolumeDefinition): Promise<VolumeState> {
    throw new WindroseError("unsupported", `the volume ${definition.name} can't be a linked clone`);
  }

  async copy(definition: VolumeDefinition, from: VolumeRef): Promise<VolumeState> {
    const source = this.all.get(idOf(from));
    if (!source) throw absent(`volume ${from.name}`);
    return this.create({ ...definition, capacity: Math.max(definition.capacity, source.capacity) });
  }

  async grow(pool: string, name: string, capacity: number): Promise<void> {
    const volume = this.all.get(`${pool}/${name}`);
    if (!volume) throw absent(`volume ${name}`);
    volume.capacity = capacity;
  }

  async setPermissions(): Promise<void> {
    throw new WindroseError("unsupported", "volumes are no files");
  }

  async upload(definition: VolumeDefinition, source: Readable): Promise<VolumeState> {
    const chunks: Buffer[] = [];
    for await (const chunk of source) chunks.push(chunk as Buffer);
    this.contents.set(idOf(definition), Buffer.concat(chunks));
    return this.create(definition);
  }

  async fetch({ url }: FetchRequest): Promise<VolumeState> {
    throw new WindroseError("download-failed", `${url} can't be reached`);
  }

  async forget(): Promise<void> {}

  async fetchText(url: string): Promise<string> {
    throw new WindroseError("download-failed", `${url} can't be reached`);
  }

  async content(pool: string, name: string, limit: number) {
    return (this.contents.get(`${pool}/${name}`) ?? Buffer.alloc(0)).subarray(0, limit);
  }

  async checksum(_pool: string, name: string): Promise<string> {
    throw absent(`checksum of ${name}`);
  }

  async users(): Promise<string[]> {
    return [];
  }

  async dependents(): Promise<VolumeState[]> {
    return [];
  }

  async note(volume: VolumeRef, note: VolumeNote) {
    this.notes.add(`${idOf(volume)} ${note}`);
  }

  async noted(volume: VolumeRef, note: VolumeNote) {
    return this.notes.has(`${idOf(volume)} ${note}`);
  }

  async unnote(volume: VolumeRef, note: VolumeNote) {
    this.notes.delete(`${idOf(volume)} ${note}`);
  }

  async clearNotes(pool: string) {
    for (const note of this.notes) if (note.startsWith(`${pool}/`)) this.notes.delete(note);
  }

  async delete(pool: string, name: string) {
    this.all.delete(`${pool}/${name}`);
  }
}

export class WindsPools implements PoolSection {
  readonly all = new Map<string, PoolState>();

  constructor(private readonly held: WindsVolumes) {}

  async find(uuid: string) {
    return this.all.get(uuid);
  }

  async findByName(name: string) {
    return [...this.all.values()].find((pool) => pool.name === name);
  }

  async pathExists() {
    return false;
  }

  async define(definition: PoolDefinition) {
    const { uuid } = definition;
    this.all.set(uuid, { ...definition, active: true, autostart: false, capacity: 2 ** 40, available: 2 ** 40 });
  }

  async start(uuid: string) {
    this.need(uuid).active = true;
  }

  async setAutostart(uuid: string, autostart: boolean) {
    this.need(uuid).autostart = autostart;
  }

  async setPermissions(): Promise<void> {
    throw new WindroseError("unsupported", "pools are no directories");
  }

  async volumes(uuid: string) {
    return [...this.held.all.values()].filter((volume) => volume.pool === uuid);
  }

  async remove(uuid: string) {
    this.all.delete(uuid);
  }

  private need(uuid: string): PoolState {
    const pool = this.all.get(uuid);
    if (!pool) throw absent(`pool ${uuid}`);
    return pool;
  }
}
