import { createHash } from "node:crypto";
import { WindroseError } from "../../provider/basics/errors";
import type { Inputs } from "../../provider/basics/record";
import type { Hypervisor } from "../../provider/drivers/hypervisor";
import { features } from "../../provider/drivers/libvirt/features";
import type {
  HypervisorFacts,
  MachineState,
  Mark,
  NetworkState,
  PoolState,
  SnapshotDefinition,
  SnapshotState,
  VolumeNote,
  VolumeRef,
  VolumeState,
} from "../../provider/drivers/model";
import type { SystemFacts } from "../../provider/host-system/facts";
import {
  type ActualPreparation,
  isWanted,
  nothingWanted,
  type WantedPreparation,
} from "../../provider/host-system/preparation/model";
import type { ApplyRequest, ReleaseRequest } from "../../provider/host-system/preparation/preparation";
import { type CheckAnswer, check } from "../../provider/lifecycle/check";
import type { Context } from "../../provider/lifecycle/context";
import type { Definition, Identity } from "../../provider/lifecycle/definition";
import { diff } from "../../provider/lifecycle/diff";
import { apply, HalfMade } from "../../provider/lifecycle/lifecycle";
import type { Kind } from "../../provider/lifecycle/schema";

const volumeNotes: readonly VolumeNote[] = ["condemned", "unfinished"];

/** A host in memory, as far as resources see it. What is called is in `calls`; `fail` makes one call fail. */
export class FakeHost {
  readonly calls: string[] = [];
  readonly pools = new Map<string, PoolState>();
  readonly volumes = new Map<string, VolumeState>();
  readonly contents = new Map<string, Buffer>();
  readonly networks = new Map<string, NetworkState>();
  readonly machines = new Map<
    string,
    { state: MachineState; mark?: Mark; paths: string[]; networks: string[]; macs: string[] }
  >();
  readonly snapshots = new Map<string, SnapshotState>();
  /** `<pool>/<volume> condemned` */
  readonly notes = new Set<string>();
  /** What URLs answer with. */
  readonly web = new Map<string, Buffer>();
  readonly paths = new Set<string>();
  readonly failing = new Map<string, Error>();
  system: SystemFacts = {
    machineId: "0123456789abcdef0123456789abcdef",
    hostname: "anemoi",
    os: "debian 12",
    distributions: ["debian"],
    arch: "x86_64",
    cpus: 8,
    memory: 16 * 2 ** 30,
  };
  facts: HypervisorFacts = {
    hypervisor: "QEMU",
    version: "7.2.22",
    libraryVersion: "9.0.0",
    virtualization: "kvm",
  };

  fail(call: string, code: ConstructorParameters<typeof WindroseError>[0] = "hypervisor-refused"): void {
    this.failing.set(call, new WindroseError(code, `${call} was made to fail`));
  }

  get hypervisor(): Hypervisor {
    const sections = {
      system: this.systemSection,
      host: this.host,
      pools: this.poolSection,
      volumes: this.volumeSection,
    } as object;
    const all = {
      ...sections,
      networks: this.networkSection,
      machines: this.machineSection,
      snapshots: this.snapshotSection,
    };
    return { driver: "libvirt", features, ...this.watched(all as Record<string, object>) } as unknown as Hypervisor;
  }

  private watched(sections: Record<string, object>): Record<string, object> {
    return Object.fromEntries(
      Object.entries(sections).map(([section, methods]) => [
        section,
        new Proxy(methods, {
          get: (target, name) => {
            const method = (target as Record<string, (...args: unknown[]) => unknown>)[String(name)];
            if (typeof method === "object")
              return this.watched({ [`${section}.${String(name)}`]: method })[`${section}.${String(name)}`];
            return async (...args: unknown[]) => {
              const call = `${section}.${String(name)}`;
              this.calls.push(call);
              const error = this.failing.get(call);
              if (error) throw error;
              if (!method) throw new Error(`the fake host has no ${call}`);
              const answer = await method.apply(target, args);
              // A clone of a Buffer is one no more.
              return Buffer.isBuffer(answer) ? Buffer.from(answer) : structuredClone(answer);
            };
          },
        }),
      ]),
    );
  }

  /** Calls since the last time that change something. */
  changes(): string[] {
    const looks =
      /\.(find|findByName|findByPath|facts|users|dependents|pathOf|noted|unnote|wayTo|mark|owners|leases|list|volumes|pathExists|fetchText|freeSpace|checksum|content)$/;
    return this.calls.splice(0).filter((call) => !looks.test(call));
  }

  private readonly host = { facts: async () => this.facts };
  /** What the host was prepared with at last, and what stands of it where that is not all. */
  prepared: WantedPreparation = nothingWanted;
  standing: Partial<ActualPreparation> = {};
  readonly preparations: { wanted?: WantedPreparation; previous?: WantedPreparation; creating?: boolean }[] = [];

