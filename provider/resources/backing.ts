import { hasCode } from "../basics/errors";
import type { VolumeState } from "../drivers/model";
import type { Run } from "../lifecycle/lifecycle";

/**
 * Images that are deleted while volumes still have them as a backing file are condemned, and whoever deletes the last
 * user, or the pool, deletes them. A pool's volume can carry no mark, so an empty hidden volume beside it says so.
 */

type AnyRun = Pick<Run<never>, "hypervisor" | "context">;

const endings = {
  condemned: ".condemned",
  /** It is being written: whoever finds it so starts anew. */
  unfinished: ".unfinished",
} as const;

type Marker = keyof typeof endings;

const markerOf = (name: string, marker: Marker) => `.${name}${endings[marker]}`;

const isMarker = (name: string) =>
  name.startsWith(".") && Object.values(endings).some((ending) => name.endsWith(ending));

/** Bytes of a marker: the smallest volume that libvirt makes. */
const markerSize = 512;

export async function mark(run: AnyRun, pool: string, name: string, marker: Marker): Promise<void> {
  if (await isMarked(run, pool, name, marker)) return;
  await run.hypervisor.volumes.create({ pool, name: markerOf(name, marker), format: "raw", capacity: markerSize });
}

export async function isMarked(run: AnyRun, pool: string, name: string, marker: Marker): Promise<boolean> {
  return (await run.hypervisor.volumes.find(pool, markerOf(name, marker))) !== undefined;
}

export async function unmark(run: AnyRun, pool: string, name: string, marker: Marker): Promise<void> {
  if (await isMarked(run, pool, name, marker)) await run.hypervisor.volumes.delete(pool, markerOf(name, marker));
}

/** Whether machines or volumes need the file at a path. */
export async function needed(run: AnyRun, pool: string, path: string): Promise<boolean> {
  const { volumes } = run.hypervisor;
  return (await volumes.dependents(pool, path)).length > 0 || (await volumes.users(path)).length > 0;
}

/**
 * Deletes a condemned image that nothing needs any more. To be called after a volume with that backing file was deleted,
 * and after the machine that had it was undefined. What it can't do is left to the pool's own end.
 */
export async function releaseBacking(run: AnyRun, _pool: string, backingPath: string): Promise<void> {
  const { volumes } = run.hypervisor;
  const image = await volumes.findByPath(backingPath);
  if (!image || !(await isMarked(run, image.pool, image.name, "condemned"))) return;
  if (await needed(run, image.pool, image.path)) return;
  try {
    await volumes.delete(image.pool, image.name);
  } catch (error) {
    // Two last users at once: somebody has it open still, and that one releases it.
    if (!hasCode(error, "in-use", "not-found")) throw error;
    return;
  }
  await unmark(run, image.pool, image.name, "condemned");
}

/** Deletes what is condemned or unfinished in a pool, and its markers; answers what else is in it. */
export async function sweep(run: AnyRun, pool: string): Promise<VolumeState[]> {
  const { pools, volumes } = run.hypervisor;
  const all = await pools.volumes(pool);
  const names = new Set(all.map((volume) => volume.name));
  const backing = new Set(all.map((volume) => volume.backingPath));
  const left: VolumeState[] = [];
  for (const volume of all.filter(({ name }) => !isMarker(name))) {
    const marked = names.has(markerOf(volume.name, "condemned")) || names.has(markerOf(volume.name, "unfinished"));
    const free = !backing.has(volume.path) && marked && (await volumes.users(volume.path)).length === 0;
    if (free) await volumes.delete(pool, volume.name);
    else left.push(volume);
  }
  if (left.length === 0) for (const name of names) if (isMarker(name)) await volumes.delete(pool, name);
  return left;
}
