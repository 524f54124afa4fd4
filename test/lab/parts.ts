import {
  ensureDebianImage,
  ensureHostRoot,
  ensureMachineRoot,
  ensureMicroGuest,
  ensurePackageRepository,
} from "./build.js";
import type { Log } from "./install.js";
import { ensureKubeadm, ensureKubernetesBundle, ensureKubernetesNode, kubernetesVersions } from "./kubernetes.js";

const { first, second } = kubernetesVersions;

/** What runs of tests bring before they begin, by the names that scripts/lib/levels.mjs has. */
const parts: Readonly<Record<string, (log: Log) => Promise<unknown>>> = {
  host: (log) => ensureHostRoot("full", "bookworm", log),
  "bare-host": (log) => ensureHostRoot("bare", "bookworm", log),
  releases: async (log) => {
    // Debian takes an old release from its mirrors some day: the tests with it are skipped then.
    for (const release of ["bullseye", "trixie"] as const)
      await ensureHostRoot("full", release, log).catch((error: Error) => log(`no ${release} here: ${error.message}`));
  },
  networks: (log) => ensureHostRoot("networks", "bookworm", log),
  machine: ensureMachineRoot,
  packages: ensurePackageRepository,
  micro: ensureMicroGuest,
  debian: ensureDebianImage,
  kubeadm: (log) => ensureKubeadm(second, log),
  kubernetes: async (log) => {
    await ensureKubernetesBundle(second, log);
    await ensureKubernetesNode(first, log);
  },
};

/** Brings parts, one after another: each uses all processors by itself. */
export async function bring(names: readonly string[], log: Log): Promise<void> {
  for (const name of names) {
    const part = parts[name];
    if (!part) throw new Error(`There is no part "${name}": ${Object.keys(parts).join(", ")}`);
    await part(log);
  }
}
