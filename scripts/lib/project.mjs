/** Where things are: the checkout, its cache, and what in it decides whether a step has to be done again. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, withLock } from "../toolchain/cache.mjs";

export const root = realpathSync(fileURLToPath(new URL("../..", import.meta.url)));

export const inModules = (...path) => join(root, "node_modules", ...path);

/** What this checkout keeps outside itself; another checkout on the machine has its own. */
export function checkoutCache() {
  return join(cacheDirectory(), "checkouts", createHash("sha256").update(root).digest("hex").slice(0, 12));
}

/** One run at a time in this checkout for a step that writes into it. */
export async function alone(name, log, work) {
  const directory = checkoutCache();
  await mkdir(directory, { recursive: true });
  const onWait = (pid) => log(`waiting for process ${pid}, which is at the same step`);
  return withLock(join(directory, `${name}.lock`), { waitMilliseconds: 10 * 60_000, onWait }, work);
}

function filesUnder(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const full = join(path, entry.name);
      return entry.isDirectory() ? filesUnder(full) : [full];
    });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** One text for the names and contents of files and directories, given from the checkout's root. */
export function contentHash(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesUnder(join(root, path)).sort()) {
      const content = readFileSync(file);
      hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}
