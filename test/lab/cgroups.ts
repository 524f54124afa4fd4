import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./process.js";

/** Every mounted hierarchy: the one of cgroup v2, and those of v1 where a machine still has them. */
function hierarchies(): { path: string; unified: boolean }[] {
  const seen = new Map<string, boolean>();
  for (const line of readFileSync("/proc/mounts", "utf8").split("\n")) {
    const [, path, type] = line.split(" ");
    if (path && (type === "cgroup" || type === "cgroup2")) seen.set(path, type === "cgroup2");
  }
  return [...seen].map(([path, unified]) => ({ path, unified }));
}

/** Names of the lab's cgroups that begin with a prefix. */
export function findCgroups(prefix: string): string[] {
  const names = new Set<string>();
  for (const { path } of hierarchies()) {
    for (const name of readdirSync(path)) if (name.startsWith(prefix)) names.add(name);
  }
  return [...names];
}

/** Makes a cgroup in every hierarchy; gives the directories whose `cgroup.procs` a process must be written to. */
export async function makeCgroup(name: string): Promise<string[]> {
  const all = hierarchies();
  if (!all.some(({ unified }) => unified)) {
    throw new Error("No lab here: cgroup v2 is not mounted, alone or beside version 1.");
  }
  const directories = all.map(({ path }) => join(path, name));
  for (const [index, directory] of directories.entries()) {
    await mkdir(directory, { recursive: true });
    // A cpuset of version 1 takes no process until it has processors and memory.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const own = join(directory, file);
      if (all[index]!.unified || !existsSync(own)) continue;
      await writeFile(own, await readFile(join(all[index]!.path, file)));
    }
  }
  return directories;
}

async function processes(directory: string): Promise<number[]> {
  const own = await readFile(join(directory, "cgroup.procs"), "utf8").catch(() => "");
  const inner = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    inner.filter((entry) => entry.isDirectory()).map((entry) => processes(join(directory, entry.name))),
  );
  return [...own.split("\n").filter(Boolean).map(Number), ...below.flat()];
}

/** All processes in a cgroup of the lab and below it. */
export async function cgroupProcesses(name: string): Promise<number[]> {
  const unified = hierarchies().filter((each) => each.unified);
  return (await Promise.all(unified.map(({ path }) => processes(join(path, name))))).flat();
}

/** Kills all processes of a cgroup at once, as a power cut would, and waits until they are gone. */
export async function killCgroup(name: string): Promise<void> {
  for (const { path, unified } of hierarchies()) {
    const kill = join(path, name, "cgroup.kill");
    if (unified && existsSync(kill)) await writeFile(kill, "1").catch(() => {});
  }
  await until(`the processes of ${name} to end`, async () => {
    const left = await cgroupProcesses(name);
    // Kernels before 5.14 have no cgroup.kill.
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended in the meantime.
      }
    }
    return left.length === 0;
  });
}

async function removeTree(directory: string): Promise<void> {
  const inner = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of inner) if (entry.isDirectory()) await removeTree(join(directory, entry.name));
  await rmdir(directory).catch(() => {});
}

/** Removes a cgroup whose processes are gone; the kernel may take a moment to let go of it. */
export async function removeCgroup(name: string): Promise<void> {
  const directories = hierarchies().map(({ path }) => join(path, name));
  await until(`cgroup ${name} to be removed`, async () => {
    for (const directory of directories) await removeTree(directory);
    return !directories.some(existsSync);
  });
}
