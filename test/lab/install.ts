import { access, chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./lock.js";
import { labCache } from "./paths.js";
import { run } from "./process.js";

export type Log = (line: string) => void;

/** A file that shows that a package is there, for each package that the lab needs on the machine itself. */
const needed: Readonly<Record<string, string>> = {
  "systemd-container": "/usr/bin/systemd-nspawn",
  mmdebstrap: "/usr/bin/mmdebstrap",
  "qemu-utils": "/usr/bin/qemu-img",
  iproute2: "/sbin/ip",
  fdisk: "/sbin/sfdisk",
  e2fsprogs: "/sbin/mke2fs",
  "grub-common": "/usr/bin/grub-mkimage",
  "grub-pc-bin": "/usr/lib/grub/i386-pc/boot.img",
  cpio: "/usr/bin/cpio",
  genisoimage: "/usr/bin/genisoimage",
  "openssh-client": "/usr/bin/ssh-keygen",
  "apt-utils": "/usr/bin/apt-ftparchive",
};

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function missing(): Promise<string[]> {
  const absent = await Promise.all(
    Object.entries(needed).map(async ([name, file]) => ((await exists(file)) ? undefined : name)),
  );
  return absent.filter((name) => name !== undefined);
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

/** Says why this machine can't have a lab, or undefined. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return "the lab runs on Linux on x86-64 only";
  if (process.getuid?.() !== 0) return "the lab makes network namespaces and containers, so it must run as root";
  if (!(await exists("/dev/net/tun"))) return "there is no /dev/net/tun";
  if (!(await exists("/usr/bin/apt-get")) && (await missing()).length > 0) {
    return `these are missing, and there is no apt to install them: ${(await missing()).join(", ")}`;
  }
  return undefined;
}

/** Installs the Debian packages that the lab lacks on this machine. */
export async function ensurePackages(log: Log): Promise<void> {
  const obstacle = await whyNoLab();
  if (obstacle) throw new Error(`No lab here: ${obstacle}.`);
  if ((await missing()).length === 0) return;
  const wait = () => log("waiting for another run that installs packages");
  await withLock(join(labCache(), "apt.lock"), 10 * 60_000, wait, async () => {
    const packages = await missing();
    if (packages.length === 0) return;
    log(`installing ${packages.join(", ")}; usually 15 s`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-q"];
    // A source that does not answer is no obstacle as long as the packages are found.
    await run([...apt, "update"], { env, timeout: 300_000, check: false });
    const install = [...apt, "install", "-y", "--no-install-recommends", ...packages];
    await withoutDaemons(() => run(install, { env, timeout: 900_000 }));
  });
}
