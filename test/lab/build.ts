import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensurePackages, type Log } from "./install.js";
import { withLock } from "./lock.js";
import { outsideOfLabs } from "./owner.js";
import { labCache, recipes } from "./paths.js";
import { run } from "./process.js";
// biome-ignore lint/suspicious/noImportCycles: the root of a host is warmed up in a lab of its own, which takes it as it is
import { warm } from "./warm.js";

export interface Recipe {
  readonly name: string;
  /** Files under recipes/; the first one is the script that runs. */
  readonly files: readonly string[];
  /** What the script gets after the output directory. */
  readonly arguments: readonly string[];
  /** Seconds on two cores, for people who wait. */
  readonly usually: number;
  /** Minutes after which it is given up. Default: 20. */
  readonly limit?: number;
  /** Runs on the finished output, before it is published. */
  readonly finish?: (output: string, log: Log) => Promise<void>;
}

async function keyOf(recipe: Recipe): Promise<string> {
  const hash = createHash("sha256");
  for (const file of recipe.files) hash.update(file).update(await readFile(join(recipes, file)));
  return hash
    .update(JSON.stringify(recipe.arguments.filter((each) => !each.startsWith("/"))))
    .digest("hex")
    .slice(0, 12);
}

const place = async (recipe: Recipe): Promise<string> => join(labCache(), `${recipe.name}-${await keyOf(recipe)}`);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The directory with what a recipe makes; built when it is not in the cache yet, by one process at a time. */
export async function ensure(recipe: Recipe, log: Log): Promise<string> {
  const target = await place(recipe);
  const present = () => exists(target);
  if (await present()) return target;
  await ensurePackages(log);
  const wait = () => log(`waiting for another run that builds ${recipe.name}`);
  const { limit = 20 } = recipe;
  return withLock(join(labCache(), `${recipe.name}.lock`), (limit + 10) * 60_000, wait, async () => {
    if (await present()) return target;
    log(`building ${recipe.name}, usually ${recipe.usually} s`);
    const started = Date.now();
    const draft = `${target}.${randomUUID()}`;
    await mkdir(draft, { recursive: true });
    try {
      const argv = [...(await outsideOfLabs()), "sh", join(recipes, recipe.files[0]!), draft, ...recipe.arguments];
      await run(argv, { timeout: limit * 60_000, env: { ...process.env, LC_ALL: "C.UTF-8" } });
      await recipe.finish?.(draft, log);
      await rename(draft, target);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    log(`built ${recipe.name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return target;
  });
}

/**
 * Root file system of a host: "bare" has systemd and sshd, "full" libvirt and QEMU too, "networks" four network managers
 * and Open vSwitch (Debian 12 alone).
 */
export type HostForm = "bare" | "full" | "networks";

/** Debian 11 (libvirt 7.0, QEMU 5.2), 12 (9.0, 7.2) and 13 (11.3, 10.0). */
export type Release = "bullseye" | "bookworm" | "trixie";

/** The directory that hosts of a form lay their own changes over. It must not be written to. */
export async function ensureHostRoot(form: HostForm, release: Release, log: Log): Promise<string> {
  if (form === "networks") {
    const bare = await ensureHostRoot("bare", "bookworm", log);
    const recipe = { name: "host-networks", files: ["networks.sh", "host.sh"], arguments: [bare], usually: 15 };
    return join(await ensure(recipe, log), "root");
  }
  const output = await ensure(
    {
      name: `host-${form}-${release}`,
      files: ["host.sh"],
      arguments: [form, release],
      usually: form === "full" ? 45 : 20,
      finish: form === "full" ? (draft, tell) => warm(join(draft, "root"), release, tell) : undefined,
    },
    log,
  );
  return join(output, "root");
}

/** What QEMU boots as a host: a root file system, which a disk is made from, and Debian's kernel. */
export async function ensureMachineRoot(log: Log): Promise<{ root: string; kernel: string; initrd: string }> {
  const networks = await ensureHostRoot("networks", "bookworm", log);
  const files = ["machine.sh", "networks.sh", "host.sh"];
  const output = await ensure({ name: "machine", files, arguments: [networks], usually: 40 }, log);
  return { root: join(output, "root"), kernel: join(output, "vmlinuz"), initrd: join(output, "initrd") };
}

/** A flat apt repository with all that makes a bare host a libvirt host. */
export async function ensurePackageRepository(log: Log): Promise<string> {
  const bare = await ensureHostRoot("bare", "bookworm", log);
  const recipe = { name: "packages", files: ["packages.sh", "host.sh"], arguments: ["bookworm", bare], usually: 20 };
  return join(await ensure(recipe, log), "repository");
}

/** Paths on this machine; `commandLine` is what the kernel needs for a direct boot. */
export interface GuestImage {
  /** A bootable qcow2 image. */
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** The guest of 20 MB that boots in seconds. It reads a NoCloud seed: host name, authorized keys, an ed25519 host key. */
export async function ensureMicroGuest(log: Log): Promise<GuestImage> {
  const files = ["micro.sh", "micro-init", "disk.sh"];
  const output = await ensure({ name: "micro", files, arguments: [recipes], usually: 5 }, log);
  return {
    image: join(output, "micro.qcow2"),
    kernel: join(output, "micro-vmlinuz"),
    initrd: join(output, "micro-initrd"),
    commandLine: "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check",
  };
}

/** A Debian 12 cloud image with cloud-init and the QEMU guest agent. */
export async function ensureDebianImage(log: Log): Promise<GuestImage> {
  const output = await ensure(
    { name: "debian", files: ["debian.sh", "disk.sh"], arguments: [recipes], usually: 60 },
    log,
  );
  return {
    image: join(output, "debian-12.qcow2"),
    kernel: join(output, "debian-vmlinuz"),
    initrd: join(output, "debian-initrd"),
    commandLine: "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check",
  };
}

/** Everything that most tests need: packages, the full host, the micro guest. */
export async function ensureLab(log: Log): Promise<void> {
  await ensurePackages(log);
  await ensureHostRoot("full", "bookworm", log);
  await ensureMicroGuest(log);
}
