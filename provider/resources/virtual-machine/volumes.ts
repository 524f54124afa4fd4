import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { WindroseError } from "../../basics/errors";
import { type Inputs, isRecord, known } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { buildSeed, type SeedInput } from "../../cloud-init/seed";
import type { MachineState, VolumeDefinition, VolumeState } from "../../drivers/model";
import { hostKeyOf, makeHostKeySeed, seedOfHostKey } from "../../guest/host-keys";
import { derivedSuffix } from "../../lifecycle/ownership";
import { releaseBacking } from "../backing";
import { namesOf, splitVolumeId, taken } from "../common";
import { entries, isSeed, madeWithMachine, seedPool } from "./derive";
import type { MachineRun } from "./desired-machine";

/** Ids of the volumes made with the machine, by disk key; kept in the state even where a later step fails. */
export function madeVolumes(run: MachineRun): Record<string, string> {
  if (!isRecord(run.made.volumes)) run.made.volumes = {};
  return run.made.volumes as Record<string, string>;
}

/** Ids of volumes that were there before the machine and were taken over with `adopt`. */
function adoptedVolumes({ made }: MachineRun): string[] {
  return Array.isArray(made.__adopted) ? made.__adopted.map(String) : [];
}

function isMade(run: MachineRun, id: string): boolean {
  return Object.values(madeVolumes(run)).includes(id);
}

export function rememberAdopted(run: MachineRun, id: string): void {
  run.made.__adopted = [...new Set([...adoptedVolumes(run), id])];
}

/** Whether a name is made as `derive` makes them, whoever did. */
export function isDerivedName({ inputs }: MachineRun, key: string, volumeName: string): boolean {
  const start = `${inputs.name}-${key}-`;
  return volumeName.startsWith(start) && /^[0-9a-f]{8}\.(qcow2|img)$/.test(volumeName.slice(start.length));
}

/** Whether a name is this resource's own: by its suffix, which derives from the host's lineage and nobody else has. */
function isOwnName(run: MachineRun, key: string, volumeName: string): boolean {
  const { __lineage: lineage } = run.given;
  if (!isDerivedName(run, key, volumeName)) return false;
  return typeof lineage !== "string" || volumeName.includes(`-${derivedSuffix(lineage, run.context.urn)}.`);
}

/** Ids of volumes that are not whole yet: no guest has written to them. */
function unmade(run: MachineRun): Set<string> {
  return new Set(Array.isArray(run.made.__unmade) ? run.made.__unmade.map(String) : []);
}

function setUnmade(run: MachineRun, change: (ids: Set<string>) => void): void {
  const ids = unmade(run);
  change(ids);
  if (ids.size > 0) run.made.__unmade = [...ids].sort();
  else delete run.made.__unmade;
}

/**
 * Volumes for the disks that have none yet. One whose name derives from the host's lineage is ours; any other of a name
 * that the program gave is foreign, and refused unless it is to be adopted.
 */
export async function makeVolumes(run: MachineRun): Promise<void> {
  const made = madeVolumes(run);
  await Promise.all(
    entries(run.inputs.disks).map(async ([key, disk]) => {
      if (!madeWithMachine(disk)) return;
      const id = `${disk.pool}/${disk.volumeName}`;
      const { pool, name } = splitVolumeId(id);
      let there = await run.hypervisor.volumes.find(pool, name);
      if (there && !isMade(run, id) && !isOwnName(run, key, name)) {
        // Whoever made it keeps it: it is in no list of what goes with the machine.
        if (!adoptedVolumes(run).includes(id)) {
          await taken(run, "Volume", { name });
          await refuseOthersDisk(run, key, there);
          rememberAdopted(run, id);
        }
        return;
      }
      made[key] = id;
      const wanted = disk.size === undefined ? 0 : sizeInBytes(String(disk.size));
      if (there && wanted > 0 && there.capacity > wanted && unmade(run).has(id)) {
        // A failed run made it larger than what is desired now.
        await run.hypervisor.volumes.delete(pool, name);
        there = undefined;
      }
      if (!there) {
        setUnmade(run, (ids) => ids.add(id));
        await makeVolume(run, key, disk);
      }
      setUnmade(run, (ids) => ids.delete(id));
    }),
  );
}

/** A file that is a disk of another machine: both would write to it, and the other one may delete it. */
async function refuseOthersDisk(run: MachineRun, key: string, volume: VolumeState): Promise<void> {
  const others = (await run.hypervisor.volumes.users(volume)).filter((uuid) => uuid !== run.inputs.uuid);
  if (others.length === 0) return;
  const names = await namesOf(run, others);
  throw new WindroseError("in-use", `the file ${volume.name} of the disk "${key}" is a disk of ${names.join(", ")}`, {
    hint: "Take it from that machine first, in an update of its own, with `keepDisks: true` where its machine made it.",
  });
}

