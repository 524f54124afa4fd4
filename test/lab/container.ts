import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { killCgroup, makeCgroup } from "./cgroups.js";
import { namespacePath } from "./network.js";
import { run, startTime, until } from "./process.js";

/** Where systemd-nspawn keeps things of a container on the machine; they stay when it is killed. */
const nspawnState = ["/run/systemd/nspawn/propagate", "/run/systemd/nspawn/unix-export"];

/** Lays a directory of a host's own over the shared root file system. */
export async function mountRoot(lower: string, directory: string): Promise<string> {
  const [upper, work, root] = ["upper", "work", "root"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [upper, work, root]) await mkdir(path, { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  await run(["mount", "-t", "overlay", "overlay", "-o", options, root]);
  return root;
}

/** Mount points at or below a directory, the deepest first. */
export function findMounts(directory: string): string[] {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replace(/\\040/g, " "));
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`)).reverse();
}

export async function unmountAll(directory: string): Promise<void> {
  await until(`the file systems under ${directory} to be unmounted`, async () => {
    for (const point of findMounts(directory)) await run(["umount", point], { check: false });
    return findMounts(directory).length === 0;
  });
}

export function findNspawnState(prefix: string): string[] {
  return nspawnState
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).map((name) => ({ name, path: join(directory, name) })))
    .filter(({ name }) => name === prefix || name.startsWith(`${prefix}-`))
    .map(({ path }) => path);
}

export interface ContainerOptions {
  /** Names the machine and its cgroup, unique on this machine. */
  readonly machine: string;
  readonly root: string;
  readonly namespace: string;
  readonly hostname: string;
  readonly consolePath: string;
  /** Further arguments for systemd-nspawn. */
  readonly extra?: readonly string[];
}

/** A started container: the process of systemd-nspawn, and the container's first process as it is numbered outside. */
export interface Container {
  readonly supervisor: number;
  readonly leader: number;
}

/** The container's first process, once there is one. */
function findLeader(supervisor: number): number | undefined {
  for (const task of readdirSync(`/proc/${supervisor}/task`)) {
    const children = readFileSync(`/proc/${supervisor}/task/${task}/children`, "utf8").trim();
    for (const child of children.split(" ").filter(Boolean)) {
      const status = readFileSync(`/proc/${child}/status`, "utf8");
      const inner = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/);
      if (inner?.length === 2 && inner[1] === "1" && /^Name:\s+(systemd|init)$/m.test(status)) return Number(child);
    }
  }
  return undefined;
}

/** Boots systemd in a container of its own cgroup and network namespace; resolves when its first process runs. */
export async function boot(options: ContainerOptions): Promise<Container> {
  const { machine, root, namespace, hostname, consolePath, extra = [] } = options;
  const directories = await makeCgroup(machine);
  // The shell moves itself into the cgroups, then becomes systemd-nspawn.
  const enter = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';
  const nspawn = [
    "systemd-nspawn",
    "--quiet",
    "--boot",
    `--directory=${root}`,
    `--machine=${machine}`,
    `--hostname=${hostname}`,
    "--register=no",
    "--keep-unit",
    `--network-namespace-path=${namespacePath(namespace)}`,
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    "--console=passive",
    "--capability=CAP_NET_ADMIN",
    "--bind=/dev/net/tun",
    ...extra,
  ];
  const console = await open(consolePath, "a");
  const child = spawn("sh", ["-c", enter, "sh", ...directories, "--", ...nspawn], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", console.fd, console.fd],
    env: {
      PATH: process.env.PATH,
      // A network can't be started while /proc/sys/net is read-only; QEMU's driver wants one hierarchy of cgroups.
      SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
    },
  });
  child.unref();
  await console.close();
  const supervisor = child.pid;
  if (supervisor === undefined) throw new Error("systemd-nspawn can't be started");
  try {
    const leader = await until(`${machine} to boot`, () => {
      if (child.exitCode !== null) throw new Error(`systemd-nspawn ended with ${child.exitCode}`);
      try {
        return findLeader(supervisor);
      } catch {
        return undefined; // A process ended while it was looked at.
      }
    });
    return { supervisor, leader };
  } catch (error) {
    const text = await readFile(consolePath, "utf8").catch(() => "");
    throw new Error(`${(error as Error).message}\n${text.split("\n").slice(-15).join("\n")}`);
  }
}

/** Ends a container at once and clears what systemd-nspawn leaves behind. */
export async function kill(machine: string): Promise<void> {
  await killCgroup(machine);
  for (const path of findNspawnState(machine)) await rm(path, { recursive: true, force: true });
}

/** Whether a process of the container listens on a TCP port (the kernel's table, seen from outside). */
export function listens(leader: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["tcp", "tcp6"].some((table) =>
    readFileSync(`/proc/${leader}/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .some((fields) => fields[1]?.endsWith(wanted) && fields[3] === "0A"),
  );
}

export const isRunning = (container: Container): boolean => startTime(container.leader) !== undefined;
