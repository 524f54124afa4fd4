import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeCgroup } from "./cgroups.js";
import { boot, type Container, isRunning, kill, listens, unmountAll } from "./container.js";
import { cutCable, hostAddress, mendCable, namespacePath, plugIn, unplug } from "./network.js";
import { type Result, type RunOptions, run, startTime, until } from "./process.js";

/** What is kept on disk for a host, so that another process can go on with it. */
export interface HostRecord {
  readonly name: string;
  readonly machine: string;
  readonly fabric: string;
  readonly namespace: string;
  readonly index: number;
  readonly hostKey: string;
  readonly directory: string;
  readonly root: string;
  /** Whether the host gives itself its address. */
  readonly configured?: boolean;
  readonly privateKeyPath: string;
  readonly knownHostsPath: string;
  /** Files whose presence in the host says that it can be used. */
  readonly readyFiles: readonly string[];
  readonly extra: readonly string[];
}

/** A test host: a machine with systemd and sshd of its own, and libvirt when it is of the full form. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly sshPort = 22;
  /** A private key that root and windy (sudo without a password, group libvirt) accept. */
  readonly privateKeyPath: string;
  /** The public host key: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
  /** A known_hosts file with all hosts of the lab. */
  readonly knownHostsPath: string;
  /** The host's root file system as it is seen from outside (not its /run and /tmp; see `inside`). */
  readonly root: string;
  private container: Container | undefined;

  constructor(private readonly record: HostRecord) {
    this.name = record.name;
    this.address = hostAddress(record.index);
    this.privateKeyPath = record.privateKeyPath;
    this.hostKey = record.hostKey;
    this.knownHostsPath = record.knownHostsPath;
    this.root = record.root;
  }

  /** A host that another process, or an earlier part of this one, has started. */
  static async load(directory: string): Promise<LabHost> {
    const host = new LabHost(JSON.parse(await readFile(join(directory, "host.json"), "utf8")) as HostRecord);
    const state = await readFile(join(directory, "container.json"), "utf8").catch(() => undefined);
    if (state) {
      const { started, ...container } = JSON.parse(state) as Container & { started: string };
      if (startTime(container.leader) === started) host.container = container;
    }
    return host;
  }

  async save(): Promise<void> {
    await writeFile(join(this.record.directory, "host.json"), JSON.stringify(this.record));
  }

  get running(): boolean {
    return this.container !== undefined && isRunning(this.container);
  }

  /** The process id of the host's systemd, as it is numbered outside. */
  get leader(): number {
    if (!this.container) throw new Error(`${this.name} is not running`);
    return this.container.leader;
  }

  /** A path of the running host as it is seen from outside, /run and /tmp included. */
  inside(path: string): string {
    return join(`/proc/${this.leader}/root`, path);
  }

  /** Turns the host on; its disk is as it was left. Resolves when sshd, and libvirt's socket if it has one, answer. */
  async start(): Promise<void> {
    if (this.running) return;
    const { machine, root, namespace, fabric, index, name, directory, readyFiles, extra, configured } = this.record;
    if (!existsSync(namespacePath(namespace))) await plugIn(fabric, namespace, index, !configured);
    const consolePath = join(directory, "console.log");
    const container = await boot({ machine, root, namespace, hostname: name, consolePath, extra });
    this.container = container;
    const state = { ...container, started: startTime(container.leader) };
    await writeFile(join(directory, "container.json"), JSON.stringify(state));
    await until(`${name} to be up`, () => {
      if (!isRunning(container)) throw new Error(`${name} has stopped; see ${consolePath}`);
      return listens(container.leader, 22) && readyFiles.every((path) => existsSync(this.inside(path)));
    });
  }

  /** Runs a program in the host, as root and without ssh. */
  exec(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    const env = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      LC_ALL: "C",
      ...options.env,
    };
    const enter = [
      "nsenter",
      "--target",
      String(this.leader),
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--root",
      "--wd",
    ];
    return run([...enter, "--", ...argv], { ...options, env });
  }

  /** Copies a file of this machine into the running host; directories are made. */
  async copyIn(file: string, path: string): Promise<void> {
    const target = this.inside(path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(file, target);
  }

  /**
   * Ends everything in the host at once, guests too, without a chance to say goodbye. Its disk stays as it is, with what
   * was written but not yet synced: the machine's own page cache lives on.
   */
  async powerCut(): Promise<void> {
    this.container = undefined;
    await kill(this.record.machine);
    await removeCgroup(this.record.machine);
    // Bridges and taps of the host's guests would outlive it in a namespace that is kept.
    await unplug(this.record.fabric, this.record.namespace, this.record.index);
  }

  /** Packets to and from the host vanish; connections stay open until somebody notices. */
  async networkCut(): Promise<void> {
    await cutCable(this.record.fabric, this.record.index);
  }

  async networkRestore(): Promise<void> {
    await mendCable(this.record.fabric, this.record.index);
  }

  /** Turns the host off and removes it with its disk. */
  async destroy(): Promise<void> {
    await this.powerCut();
    await unmountAll(this.record.directory);
    await rm(this.record.directory, { recursive: true, force: true });
  }
}
