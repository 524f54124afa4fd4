import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
// biome-ignore lint/suspicious/noImportCycles: the root of a host is warmed up in a lab of its own, which takes it as it is
import { ensureHostRoot, type HostForm, type Release } from "./build.js";
import { cgroupProcesses, findCgroups, removeCgroup } from "./cgroups.js";
import { findMounts, findNspawnState, kill, mountRoot, unmountAll } from "./container.js";
import { type HostRecord, LabHost } from "./host.js";
import { giveIdentity } from "./identity.js";
import { ensurePackages, type Log } from "./install.js";
import { layOutModular } from "./modular.js";
import {
  addRoute,
  deleteNamespace,
  fabricAddress,
  findNamespaces,
  firstIndex,
  hostAddress,
  lastIndex,
  makeFabric,
  namespacePath,
} from "./network.js";
import { listRuns, ownerState, writeOwner } from "./owner.js";
import { runDirectory, runsDirectory } from "./paths.js";
import { type Result, type RunOptions, run } from "./process.js";

const prefixOf = (id: string): string => `wr-${id}`;

export interface StartHostOptions {
  /** Also its host name: letters, digits and dashes, 1 to 20 of them. */
  readonly name: string;
  /** Default "full". */
  readonly form?: HostForm;
  /** The sockets of libvirt's modular layout in place of `libvirt-sock` (see `layOutModular` for what is behind them). */
  readonly modular?: boolean;
  /** Default "bookworm"; the others are built when first asked for. */
  readonly release?: Release;
  /** Another root file system than the cached one. */
  readonly root?: string;
  /** Directories of this machine that the host sees, read-write: host path to path on this machine. */
  readonly share?: Readonly<Record<string, string>>;
  /**
   * The host's own network manager gives its NIC the address, and the lab does not: writes its configuration (and
   * whatever else) under the root file system before the first boot.
   */
  readonly configure?: (root: string, network: { nic: string; address: string; gateway: string }) => Promise<void>;
  readonly log?: Log;
}

/** Hosts on one bridge in a network namespace of their own; nothing of them is reached from outside it. */
export class Lab {
  /** The network namespace that the code under test runs in. */
  readonly namespace: string;
  /** This side's address on the hosts' network. */
  readonly address = fabricAddress;
  readonly directory: string;
  readonly privateKeyPath: string;
  readonly knownHostsPath: string;
  private readonly known = new Map<string, LabHost>();

  constructor(readonly id: string) {
    this.namespace = prefixOf(id);
    this.directory = runDirectory(id);
    this.privateKeyPath = join(this.directory, "id_ed25519");
    this.knownHostsPath = join(this.directory, "known_hosts");
  }

  /** The public half of the key that hosts accept: "ssh-ed25519 AAAA… lab". */
  async publicKey(): Promise<string> {
    return (await readFile(`${this.privateKeyPath}.pub`, "utf8")).trim();
  }