  private readonly preparation = {
    apply: async (request: ApplyRequest) => {
      this.preparations.push(request);
      this.prepared = request.wanted;
      this.hold(request, isWanted(request.wanted));
      return [];
    },
    release: async (request: ReleaseRequest) => {
      this.preparations.push(request);
      this.prepared = nothingWanted;
      this.hold(request, false);
      return ["something was left"];
    },
    read: async ({ packages, services, files, ...same }: WantedPreparation): Promise<ActualPreparation> => ({
      ...same,
      packages,
      missingPackages: [],
      services: services ?? {},
      files,
      ...this.standing,
    }),
  };

  private hold({ note }: Pick<ApplyRequest, "note">, holds: boolean): void {
    note?.(holds);
    this.system = { ...this.system, claimed: holds };
  }

  private readonly systemSection = {
    facts: async () => this.system,
    freeSpace: async () => 100 * 2 ** 30,
    neighbourAnswers: async () => false,
    preparation: this.preparation,
  };

  private readonly poolSection = {
    find: async (uuid: string) => this.pools.get(uuid),
    findByName: async (name: string) => [...this.pools.values()].find((pool) => pool.name === name),
    pathExists: async (path: string) => this.paths.has(path),
    define: async (definition: PoolState) => {
      this.pools.set(definition.uuid, {
        ...definition,
        active: true,
        autostart: false,
        capacity: 2 ** 40,
        available: 2 ** 40,
        mode: definition.mode ?? "0711",
        owner: definition.owner ?? 0,
        group: definition.group ?? 0,
      });
      this.paths.add(definition.path);
    },
    start: async (uuid: string) => Object.assign(this.pools.get(uuid)!, { active: true }),
    setAutostart: async (uuid: string, autostart: boolean) => Object.assign(this.pools.get(uuid)!, { autostart }),
    setPermissions: async ({ uuid, owner, group, mode }: PoolState) => {
      const given = Object.entries({ owner, group, mode }).filter(([, value]) => value !== undefined);
      Object.assign(this.pools.get(uuid)!, Object.fromEntries(given));
    },
    volumes: async (uuid: string) =>
      [...this.volumes.values()]
        .filter((volume) => volume.pool === uuid)
        .map((volume) => {
          const notes = volumeNotes.filter((note) => this.notes.has(`${uuid}/${volume.name} ${note}`));
          return notes.length > 0 ? { ...volume, notes } : volume;
        }),
    remove: async (uuid: string, removeDirectory: boolean) => {
      if (removeDirectory) this.paths.delete(this.pools.get(uuid)!.path);
      this.pools.delete(uuid);
    },
  };

  addVolume(state: Partial<VolumeState> & { pool: string; name: string }): VolumeState {
    const path = `${this.pools.get(state.pool)?.path ?? "/pool"}/${state.name}`;
    const whole = {
      path,
      key: path,
      format: "qcow2",
      capacity: 2 ** 30,
      allocation: 200_704,
      owner: 0,
      group: 0,
      mode: "0600",
      ...state,
    };
    this.volumes.set(`${state.pool}/${state.name}`, whole);
    return whole;
  }

