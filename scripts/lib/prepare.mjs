import { ensureActionlint } from "../toolchain/actionlint.mjs";
import { whyNotBuild } from "../toolchain/build.mjs";
import { labTool } from "./lab.mjs";
import { levels } from "./levels.mjs";
import { root } from "./project.mjs";
import { ensureReady } from "./ready.mjs";
import { detail, step } from "./steps.mjs";

/** Parts of the lab that are built from Go modules. */
const builtWithGo = ["kubeadm", "kubernetes"];

/** Parts of the lab, and the linter of workflows. What can't be had is named in one line. */
export async function bringParts(names) {
  const chosen = names.map((name) => levels[name]);
  const wanted = [...new Set(chosen.flatMap(({ parts }) => parts))];
  const noBuild = wanted.some((part) => builtWithGo.includes(part)) ? await whyNotBuild() : undefined;
  const parts = noBuild ? wanted.filter((part) => !builtWithGo.includes(part)) : wanted;
  if (noBuild) detail(`no ${wanted.filter((part) => builtWithGo.includes(part)).join(", ")} here: ${noBuild}`);
  if (parts.length > 0)
    await step(`Preparing the test lab: ${parts.join(", ")}`, usually(parts), () => labTool("bring", ...parts));
  if (chosen.some(({ linter }) => linter)) {
    const { obstacle } = await ensureActionlint({ log: detail });
    if (obstacle) detail(`no actionlint here: ${obstacle}`);
  }
}

/**
 * Brings what levels of tests need, before they enter a network that no registry is reached from.
 *
 * @param {string[]} names
 * @returns {Promise<Record<string, string>>} variables for the tests
 */
export async function prepare(names) {
  const chosen = names.map((name) => levels[name]);
  const toolchain = await ensureReady({
    packages: chosen.some(({ fabric }) => fabric),
    toolchain: chosen.some(({ toolchain }) => toolchain),
  });
  await bringParts(names);
  if (!toolchain) return {};
  const { toolchainEnvironment } = await import("../toolchain.mjs");
  return toolchainEnvironment(root, toolchain);
}

const usually = (parts) => `2 s, ${parts.includes("kubernetes") ? "1 h" : "5 min"} the first time`;
