import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, cp, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ensure } from "./build.js";
import type { Log } from "./install.js";
import { outsideOfLabs } from "./owner.js";
import { cacheDirectory, labCache, recipes } from "./paths.js";
import { type Result, run, startTime, until } from "./process.js";

/** The variable that a command in a fresh machine is told by where it is. */
export const freshVariable = "WINDROSE_FRESH";

const checkout = resolve(__dirname, "../..");

export interface FreshOptions {
  /** What was downloaded before for such a machine is used again: packages of Debian and of npm, modules of Go. */
  readonly downloads?: boolean;
  /** What was built on this machine (the toolchain, kubeadm, the lab's hosts) is there, as if it had been built in it. */
  readonly built?: boolean;
  readonly log?: Log;
}

export interface FreshRun {
  /** Milliseconds. */
  readonly timeout: number;
  readonly onLine?: (line: string) => void;
}

/** Where a fresh machine has things. */
const place = { node: "/opt/node", go: "/opt/go", checkout: "/root/pulumi-windrose", cache: "/root/.cache/windrose" };

/**
 * A Debian 12 that has Node.js and Go and nothing else that was installed by hand, with a copy of this checkout and an empty
 * cache. It shares the kernel and the network of this machine, and nothing of it is left when the process ends that made it.
 */
export class FreshMachine {
  private constructor(
    private readonly guard: ChildProcess,
    private readonly leader: number,
    readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async create({ downloads = false, built = false, log = () => {} }: FreshOptions = {}): Promise<FreshMachine> {
    const base = join(await ensure({ name: "fresh", files: ["fresh.sh"], arguments: [], usually: 20 }, log), "root");
    const directory = join(labCache(), "fresh-machines", randomBytes(3).toString("hex"));
    const root = join(directory, "root");
    await sweep();
    await mkdir(directory, { recursive: true });
    await run(["cp", "-a", base, root]);
    await copyCheckout(join(root, place.checkout));
    await mkdir(join(root, place.node, "bin"), { recursive: true });
    for (const name of ["npm", "npx"])
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, place.node, "bin", name));
    for (const file of ["/etc/resolv.conf", "/etc/hosts"]) await copyFile(file, join(root, file));
    const environment = await network(root);
    const shares = {
      ...(await programs()),
      ...(downloads ? await earlierDownloads(environment) : {}),
      ...(built ? await builtBefore() : {}),
    };
    const pairs = Object.entries(shares).flatMap(([target, source]) => [source, target]);
    const argv = [...(await outsideOfLabs()), "sh", join(recipes, "fresh-guard.sh"), directory, recipes, ...pairs];
    const guard = spawn(argv[0]!, argv.slice(1), { cwd: "/", detached: true, stdio: ["pipe", "pipe", "inherit"] });
    try {
      await writeFile(
        join(directory, "guard.json"),
        JSON.stringify({ pid: guard.pid, started: startTime(guard.pid!) }),
      );
      await ready(guard);
      return new FreshMachine(guard, leaderOf(guard.pid!), directory, environment);
    } catch (error) {
      guard.stdin!.destroy();
      throw error;
    }
  }

  /** Runs a program in the checkout's copy; an exit code other than 0 is an answer too. */
  run(argv: readonly string[], { timeout, onLine }: FreshRun): Promise<Result> {
    const directory = `--wd=${this.inside(place.checkout)}`;
    const enter = ["nsenter", "--target", String(this.leader), "--mount", "--net", "--pid", "--root", directory, "--"];
    return run([...enter, ...argv], { env: this.environment, timeout, check: false, onLine });
  }

  /** A path of the machine as it is seen from this one. */
  inside(path: string): string {
    return join(`/proc/${this.leader}/root`, path);
  }

  /** Ends all that runs in it, and waits until nothing is left. */
  async destroy(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.guard.once("close", () => resolve()));
    const over = this.guard.exitCode !== null || this.guard.signalCode !== null;
    this.guard.stdin!.end();
    if (!over) await ended;
    await until(`${this.directory} to be removed`, () => !existsSync(this.directory), 60_000);
  }
}

/** The sources as a clone of them would have them: nothing that was installed or built. */
async function copyCheckout(target: string): Promise<void> {
  const left = new Set([".git", "node_modules", "dist", "coverage"].map((name) => join(checkout, name)));
  await mkdir(dirname(target), { recursive: true });
  const filter = (source: string) => !left.has(source) && !source.endsWith(".tgz");
  await cp(checkout, target, { recursive: true, filter, verbatimSymlinks: true });
}

