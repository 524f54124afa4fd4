import { access, chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./lock.js";
import { outsideOfLabs } from "./owner.js";
import { labCache } from "./paths.js";
import { run } from "./process.js";
import { missingPackages, packages as needed } from "./programs.js";

export type Log = (line: string) => void;

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Keeps packages from starting daemons while `work` installs them (Debian's policy-rc.d). */
async function withoutDaemons<T>(work: () => Promise<T>): Promise<T> {
  const policy = "/usr/sbin/policy-rc.d";
  if (await exists(policy)) return work();
  await writeFile(policy, "#!/bin/sh\nexit 101\n");
  await chmod(policy, 0o755);
  try {
    return await work();
  } finally {
    await rm(policy, { force: true });
  }
}

/** A machine that is restarted must not have an ssh server, say, only because tests have run on it. */
async function turnOff(units: readonly string[]): Promise<void> {
  if (!(await exists("/usr/bin/systemctl"))) return;
  for (const unit of units) await run(["systemctl", "disable", "--quiet", unit], { check: false });
}

/** Says why this machine can't have a lab, or undefined. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return "the lab runs on Linux on x86-64 only";
  if (process.getuid?.() !== 0) return "the lab makes network namespaces and containers, so it must run as root";
  if (!(await exists("/dev/net/tun"))) return "there is no /dev/net/tun";
  const missing = (await exists("/usr/bin/apt-get")) ? [] : await missingPackages();
  if (missing.length > 0) return `these are missing, and there is no apt to install them: ${missing.join(", ")}`;
  return undefined;
}

/** Installs the Debian packages that the lab and the tests lack on this machine. */
export async function ensurePackages(log: Log): Promise<void> {
  const obstacle = await whyNoLab();
  if (obstacle) throw new Error(`No lab here: ${obstacle}.`);
  if ((await missingPackages()).length === 0) return;
  const wait = () => log("waiting for another run that installs packages");
  await withLock(join(labCache(), "apt.lock"), 10 * 60_000, wait, async () => {
    const packages = await missingPackages();
    if (packages.length === 0) return;
    log(`installing ${packages.join(", ")}; usually 30 s`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = [...(await outsideOfLabs()), "apt-get", "-o", "DPkg::Lock::Timeout=300", "-q"];
    // A source that does not answer is no obstacle as long as the packages are found.
    await run([...apt, "update"], { env, timeout: 300_000, check: false });
    const install = [...apt, "install", "-y", "--no-install-recommends", ...packages];
    await withoutDaemons(() => run(install, { env, timeout: 900_000 })).catch((error: Error) => {
      throw new Error(`These packages are missing, and can't be installed: ${packages.join(", ")}.\n${error.message}`);
    });
    await turnOff(packages.flatMap((name) => needed[name]?.units ?? []));
    const still = await missingPackages();
    if (still.length > 0) throw new Error(`Installed, and still not found: what belongs to ${still.join(", ")}`);
  });
}
