/** The lab takes root; the directories, and what this user has set, stay the user's. */
import { lchown, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runAttached } from "./processes.mjs";
import { isRoot, rootCommand } from "./root.mjs";
import { Told } from "./steps.mjs";

/** Runs this script once more, as root; resolves with its exit code. */
export function asRoot(args) {
  return runAttached(rootCommand([process.execPath, process.argv[1], ...args]));
}

/** Makes a directory, and as root gives what had to be made to the owner of what was there. */
export async function makeOwned(directory) {
  try {
    const first = await mkdir(directory, { recursive: true });
    if (!first || !isRoot()) return;
    const { uid, gid } = await stat(dirname(first));
    for (let each = directory; each.length >= first.length; each = dirname(each)) await lchown(each, uid, gid);
  } catch (error) {
    if (error.code !== "EACCES") throw error;
    throw new Told(
      `${error.path} can't be made: an earlier run of another user made what is above it. chown that first.`,
    );
  }
}

/** As root: gives all that is in a directory to the directory's owner. */
export async function giveToOwner(directory) {
  if (!isRoot()) return;
  const owner = await stat(directory).catch(() => undefined);
  if (!owner || owner.uid === 0) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
}
