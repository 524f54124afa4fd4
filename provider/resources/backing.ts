import { hasCode } from "../errors";
import type { VolumeState } from "../hypervisors/model";
import type { Run } from "../lifecycle";

/**
 * Images that are deleted while volumes still have them as a backing file are condemned: an empty hidden volume beside
 * them says so, and whoever deletes the last user, or the pool, deletes them.
 */

type AnyRun = Pick<Run<never>, "hypervisor" | "context">;

const ending = ".condemned";
const markerOf = (name: string) => `.${name}${ending}`;

/** Name of an image's file on its way to the host, packed as it is: `.<image>.upload`. */
const uploadEnding = ".upload";
export const uploadOf = (name: string) => `.${name}${uploadEnding}`;

/** Bytes of the marker: the smallest volume that libvirt makes. */
const markerSize = 512;

export async function condemn(run: AnyRun, pool: string, name: string): Promise<void> {
  const { volumes } = run.hypervisor;
  if (await volumes.find(pool, markerOf(name))) return;
  await volumes.create({ pool, name: markerOf(name), format: "raw", capacity: markerSize });
}

/** Takes the mark off again: the image is wanted once more, or gone. */
export async function absolve(run: AnyRun, pool: string, name: string): Promise<void> {
  const { volumes } = run.hypervisor;
  if (await volumes.find(pool, markerOf(name))) await volumes.delete(pool, markerOf(name));
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
  if (!image || !(await volumes.find(image.pool, markerOf(image.name)))) return;
  if (await needed(run, image.pool, image.path)) return;
  try {
    await volumes.delete(image.pool, image.name);
  } catch (error) {
    // Two last users at once: somebody has it open still, and that one releases it.
    if (!hasCode(error, "in-use", "not-found")) throw error;
    return;
  }
  await absolve(run, image.pool, image.name);
}

/** Deletes what is condemned in a pool, and markers that are left over; answers what else is in it. */
export async function sweep(run: AnyRun, pool: string): Promise<VolumeState[]> {
  const all = await run.hypervisor.pools.volumes(pool);
  const names = new Set(all.map((volume) => volume.name));
  const isMarker = (name: string) => name.startsWith(".") && name.endsWith(ending);
  const backing = new Set(all.map((volume) => volume.backingPath));
  const left: VolumeState[] = [];
  for (const volume of all) {
    if (isMarker(volume.name)) continue;
    if (names.has(markerOf(volume.name)) && !backing.has(volume.path)) {
      if ((await run.hypervisor.volumes.users(volume.path)).length === 0) {
        await run.hypervisor.volumes.delete(pool, volume.name);
        continue;
      }
    }
    if (volume.name.startsWith(".") && volume.name.endsWith(uploadEnding)) {
      await run.hypervisor.volumes.delete(pool, volume.name);
    } else left.push(volume);
  }
  if (left.length === 0) for (const name of names) if (isMarker(name)) await run.hypervisor.volumes.delete(pool, name);
  return left;
}
