import { hasCode } from "../basics/errors";
import type { VolumeRef, VolumeState } from "../drivers/model";
import type { Run } from "../lifecycle/definition";

/**
 * Images that are deleted while volumes are layers above them are condemned, and whoever deletes the last user, or the pool,
 * deletes them.
 */

type AnyRun = Pick<Run<never>, "hypervisor">;

/** Whether machines or volumes need the volume. */
export async function needed({ hypervisor: { volumes } }: AnyRun, volume: VolumeRef): Promise<boolean> {
  return (await volumes.dependents(volume)).length > 0 || (await volumes.users(volume)).length > 0;
}

/**
 * Deletes a condemned image that nothing needs any more. To be called after a volume with that backing file was deleted,
 * and after the machine that had it was undefined. What it can't do is left to the pool's own end.
 */
export async function releaseBacking(run: AnyRun, backingPath: string): Promise<void> {
  const { volumes } = run.hypervisor;
  const image = await volumes.findByPath(backingPath);
  if (!image || !(await volumes.noted(image, "condemned"))) return;
  if (await needed(run, image)) return;
  try {
    await volumes.delete(image.pool, image.name);
  } catch (error) {
    // Two last users at once: somebody has it open still, and that one releases it.
    if (!hasCode(error, "in-use", "not-found")) throw error;
    return;
  }
  await volumes.unnote(image, "condemned");
}

/** Deletes what is condemned or unfinished in a pool, and its notes; answers what else is in it. */
export async function sweep(run: AnyRun, pool: string): Promise<VolumeState[]> {
  const { pools, volumes } = run.hypervisor;
  const all = await pools.volumes(pool);
  const backing = new Set(all.map((volume) => volume.backingPath));
  const left: VolumeState[] = [];
  for (const volume of all) {
    const free = volume.notes !== undefined && !backing.has(volume.path) && (await volumes.users(volume)).length === 0;
    if (free) await volumes.delete(pool, volume.name);
    else left.push(volume);
  }
  if (left.length === 0) await volumes.clearNotes(pool);
  return left;
}
