import { homedir } from "node:os";
import { join } from "node:path";

/** Where things that are built once a machine are kept. The same rule as in scripts/toolchain/cache.mjs. */
export function cacheDirectory(): string {
  const { WINDROSE_CACHE, XDG_CACHE_HOME, HOME } = process.env;
  return WINDROSE_CACHE || join(XDG_CACHE_HOME || join(HOME || homedir(), ".cache"), "windrose");
}

/** What the lab builds. */
export const labCache = (): string => join(cacheDirectory(), "lab");

/** One directory for each lab that is up. */
export const runsDirectory = (): string => join(labCache(), "runs");

export const runDirectory = (id: string): string => join(runsDirectory(), id);

export const recipes = join(__dirname, "recipes");