async function makeVolume(run: MachineRun, key: string, disk: Inputs): Promise<void> {
  const { volumes } = run.hypervisor;
  const { pool, name } = splitVolumeId(`${disk.pool}/${disk.volumeName}`);
  const definition: VolumeDefinition = {
    pool,
    name,
    format: disk.format as "qcow2" | "raw",
    capacity: disk.size === undefined ? 0 : sizeInBytes(String(disk.size)),
  };
  if (disk.image === undefined) {
    if (disk.size === undefined)
      throw new WindroseError("not-found", `there is no volume ${name} to take over for the disk "${key}"`, {
        hint: `Correct \`disks.${key}.volumeName\`, or give it a \`size\` to be made with.`,
      });
    await volumes.create(definition);
    return;
  }
  const from = splitVolumeId(String(disk.image));
  const image = await volumes.find(from.pool, from.name);
  if (!image) throw new WindroseError("not-found", `the image ${from.name} of disk "${key}" is not on the host`);
  if (definition.capacity !== 0 && definition.capacity < image.capacity) {
    throw new WindroseError(
      "invalid-input",
      `disk "${key}" (${disk.size}) is smaller than its image (${image.capacity} bytes)`,
      { hint: "Give it at least the image's size." },
    );
  }
  definition.capacity ||= image.capacity;
  if (disk.clone === "full") await volumes.copy(definition, from, run.context);
  else if (disk.format === "raw")
    throw new WindroseError("unsupported", `disk "${key}": a linked clone is always qcow2`, {
      hint: 'Set `clone: "full"`, or `format: "qcow2"`.',
    });
  else await volumes.clone(definition, from);
}

/** Grows what is smaller than asked for. A running guest sees it. */
export async function growVolumes(run: MachineRun): Promise<void> {
  for (const [, disk] of entries(run.inputs.disks)) {
    if (!madeWithMachine(disk) || disk.size === undefined) continue;
    const { pool, name } = splitVolumeId(`${disk.pool}/${disk.volumeName}`);
    const state = await run.hypervisor.volumes.find(pool, name);
    const wanted = sizeInBytes(String(disk.size));
    if (state && state.capacity < wanted) await run.hypervisor.volumes.grow(pool, name, wanted);
  }
}

/** Deletes the volumes of disks that are no more, and of seeds that no definition has. */
export async function cleanVolumes(run: MachineRun): Promise<void> {
  const made = madeVolumes(run);
  const seed = seedOf(run);
  const wanted = new Map(
    entries(run.inputs.disks).flatMap(([key, disk]) =>
      madeWithMachine(disk) ? [[key, `${disk.pool}/${disk.volumeName}` as string] as const] : [],
    ),
  );
  if (seed) wanted.set("seed", seed.id);
  const inUse = new Set(
    [...(run.observed?.running?.disks ?? []), ...(run.observed?.stored.disks ?? [])].map((disk) => disk.path),
  );
  for (const [key, id] of Object.entries(made)) {
    const owner = isSeed(key) ? "seed" : key;
    if (wanted.get(owner) === id && key === owner) continue;
    const { pool, name } = splitVolumeId(id);
    const volume = await run.hypervisor.volumes.find(pool, name);
    // Still the running machine's: after its restart.
    if (volume && inUse.has(volume.path)) continue;
    if (volume && !(run.inputs.keepDisks === true && owner !== "seed"))
      await deleteVolume(run, pool, name, volume.backingPath);
    delete made[key];
  }
}

export async function deleteVolume(
  run: MachineRun,
  pool: string,
  name: string,
  backingPath: string | undefined,
): Promise<void> {
  await run.hypervisor.volumes.delete(pool, name);
  if (backingPath) await releaseBacking(run, backingPath);
}

interface Seed {
  id: string;
  digest: string;
  iso: Buffer;
}

const seeds = new WeakMap<MachineRun, Seed | undefined>();

/** The seed that the inputs ask for. Its volume's name changes with its content, so a guest never reads a half-written one. */
export function seedOf(run: MachineRun): Seed | undefined {
  if (seeds.has(run)) return seeds.get(run);
  const { inputs, made } = run;
  let seed: Seed | undefined;
  if (isRecord(inputs.cloudInit)) {
    const { pool: _pool, ...fields } = inputs.cloudInit;
    made.hostKeySeed ??= makeHostKeySeed();
    const hostKeys = [hostKeyOf(String(made.hostKeySeed))];
    made.sshHostKeys = hostKeys.map((key) => key.public);
    const { iso } = buildSeed({ ...(fields as unknown as SeedInput), hostKeys, machine: inputs.uuid });
    const digest = createHash("sha256").update(iso).digest("hex").slice(0, 12);
    seed = { id: `${seedPool(inputs)}/${seedPrefix(run)}${digest}.iso`, digest, iso };
  }
  seeds.set(run, seed);
  return seed;
}

/** Bytes of a seed that are read back at most. */
const longestSeed = 2 ** 20;

