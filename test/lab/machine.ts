import { spawn } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureMachineRoot } from "./build.js";
import { killCgroup, makeCgroup, removeCgroup } from "./cgroups.js";
import { mountRoot, unmountAll } from "./container.js";
import { giveIdentity } from "./identity.js";
import type { Log } from "./install.js";
import type { Lab } from "./lab.js";
import { run } from "./process.js";

export interface MachineOptions {
  /** Letters and digits, 1 to 8 of them. */
  readonly name: string;
  /** Writes its configuration under the root file system; its NIC is `eth0`. */
  readonly configure: (root: string) => Promise<void>;
  readonly log?: Log;
}

/** A host that QEMU boots with Debian's kernel, on the lab's fabric: 40 to 90 s to ssh without hardware virtualization. */
export class LabMachine {
  private constructor(
    private readonly lab: Lab,
    private readonly directory: string,
    private readonly boot: { kernel: string; initrd: string },
    readonly name: string,
    /** "ssh-ed25519 AAAA…" */
    readonly hostKey: string,
  ) {}

  /** Makes its disk and turns it on; when its ssh answers is for the caller to see, who knows its address. */
  static async start(lab: Lab, options: MachineOptions): Promise<LabMachine> {
    const { name, configure, log = () => {} } = options;
    const { root: lower, kernel, initrd } = await ensureMachineRoot(log);
    const directory = join(lab.directory, "machines", name);
    await mkdir(directory, { recursive: true });
    const root = await mountRoot(lower, directory);
    const authorizedKey = `${await lab.publicKey()}\n`;
    const hostKey = await giveIdentity({ root, name, authorizedKey, peers: [] });
    await configure(root);
    const disk = join(directory, "disk.raw");
    await run(["truncate", "-s", "2G", disk]);
    await run(["mke2fs", "-q", "-t", "ext4", "-d", root, disk], { timeout: 180_000 });
    await unmountAll(directory);
    const machine = new LabMachine(lab, directory, { kernel, initrd }, name, hostKey);
    await machine.turnOn();
    return machine;
  }

  private get tap(): string {
    return `vm-${this.name}`;
  }

  private get cgroup(): string {
    return `${this.lab.namespace}-machine-${this.name}`;
  }

  async turnOn(): Promise<void> {
    await this.lab.run(["ip", "tuntap", "add", this.tap, "mode", "tap"]);
    await this.lab.run(["ip", "link", "set", this.tap, "master", "br0", "up"]);
    const console = await open(join(this.directory, "console.log"), "a");
    // Frames are taken up by a switch in user space, which completes no checksums.
    const plain = "csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,host_tso4=off,host_tso6=off";
    // In a cgroup of the lab's, it ends with the lab even where this process does not get to it.
    const cgroups = await makeCgroup(this.cgroup);
    const enter = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';
    const qemu = this.lab.inNamespace([
      ...["qemu-system-x86_64", "-accel", "tcg,thread=multi,tb-size=256", "-m", "512", "-smp", "2", "-cpu", "max"],
      ...[
        "-nodefaults",
        "-display",
        "none",
        "-serial",
        "stdio",
        "-kernel",
        this.boot.kernel,
        "-initrd",
        this.boot.initrd,
      ],
      ...["-append", "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off"],
      ...["-drive", `file=${join(this.directory, "disk.raw")},format=raw,if=virtio,cache=unsafe`],
      ...["-netdev", `tap,id=lan,ifname=${this.tap},script=no,downscript=no,vhost=off`],
      ...["-device", `virtio-net-pci,netdev=lan,mac=02:57:52:00:01:01,${plain}`],
    ]);
    spawn("sh", ["-c", enter, "sh", ...cgroups, "--", ...qemu], { stdio: ["ignore", console.fd, console.fd] });
    await console.close();
  }

  /** As if the cable of its power was pulled. */
  async powerCut(): Promise<void> {
    await killCgroup(this.cgroup);
    await removeCgroup(this.cgroup);
    await this.lab.run(["ip", "link", "delete", this.tap], { check: false });
  }

  async destroy(): Promise<void> {
    await this.powerCut();
    await rm(this.directory, { recursive: true, force: true });
  }
}
