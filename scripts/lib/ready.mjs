import { mkdir } from "node:fs/promises";
import { cacheDirectory } from "../toolchain/cache.mjs";
import { ensureBuild } from "./build.mjs";
import { ensureDependencies, ensureSelfLink } from "./dependencies.mjs";
import { labTool } from "./lab.mjs";
import { detail, step, Told } from "./steps.mjs";

const oldestNode = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Told(`Node.js ${oldestNode.join(".")} or newer is needed; this is ${process.versions.node}.`);
  }
}

/**
 * Brings what the other scripts stand on, whatever of it is missing: dependencies, the link to ourselves, dist, the
 * packages of this machine that the lab takes, and the Pulumi toolchain, which can need some of these, where they are asked
 * for. Until the first of these has run, a script has Node's own modules alone.
 *
 * @param {{build?: boolean, packages?: boolean, toolchain?: boolean}} options `packages` takes root, or sudo
 * @returns {Promise<{pulumi: string, binDir: string, path: string, version: string} | undefined>} the toolchain
 */
export async function ensureReady({ build = true, packages = false, toolchain = true } = {}) {
  checkNode();
  await ensureDependencies();
  await ensureSelfLink();
  if (build) await ensureBuild();
  // Made by this user, before root writes into it.
  await mkdir(cacheDirectory(), { recursive: true });
  if (packages)
    await step("Looking for programs on this machine", "1 s, 1 min the first time", () => labTool("packages"));
  if (!toolchain) return undefined;
  const { ensureToolchain } = await import("../toolchain.mjs");
  const lines = [];
  const found = await ensureToolchain({
    log: (line) => {
      if (lines.length === 0)
        detail("The Pulumi toolchain (1 min where it is downloaded, 8 min where it is built, once a machine)");
      lines.push(line);
      detail(line);
    },
  }).catch((error) => {
    throw new Told(error.message);
  });
  return found;
}
