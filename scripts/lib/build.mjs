import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "./processes.mjs";
import { alone, contentHash, inModules, root } from "./project.mjs";
import { detail, step, Told } from "./steps.mjs";

const sources = [
  "provider",
  "components",
  "cli",
  "scripts/generate.ts",
  "scripts/generate",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];
const record = inModules(".cache", "windrose", "build-of");
const dist = join(root, "dist");
/** What the compiler leaves behind. */
const templates = join("provider", "drivers", "libvirt", "templates");

/** Whether dist was made from just these sources. */
async function buildIsCurrent() {
  if (!existsSync(join(dist, "provider", "index.js"))) return false;
  const made = await readFile(record, "utf8").catch(() => "");
  return made === contentHash(sources);
}

async function tool(argv, what) {
  const result = await capture(argv, { cwd: root, timeout: 5 * 60_000, quiet: true });
  if (result.code !== 0) throw new Told(`${what} failed:\n${(result.stdout + result.stderr).trim()}`);
}

/** Compiles into a directory beside dist and exchanges the two, so that a reader never sees half a build. */
async function build() {
  const generator = join(root, "scripts", "generate.ts");
  if (existsSync(generator)) await tool([process.execPath, inModules("tsx/dist/cli.mjs"), generator], "The generator");
  const hash = contentHash(sources);
  const mark = randomUUID();
  const draft = inModules(".cache", "windrose", `dist-${mark}`);
  const old = `${draft}-old`;
  await mkdir(draft, { recursive: true });
  try {
    const project = join(root, "tsconfig.build.json");
    await tool([process.execPath, inModules("typescript/bin/tsc"), "-p", project, "--outDir", draft], "The compiler");
    await cp(join(root, templates), join(draft, templates), {
      recursive: true,
      filter: (source) => !/\.(ts|md)$/.test(source),
    }).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(dist, old).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(draft, dist);
    await writeFile(record, hash);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** @param {{force?: boolean}} [options] */
export async function ensureBuild({ force = false } = {}) {
  if (!force && (await buildIsCurrent())) return;
  await alone("build", detail, async () => {
    if (!force && (await buildIsCurrent())) return;
    await step("Compiling the package into dist", "10 s", build);
  });
}
