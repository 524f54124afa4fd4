import { ensureBuild } from "./build.mjs";
import { ensureDependencies, ensureSelfLink } from "./dependencies.mjs";
import { detail, Told } from "./steps.mjs";

const oldestNode = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Told(`Node.js ${oldestNode.join(".")} or newer is needed; this is ${process.versions.node}.`);
  }
}

/**
 * Brings what the other scripts stand on, whatever of it is missing: dependencies, the link to ourselves, dist, and the
 * Pulumi toolchain where it is asked for. Until the first of these has run, a script has Node's own modules alone.
 *
 * @param {{build?: boolean, toolchain?: boolean}} options
 * @returns {Promise<{pulumi: string, binDir: string, path: string, version: string} | undefined>} the toolchain
 */
export async function ensureReady({ build = true, toolchain = true } = {}) {
  checkNode();
  await ensureDependencies();
  await ensureSelfLink();
  if (build) await ensureBuild();
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
