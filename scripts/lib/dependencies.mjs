import { lstat, mkdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "./processes.mjs";
import { alone, inModules, root } from "./project.mjs";
import { detail, step, Told } from "./steps.mjs";

async function packagesOf(path) {
  try {
    return JSON.parse(await readFile(path, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Whether node_modules holds what the lock file asks for. npm writes its own record (.package-lock.json) last, so one
 * that was cut short has none. Packages for other platforms are optional, and not there.
 */
async function dependenciesAreCurrent() {
  const [wanted, installed] = await Promise.all([
    packagesOf(join(root, "package-lock.json")),
    packagesOf(inModules(".package-lock.json")),
  ]);
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const there = installed[path];
    if (!there) return entry.optional === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

export async function ensureDependencies() {
  if (await dependenciesAreCurrent()) return;
  await alone("dependencies", detail, async () => {
    if (await dependenciesAreCurrent()) return;
    await step("Installing dependencies with npm ci", "20 s, 2 min with an empty npm cache", async () => {
      const result = await capture(
        ["npm", "ci", "--include=dev", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error"],
        {
          cwd: root,
          timeout: 10 * 60_000,
          quiet: true,
        },
      );
      if (result.code !== 0)
        throw new Told(`npm ci failed:\n${result.stderr.trim().split("\n").slice(0, 15).join("\n")}`);
    });
  });
}

/**
 * A state's `__provider` requires `pulumi-windrose/entry` from the program's directory or its parents; in this checkout
 * that is the checkout itself, by a link.
 */
export async function ensureSelfLink() {
  const link = inModules("pulumi-windrose");
  try {
    if ((await readlink(link)) === "..") return;
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EINVAL") throw error;
  }
  await mkdir(inModules(), { recursive: true });
  if (await lstat(link).catch(() => undefined)) await rm(link, { recursive: true });
  await symlink("..", link).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
}