  private readonly volumeSection = {
    find: async (pool: string, name: string) => this.volumes.get(`${pool}/${name}`),
    findByPath: async (path: string) => [...this.volumes.values()].find((volume) => volume.path === path),
    pathOf: async ({ pool, name }: VolumeRef) => `${this.pools.get(pool)?.path ?? "/pool"}/${name}`,
    clone: async (definition: VolumeState, from: VolumeRef) => {
      const backing = this.volumes.get(`${from.pool}/${from.name}`)!;
      return this.addVolume({ ...definition, backingPath: backing.path });
    },
    note: async ({ pool, name }: VolumeRef, note: VolumeNote) => {
      this.notes.add(`${pool}/${name} ${note}`);
    },
    noted: async ({ pool, name }: VolumeRef, note: VolumeNote) => this.notes.has(`${pool}/${name} ${note}`),
    unnote: async ({ pool, name }: VolumeRef, note: VolumeNote) => {
      this.notes.delete(`${pool}/${name} ${note}`);
    },
    clearNotes: async (pool: string) => {
      for (const note of this.notes) if (note.startsWith(`${pool}/`)) this.notes.delete(note);
    },
    create: async ({ preallocation, ...rest }: VolumeState & { preallocation?: string }) => {
      if (this.volumes.has(`${rest.pool}/${rest.name}`))
        throw new WindroseError("already-exists", `${rest.name} is there`);
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      return this.addVolume(given as typeof rest);
    },
    copy: async (definition: VolumeState) =>
      this.addVolume({
        pool: definition.pool,
        name: definition.name,
        capacity: definition.capacity,
        format: definition.format,
      }),
    grow: async (pool: string, name: string, capacity: number) =>
      Object.assign(this.volumes.get(`${pool}/${name}`)!, { capacity }),
    setPermissions: async (pool: string, name: string, permissions: object) => {
      const given = Object.entries(permissions).filter(([, value]) => value !== undefined);
      Object.assign(this.volumes.get(`${pool}/${name}`)!, Object.fromEntries(given));
    },
    content: async (pool: string, name: string, limit: number) =>
      (this.contents.get(`${pool}/${name}`) ?? Buffer.alloc(0)).subarray(0, limit),
    upload: async (definition: VolumeState, source: AsyncIterable<Buffer>) => {
      const chunks: Buffer[] = [];
      for await (const chunk of source) chunks.push(chunk);
      const { pool, name, format, mode } = definition;
      this.contents.set(`${pool}/${name}`, Buffer.concat(chunks));
      return this.addVolume({ pool, name, format, mode });
    },
    fetch: async (request: {
      pool: string;
      name: string;
      url: string;
      checksum?: { algorithm: string; digest: string };
    }) => {
      const content = this.web.get(request.url);
      if (!content) throw new WindroseError("download-failed", `${request.url}: not found`);
      const { checksum, pool, name } = request;
      if (checksum && createHash(checksum.algorithm).update(content).digest("hex") !== checksum.digest) {
        throw new WindroseError("checksum-mismatch", `${request.url} has another digest`);
      }
      this.contents.set(`${pool}/${name}`, content);
      return this.addVolume({
        pool,
        name,
        format: content.subarray(0, 4).toString("latin1") === "QFI\xfb" ? "qcow2" : "raw",
      });
    },
    forget: async () => {},
    fetchText: async (url: string) => {
      const content = this.web.get(url);
      if (!content) throw new WindroseError("download-failed", `${url}: not found`);
      return content.toString();
    },
    users: async ({ pool, name }: VolumeRef) => {
      const path = this.volumes.get(`${pool}/${name}`)?.path ?? "";
      const chain = (from: string | undefined): string[] =>
        from === undefined
          ? []
          : [from, ...chain([...this.volumes.values()].find((one) => one.path === from)?.backingPath)];
      return [...this.machines].flatMap(([uuid, machine]) =>
        machine.paths.some((one) => chain(one).includes(path)) ? [uuid] : [],
      );
    },
    dependents: async ({ pool, name }: VolumeRef) => {
      const path = this.volumes.get(`${pool}/${name}`)?.path ?? "";
      return [...this.volumes.values()].filter((one) => one.pool === pool && one.backingPath === path);
    },
    delete: async (pool: string, name: string) => {
      this.volumes.delete(`${pool}/${name}`);
    },
  };

  private readonly networkSection = {
    find: async (uuid: string) => this.networks.get(uuid),
    findByName: async (name: string) => [...this.networks.values()].find((network) => network.name === name),
    define: async (definition: NetworkState) => {
      this.networks.set(definition.uuid, {
        ...definition,
        bridge: definition.bridge ?? "virbr7",
        active: true,
        autostart: false,
      });
    },
    start: async (uuid: string) => Object.assign(this.networks.get(uuid)!, { active: true }),
    setAutostart: async (uuid: string, autostart: boolean) => Object.assign(this.networks.get(uuid)!, { autostart }),
    setMark: async (uuid: string, mark: Mark) => Object.assign(this.networks.get(uuid)!, { mark }),
    redefine: async (definition: NetworkState) => {
      const { autostart } = this.networks.get(definition.uuid)!;
      this.networks.set(definition.uuid, { ...definition, active: true, autostart });
    },
    setHosts: async (wanted: NetworkState, previous: NetworkState | undefined) => {
      const there = this.networks.get(wanted.uuid)!;
      const keep = <T>(all: T[], old: T[], news: T[], key: (one: T) => string) => {
        const gone = new Set([...old, ...news].map(key));
        return [...all.filter((one) => !gone.has(key(one))), ...news];
      };
      there.reservations = keep(
        there.reservations,
        previous?.reservations ?? [],
        wanted.reservations,
        (one) => one.mac,
      );
      there.dnsHosts = keep(there.dnsHosts, previous?.dnsHosts ?? [], wanted.dnsHosts, (one) => one.address);
    },
    leases: async () => [],
    users: async (uuid: string) =>
      [...this.machines].flatMap(([machine, { networks }]) => (networks.includes(uuid) ? [machine] : [])),
    remove: async (uuid: string) => {
      this.networks.delete(uuid);
    },
  };