/** Node.js, npm and Go of this machine: path in the fresh one to path here. */
async function programs(): Promise<Record<string, string>> {
  const npm = await realpath(await said("sh", "-c", "command -v npm"));
  return {
    [`${place.node}/bin/node`]: process.execPath,
    [`${place.node}/lib/node_modules/npm`]: dirname(dirname(npm)),
    [place.go]: await said("go", "env", "GOROOT"),
  };
}

/** Ways into the network: proxies and registries by name, as on any machine behind them. */
const ways =
  /^(https?|ftp|all|no)_proxy$|^npm_config_(@[^:]+:)?registry$|^(GOPROXY|GONOPROXY|GOPRIVATE|GONOSUMDB|GOSUMDB|GOINSECURE)$/i;
const certificates = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|CURL_CA_BUNDLE)$/;

/** The environment of its commands, with the certificates that a proxy of this network signs with, where it has one. */
async function network(root: string): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = {
    PATH: `${place.node}/bin:${place.go}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: "/root",
    LANG: "C.UTF-8",
    TERM: "dumb",
    NO_COLOR: "1",
    npm_config_registry: await said("npm", "config", "get", "registry"),
    [freshVariable]: "1",
  };
  for (const name of ["GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE"]) {
    const value = await said("go", "env", name);
    if (value) environment[name] = value;
  }
  for (const [name, value] of Object.entries(process.env)) {
    if (!value) continue;
    if (ways.test(name)) environment[name] = value;
    if (!certificates.test(name)) continue;
    // Not where Debian's own package puts its certificates: where that is missing, it must show.
    const copy = `/opt/certificates/${name}`;
    await mkdir(join(root, dirname(copy)), { recursive: true });
    await copyFile(value, join(root, copy));
    environment[name] = copy;
  }
  return environment;
}

/** Downloads of earlier fresh machines, and the modules that this machine's Go has; `environment` says where these are. */
async function earlierDownloads(environment: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const kept = join(cacheDirectory(), "fresh-downloads");
  for (const name of ["apt/partial", "npm"]) await mkdir(join(kept, name), { recursive: true });
  const modules = join(await said("go", "env", "GOMODCACHE"), "cache/download");
  const shares = { "/var/cache/apt/archives": `rw:${join(kept, "apt")}`, "/root/.npm": `rw:${join(kept, "npm")}` };
  if (!existsSync(modules)) return shares;
  environment.GOPROXY = `file:///opt/modules,${environment.GOPROXY}`;
  return { ...shares, "/opt/modules": modules };
}

/** What is in this machine's cache and takes long to build. */
async function builtBefore(): Promise<Record<string, string>> {
  const outputs = (await readdir(labCache()).catch(() => [])).filter((name) => /-[0-9a-f]{12}$/.test(name));
  const all = ["toolchain", "actionlint", ...outputs.map((name) => join("lab", name))];
  const there = all.filter((name) => existsSync(join(cacheDirectory(), name)));
  return Object.fromEntries(there.map((name) => [join(place.cache, name), join(cacheDirectory(), name)]));
}

async function said(...argv: string[]): Promise<string> {
  return (await run(argv, { env: process.env, cwd: "/" })).stdout.trim();
}

/** Resolves when the machine's first process runs in its own root. */
function ready(guard: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    guard.stdout!.once("data", () => resolve());
    guard.once("error", reject);
    guard.once("exit", (code) => reject(new Error(`The fresh machine did not start: its guard ended with ${code}`)));
  });
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);

/** The first process of the machine, as it is numbered here: the child of unshare, which is the guard's. */
function leaderOf(guard: number): number {
  const [leader] = childrenOf(guard).flatMap(childrenOf);
  if (leader === undefined) throw new Error("The fresh machine has stopped");
  return leader;
}

/** Removes what a machine has left whose guard could not do so. */
async function sweep(): Promise<void> {
  const machines = join(labCache(), "fresh-machines");
  for (const name of await readdir(machines).catch(() => [])) {
    const text = await readFile(join(machines, name, "guard.json"), "utf8").catch(() => undefined);
    const guard = text && (JSON.parse(text) as { pid: number; started: string });
    if (guard && startTime(guard.pid) !== guard.started)
      await rm(join(machines, name), { recursive: true, force: true });
  }
}
