/**
 * Finds or makes the Pulumi command line program and its Node.js language host. The order: PATH, the cache, Pulumi's own
 * download, a build from Go modules. Whatever is found is run before it is trusted.
 */
import { chmodSync, copyFileSync, existsSync, renameSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build, whyNotBuild } from "./toolchain/build.mjs";
import { cacheDirectory, publish, withLock } from "./toolchain/cache.mjs";
import { download } from "./toolchain/download.mjs";
import { checkPrograms, findInstalled } from "./toolchain/programs.mjs";
import { accepts, oldestAccepted, pulumiVersion } from "./toolchain/versions.mjs";

const waitForOther = 45 * 60_000;
const allSources = ["path", "cache", "download", "build"];

const programsIn = (directory) => [join(directory, "pulumi"), join(directory, "pulumi-language-nodejs")];

async function fromPath(log) {
  const found = await findInstalled();
  if (!found) return undefined;
  if (!found.languageHost) {
    log(`${found.pulumi} is left alone: there is no pulumi-language-nodejs beside it or on PATH`);
    return undefined;
  }
  const result = await checkPrograms(found.pulumi, found.languageHost);
  if (result.problem) {
    log(`${found.pulumi} is left alone: ${result.problem}`);
    return undefined;
  }
  if (!accepts(result.version, oldestAccepted)) {
    log(`${found.pulumi} is left alone: ${result.version} is not 3.x from ${oldestAccepted} on`);
    return undefined;
  }
  return describe(found.pulumi, dirname(found.languageHost), result.version);
}

function describe(pulumi, languageDirectory, version) {
  const binDir = dirname(pulumi);
  const path = [...new Set([binDir, languageDirectory])].join(delimiter);
  return { pulumi, binDir, path, version };
}

async function fromDirectory(directory) {
  const [pulumi, languageHost] = programsIn(directory);
  const result = await checkPrograms(pulumi, languageHost);
  if (result.version !== pulumiVersion) return undefined;
  return describe(pulumi, directory, result.version);
}

/** Fills the cache's directory in one step; what does not run is thrown away. */
async function fillCache(directory, make) {
  await publish(directory, async (draft) => {
    await make(draft);
    const result = await checkPrograms(...programsIn(draft));
    if (result.version !== pulumiVersion) throw new Error(result.problem ?? `it calls itself ${result.version}`);
  });
  return fromDirectory(directory);
}

/**
 * @param {{log?: (line: string) => void, sources?: string[]}} [options] `sources` narrows where to look, for tests.
 * @returns {Promise<{pulumi: string, binDir: string, path: string, version: string}>} `path` is to be put in front of
 *   PATH (see `toolchainEnvironment`).
 */
export async function ensureToolchain({ log = () => {}, sources = allSources } = {}) {
  if (sources.includes("path")) {
    const found = await fromPath(log);
    if (found) return found;
  }
  const home = join(cacheDirectory(), "toolchain", pulumiVersion);
  const directory = join(home, "bin");
  const cached = () => (sources.includes("cache") ? fromDirectory(directory) : undefined);
  const before = await cached();
  if (before) return before;
  await mkdir(home, { recursive: true });
  const onWait = (pid) => log(`waiting for process ${pid}, which is making the toolchain; at most 45 min`);
  return withLock(join(home, "lock"), { waitMilliseconds: waitForOther, onWait }, async () => {
    const meanwhile = await cached();
    if (meanwhile) return meanwhile;
    const reasons = [];
    if (sources.includes("download")) {
      log(`downloading Pulumi ${pulumiVersion}; usually under 1 min`);
      try {
        return await fillCache(directory, download);
      } catch (error) {
        reasons.push(`the official download: ${error.message}`);
        log(`no download: ${error.message}`);
      }
    }
    if (sources.includes("build")) {
      const obstacle = await whyNotBuild();
      if (!obstacle) return fillCache(directory, (draft) => build(draft, log));
      reasons.push(`a build from Go modules: ${obstacle}`);
    }
    await rm(directory, { recursive: true, force: true });
    const tried = reasons.map((reason) => `\n  - ${reason}`).join("");
    throw new Error(
      `There is no Pulumi ${pulumiVersion} on PATH or in ${home}, and it can't be had:${tried}\n` +
        "Install Pulumi (https://www.pulumi.com/docs/install/) or Go 1.21 or newer, and run this again.",
    );
  });
}

/**
 * The launcher belongs beside the CLI, as Pulumi's own installer has it: found on PATH alone, it is warned of at each
 * run. Gives the directory to put on PATH where it can't be put there.
 */
function launcherBeside(binDir, packageDirectory) {
  const name = "pulumi-resource-pulumi-nodejs";
  if (existsSync(join(binDir, name))) return undefined;
  if (!binDir.startsWith(cacheDirectory())) return packageDirectory;
  const draft = join(binDir, `.${name}.${process.pid}`);
  copyFileSync(join(packageDirectory, name), draft);
  chmodSync(draft, 0o755);
  renameSync(draft, join(binDir, name));
  return undefined;
}

/**
 * What to add to a process's environment so that it finds the whole toolchain, the launcher of dynamic providers in the
 * project's node_modules too. The backend, the passphrase and PULUMI_HOME are the caller's.
 *
 * @param {string} projectDirectory a directory with @pulumi/pulumi in its node_modules
 * @param {{path: string, binDir: string}} toolchain what `ensureToolchain` gave
 */
export function toolchainEnvironment(projectDirectory, toolchain, environment = process.env) {
  const elsewhere = launcherBeside(toolchain.binDir, join(projectDirectory, "node_modules", "@pulumi", "pulumi"));
  return {
    PATH: [elsewhere, toolchain.path, environment.PATH ?? ""].filter(Boolean).join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const found = await ensureToolchain({ log: (line) => console.error(`toolchain: ${line}`) });
    console.log(`pulumi ${found.version}: ${found.binDir}`);
  } catch (error) {
    console.error(`toolchain: ${error.message}`);
    process.exitCode = 1;
  }
}