  /** Addresses are taken by making a directory, so that two processes of one lab never take the same. */
  private async takeIndex(): Promise<number> {
    for (let index = firstIndex; index <= lastIndex; index++) {
      try {
        await mkdir(join(this.directory, "addresses", String(index)));
        return index;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
    throw new Error(`Lab ${this.id} has no address left`);
  }

  /** Makes a host and turns it on; usually 1 to 2 s. Fails when the lab has one of that name. */
  async startHost(options: StartHostOptions): Promise<LabHost> {
    const { name, form = "full", release = "bookworm", modular = false, share = {}, log = () => {} } = options;
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(name)) throw new Error(`"${name}" can't be a host's name`);
    const lower = options.root ?? (await ensureHostRoot(form, release, log));
    const directory = join(this.directory, "hosts", name);
    await mkdir(directory);
    const index = await this.takeIndex();
    const root = await mountRoot(lower, directory);
    const peers = [...this.known.values()].map((host) => ({ name: host.name, address: host.address }));
    const hostKey = await giveIdentity({ root, name, authorizedKey: `${await this.publicKey()}\n`, peers });
    if (modular) await layOutModular(root);
    const address = hostAddress(index);
    await options.configure?.(root, { nic: "host0", address, gateway: fabricAddress });
    await appendFile(this.knownHostsPath, `${address} ${hostKey}\n${name} ${hostKey}\n`);
    const socket = modular ? "run/libvirt/virtqemud-sock" : "run/libvirt/libvirt-sock";
    const record: HostRecord = {
      name,
      machine: `${prefixOf(this.id)}-${name}`,
      fabric: this.namespace,
      namespace: `${prefixOf(this.id)}-${name}`,
      index,
      hostKey,
      directory,
      root,
      configured: options.configure !== undefined,
      privateKeyPath: this.privateKeyPath,
      knownHostsPath: this.knownHostsPath,
      readyFiles: form === "full" ? [socket] : [],
      extra: Object.entries(share).map(([inside, outside]) => `--bind=${outside}:${inside}`),
    };
    const host = new LabHost(record);
    await host.save();
    await host.start();
    this.known.set(name, host);
    return host;
  }

  /** A host of this lab that is there already, whoever started it; undefined when there is none of that name. */
  async findHost(name: string): Promise<LabHost | undefined> {
    const here = this.known.get(name);
    const directory = join(this.directory, "hosts", name);
    if (!existsSync(join(directory, "host.json"))) {
      this.known.delete(name);
      return undefined;
    }
    if (here) return here;
    const host = await LabHost.load(directory);
    this.known.set(name, host);
    return host;
  }

  /** The host of that name; it is made, or turned on, when it is not there or off. */
  async host(options: StartHostOptions): Promise<LabHost> {
    const host = await this.findHost(options.name);
    if (!host) return this.startHost(options);
    await host.start();
    return host;
  }

  /** Names of the lab's hosts. */
  hostNames(): string[] {
    return readdirSync(join(this.directory, "hosts")).sort();
  }

  /** The command line that runs `argv` in the lab's network namespace. Nothing but the network differs there. */
  inNamespace(argv: readonly string[]): string[] {
    return ["nsenter", `--net=${namespacePath(this.namespace)}`, "--", ...argv];
  }

  /** Runs a program to its end in the lab's network namespace. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    return run(this.inNamespace(argv), options);
  }

  /** Starts a program in the lab's network namespace; ending it is the caller's. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const [program, ...rest] = this.inNamespace(argv);
    return spawn(program!, rest, options);
  }

  /**
   * Lets the lab's namespace reach a guest network of a host directly: a route to it, and on the host a rule that lets
   * forwarded packets in (libvirt's NAT networks refuse them otherwise).
   */
  async routeTo(subnet: string, host: LabHost): Promise<void> {
    await addRoute(this.namespace, subnet, Number(host.address.split(".")[3]));
    for (const [flag, side] of [
      ["-d", "in"],
      ["-s", "out"],
    ] as const) {
      const rule = ["FORWARD", flag, subnet, "-m", "comment", "--comment", `lab-${side}`, "-j", "ACCEPT"];
      const present = await host.exec(["iptables", "-C", ...rule], { check: false });
      if (present.code !== 0) await host.exec(["iptables", "-I", ...rule]);
    }
  }

  /** Takes everything down; the lab can't be used afterwards. */
  async destroy(): Promise<void> {
    this.known.clear();
    await destroyLab(this.id);
  }
}

export interface CreateLabOptions {
  /** 1 to 8 letters and digits; default: random. */
  readonly name?: string;
  /** The lab stays when this process ends, until `destroyLab` or the machine's restart. */
  readonly kept?: boolean;
  readonly log?: Log;
}

/** A new lab without hosts. It belongs to this process, and is swept away by the next one when this one dies. */
export async function createLab(options: CreateLabOptions = {}): Promise<Lab> {
  const { name: id = randomBytes(3).toString("hex"), kept = false, log = () => {} } = options;
  if (!/^[a-z0-9]{1,8}$/.test(id)) throw new Error(`"${id}" can't be a lab's name`);
  await ensurePackages(log);
  await sweep(log);
  await mkdir(runsDirectory(), { recursive: true });
  await mkdir(runDirectory(id)).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? new Error(`There is a lab "${id}" already`) : error;
  });
  await writeOwner(id, kept);
  const lab = new Lab(id);
  try {
    for (const inner of ["hosts", "addresses"]) await mkdir(join(lab.directory, inner));
    await makeFabric(lab.namespace);
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", lab.privateKeyPath]);
    return lab;
  } catch (error) {
    await destroyLab(id);
    throw error;
  }
}

/** A lab that is up; undefined when there is none of that name. */
export async function findLab(id: string): Promise<Lab | undefined> {
  return existsSync(join(runDirectory(id), "owner.json")) ? new Lab(id) : undefined;
}

/** The lab whose namespace this process runs in: the test runner says so in WINDROSE_LAB. */
export async function currentLab(): Promise<Lab> {
  const id = process.env.WINDROSE_LAB;
  const lab = id ? await findLab(id) : undefined;
  if (!lab) throw new Error("This test runs inside a lab: use `npm run lab -- run -- COMMAND`, or the test runner.");
  return lab;
}

/** All that is on this machine of a lab; empty when it is gone. */
export async function leftovers(id: string): Promise<string[]> {
  const prefix = prefixOf(id);
  const cgroups = findCgroups(`${prefix}-`);
  const processes = (await Promise.all(cgroups.map(cgroupProcesses))).flat();
  const directory = runDirectory(id);
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...cgroups.map((name) => `cgroup ${name}`),
    ...findNamespaces(prefix).map((name) => `network namespace ${name}`),
    ...findMounts(directory).map((path) => `mount ${path}`),
    ...findNspawnState(prefix),
    ...(existsSync(directory) ? [directory] : []),
  ];
}

/** Takes a lab down by its name alone, so that it works for labs of processes that are gone. */
export async function destroyLab(id: string): Promise<void> {
  const prefix = prefixOf(id);
  const machines = findCgroups(`${prefix}-`);
  await Promise.all(
    machines.map(async (machine) => {
      await kill(machine);
      await removeCgroup(machine);
    }),
  );
  for (const path of findNspawnState(prefix)) await rm(path, { recursive: true, force: true });
  for (const namespace of findNamespaces(prefix)) await deleteNamespace(namespace);
  await unmountAll(runDirectory(id));
  // Renamed first: a directory that is half removed must not look like a lab.
  const grave = join(runsDirectory(), `.${id}-${randomBytes(3).toString("hex")}`);
  const there = await rename(runDirectory(id), grave).then(
    () => true,
    () => false,
  );
  if (there) await rm(grave, { recursive: true, force: true });
}

/** Takes down the labs whose process is gone; those of live processes and kept ones are not touched. Gives their names. */
export async function sweep(log: Log = () => {}): Promise<string[]> {
  const swept: string[] = [];
  for (const id of listRuns()) {
    if ((await ownerState(id)) !== "dead") continue;
    log(`removing what is left of lab ${id}`);
    await destroyLab(id);
    swept.push(id);
  }
  return swept;
}