/**
 * A machine that is there without a state (its `up` was killed, or it was retained) has its ssh host key already: it is
 * read back from the seed that its definition has, so that the guest is not a stranger. A seed that was cut holds none.
 */
export async function recoverHostKey(run: MachineRun, there: MachineState): Promise<void> {
  const path = there.stored.disks.find((disk) => disk.key === "seed")?.path;
  if (!path || run.made.hostKeySeed || !isRecord(run.inputs.cloudInit)) return;
  const volume = await run.hypervisor.volumes.findByPath(path);
  if (volume?.name.startsWith(seedPrefix(run))) await readHostKey(run, volume);
}

async function readHostKey(run: MachineRun, { pool, name }: VolumeState): Promise<void> {
  const content = await run.hypervisor.volumes.content(pool, name, longestSeed);
  run.made.hostKeySeed = seedOfHostKey(content.toString("latin1").replace(/\n[ \t]+/g, "\n"));
  if (!run.made.hostKeySeed) return;
  // Whole, and what is asked for today: it need not be written again.
  const seed = seedOf(run);
  if (seed?.id === `${pool}/${name}` && seed.iso.equals(content)) run.made.__seed = seed.digest;
}

/**
 * A machine that is gone while its disks are still there (somebody undefined it, and a refresh saw that) is made anew with
 * them. What its guest has of the first seed it keeps, its ssh host key too: that is read back.
 */
export async function recoverLeftHostKey(run: MachineRun): Promise<void> {
  const { inputs, hypervisor } = run;
  if (run.made.hostKeySeed || !isRecord(inputs.cloudInit)) return;
  const left = await Promise.all(
    entries(inputs.disks).map(([key, disk]) =>
      madeWithMachine(disk) && isOwnName(run, key, String(disk.volumeName))
        ? hypervisor.volumes.find(String(disk.pool), String(disk.volumeName))
        : undefined,
    ),
  );
  if (left.every((volume) => volume === undefined)) return;
  const remains = await seedsOf(run, String(seedPool(inputs)));
  for (const volume of remains) {
    await readHostKey(run, volume);
    if (run.made.hostKeySeed) break;
  }
  await replaceSeeds(run, remains);
}

/** Seeds of this machine that are in the pool, whoever knows of them. */
async function seedsOf(run: MachineRun, pool: string): Promise<VolumeState[]> {
  const all = await run.hypervisor.pools.volumes(pool);
  return all.filter((volume) => volume.name.startsWith(seedPrefix(run)));
}

/** Seeds of earlier runs give way to the one that is asked for: they go at the end, one of its very name at once. */
async function replaceSeeds(run: MachineRun, seeds: readonly VolumeState[]): Promise<void> {
  const { volumes } = run.hypervisor;
  const current = seedOf(run);
  for (const { pool, name } of seeds) stale(run, `${pool}/${name}`, current?.id);
  if (!current || run.made.__seed === current.digest) return;
  const { pool, name } = splitVolumeId(current.id);
  if (await volumes.find(pool, name)) await volumes.delete(pool, name);
}

/** The UUID derives from the host's lineage, so a volume whose name begins like this is ours. */
function seedPrefix({ inputs }: MachineRun): string {
  return `${inputs.name}-seed-${inputs.uuid.slice(0, 8)}-`;
}

export async function seedPath(run: MachineRun): Promise<string | undefined> {
  const seed = seedOf(run);
  if (!seed) return undefined;
  return run.hypervisor.volumes.pathOf(splitVolumeId(seed.id));
}

/** A seed that no definition has any more is kept on the list, under a name of its own, until it is deleted. */
function stale(run: MachineRun, id: string, current: string | undefined): void {
  if (id !== current) madeVolumes(run)[`seed-${createHash("sha256").update(id).digest("hex").slice(0, 6)}`] = id;
}

export async function writeSeed(run: MachineRun): Promise<void> {
  const seed = seedOf(run);
  const made = madeVolumes(run);
  const old = made.seed;
  if (known<string>(old) && old !== seed?.id) {
    stale(run, old, seed?.id);
    delete made.seed;
  }
  if (!seed) return;
  made.seed = seed.id;
  const { pool, name } = splitVolumeId(seed.id);
  const { volumes } = run.hypervisor;
  // One that was cut while it was written looks whole: only what the state says was written is.
  if (run.made.__seed === seed.digest && (await volumes.find(pool, name))) return;
  if (run.found || run.previous) {
    // There was a run before this one, and its seed may be one that no state knows: cut, or with other host keys.
    await replaceSeeds(run, await seedsOf(run, pool));
  }
  // The seed holds private keys: it is for the hypervisor alone.
  await run.hypervisor.volumes.upload(
    { pool, name, format: "raw", capacity: seed.iso.length, mode: "0600" },
    Readable.from([seed.iso]),
    seed.iso.length,
    {
      ...run.context,
      progress: () => {},
    },
  );
  run.made.__seed = seed.digest;
}