  addMachine(
    uuid: string,
    extra: {
      name?: string;
      power?: MachineState["power"];
      mark?: Mark;
      paths?: string[];
      networks?: string[];
      macs?: string[];
    } = {},
  ): void {
    const state = {
      uuid,
      name: extra.name ?? uuid,
      power: extra.power ?? "running",
      persistent: true,
      autostart: false,
    } as MachineState;
    const { mark, paths = [], networks = [], macs = [] } = extra;
    this.machines.set(uuid, { state, mark, paths, networks, macs });
  }

  private readonly machineSection = {
    wayTo: async () => ({}),
    find: async (uuid: string) => this.machines.get(uuid)?.state,
    mark: async (uuid: string) => this.machines.get(uuid)?.mark,
    owners: async () =>
      [...this.machines].map(([uuid, { state, mark, macs }]) => ({
        uuid,
        name: state.name,
        power: state.power,
        macs,
        mark,
      })),
  };

  private readonly snapshotSection = {
    find: async (machine: string, name: string) => this.snapshots.get(`${machine}/${name}`),
    create: async (definition: SnapshotDefinition) => {
      const { machine, name, description, mark, memory } = definition;
      const power = this.machines.get(machine)!.state.power;
      const created = 1_700_000_000_000 + 1000 * this.calls.length;
      this.snapshots.set(`${machine}/${name}`, {
        machine,
        name,
        description,
        mark,
        memory,
        power,
        created,
        current: true,
        external: false,
      });
    },
    restore: async () => undefined,
    describe: async (machine: string, name: string, description: string | undefined, mark: string) =>
      Object.assign(this.snapshots.get(`${machine}/${name}`)!, { description, mark }),
    delete: async (machine: string, name: string) => {
      this.snapshots.delete(`${machine}/${name}`);
    },
  };
}

/** Each definition observes a type of its own. */
// biome-ignore lint/suspicious/noExplicitAny: no type stands for all of them
export type AnyDefinition = Definition<any>;

export const lineage = "fedcba9876543210fedcba9876543210";

export function identityOf(kind: Kind, name = "boreas", extra: Partial<Identity> = {}): Identity {
  const urn = `urn:pulumi:dev::windy::pulumi-nodejs:dynamic/windrose:${kind}::${name}`;
  return { urn, project: "windy", stack: "dev", name, lineage, ...extra };
}

export function contextOf(host: FakeHost, kind: Kind, name = "boreas"): Context & { told: string[] } {
  const { urn, project, stack } = identityOf(kind, name);
  const told: string[] = [];
  return {
    urn,
    project,
    stack,
    name,
    where: "anemoi",
    told,
    hypervisor: async () => host.hypervisor,
    progress: () => undefined,
    tell: (severity, text) => told.push(`${severity}: ${text}`),
    deadline: Number.POSITIVE_INFINITY,
  };
}

/** `check` as in an `up`; fails the test where it refuses. */
export async function checked(definition: AnyDefinition, given: Inputs, olds?: Inputs, name?: string): Promise<Inputs> {
  const answer = await checkOf(definition, given, olds, name);
  if (answer.failures.length > 0) throw new Error(JSON.stringify(answer.failures));
  return answer.inputs;
}

export function checkOf(definition: AnyDefinition, given: Inputs, olds?: Inputs, name?: string): Promise<CheckAnswer> {
  return check(anyOf(definition), given, olds, identityOf(definition.kind, name));
}

/** Why a change of what is in a state is refused at preview; empty where it is not. */
export function refusalOf(definition: AnyDefinition, state: Inputs, news: Inputs): string {
  try {
    diff(anyOf(definition), { __schema: 1, ...state }, news);
    return "";
  } catch (error) {
    if (error instanceof WindroseError && error.code === "invalid-input") return error.why;
    throw error;
  }
}

export const anyOf = (definition: AnyDefinition) => definition as Definition;

/** A resource in a state, as the engine has it. */
export interface Made {
  readonly id: string;
  readonly inputs: Inputs;
  readonly state: Inputs;
}

export async function make(host: FakeHost, definition: AnyDefinition, given: Inputs, name?: string): Promise<Made> {
  const inputs = await checked(definition, given, undefined, name);
  const { id, outputs } = await apply(anyOf(definition), inputs, undefined, contextOf(host, definition.kind, name));
  return { id, inputs, state: outputs };
}

export async function change(
  host: FakeHost,
  definition: AnyDefinition,
  made: Made,
  given: Inputs,
  name?: string,
): Promise<Made> {
  const inputs = await checked(definition, given, made.inputs, name);
  const { id, outputs } = await apply(anyOf(definition), inputs, made.state, contextOf(host, definition.kind, name));
  return { id, inputs, state: outputs };
}

/** What a failed call leaves: the state of a half-made resource, or undefined where there is none. */
export async function halfMade(work: Promise<unknown>): Promise<HalfMade> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HalfMade) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
