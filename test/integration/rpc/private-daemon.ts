import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Dialer } from "../../../provider/hypervisors/libvirt/rpc";

const run = promisify(execFile);

/** What the private daemon needs: root, and the distribution's libvirtd, QEMU and virsh. */
export function canRunPrivateDaemon(): boolean {
  return (
    process.getuid?.() === 0 &&
    ["/usr/sbin/libvirtd", "/usr/bin/virsh", "/usr/bin/qemu-system-x86_64", "/usr/bin/unshare"].every((path) =>
      existsSync(path),
    )
  );
}

const qemuConf = `user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
remember_owner = 0
`;
const daemonConf = `unix_sock_group = "root"
auth_unix_rw = "none"
auth_unix_ro = "none"
`;

/** Everything the daemon writes is in directories of its own; killing the first process of its namespace ends all. */
function setup(directory: string): string {
  const bind = ["etc/libvirt", "var/lib/libvirt", "var/cache/libvirt", "var/log/libvirt"].map(
    (path) => `mkdir -p /${path} && mount --bind '${join(directory, path)}' /${path}`,
  );
  return [
    "set -e",
    "ip link set lo up",
    "mount -t tmpfs tmpfs /run && mkdir -p /run/libvirt /run/lock",
    ...bind,
    "/usr/sbin/libvirtd &",

    // the shell is the namespace's first process: it collects what the daemon's children leave
    "wait",
  ].join("\n");
}

/** A libvirtd in namespaces of its own (mount, network, process), with nothing of the machine's own libvirt. */
export class PrivateDaemon {
  private constructor(
    private readonly process: ChildProcess,
    private readonly inner: number,
    readonly directory: string,
  ) {}

  static async start(): Promise<PrivateDaemon> {
    const directory = mkdtempSync(join(tmpdir(), "windrose-rpc-"));
    for (const path of ["etc/libvirt", "var/lib/libvirt/images", "var/cache/libvirt", "var/log/libvirt"]) {
      mkdirSync(join(directory, path), { recursive: true });
    }
    writeFileSync(join(directory, "etc/libvirt/qemu.conf"), qemuConf);
    writeFileSync(join(directory, "etc/libvirt/libvirtd.conf"), daemonConf);
    const child = spawn(
      "unshare",
      ["--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "private"].concat(
        "bash",
        "-c",
        setup(directory),
      ),
      { stdio: "ignore" },
    );
    const inner = await until(20_000, "the namespace", async () => {
      const { stdout } = await run("ps", ["-o", "pid=", "--ppid", String(child.pid)]).catch(() => ({ stdout: "" }));
      return Number.parseInt(stdout, 10) || undefined;
    });
    const daemon = new PrivateDaemon(child, inner, directory);
    await until(60_000, "libvirtd's socket", async () => {
      const socket = connect(daemon.path("/run/libvirt/libvirt-sock"));
      const open = await Promise.race([once(socket, "connect"), once(socket, "error")]).then(
        () => true,
        () => false,
      );
      socket.destroy();
      return open || undefined;
    });
    return daemon;
  }

  /** A path of the daemon's own file system, as seen from here. */
  path(inside: string): string {
    return `/proc/${this.inner}/root${inside}`;
  }

  /** Reaches the daemon's sockets by their usual names, and runs commands beside it. */
  readonly dialer: Dialer = {
    description: "the private daemon",
    connectUnix: async (path) => {
      const socket = connect(this.path(path));
      await once(socket, "connect");
      return socket;
    },
    connectCommand: async ([program, ...args]) => {
      const child = spawn("nsenter", ["-t", String(this.inner), "-m", "-n", "-p", program!, ...args], {
        stdio: ["pipe", "pipe", "ignore"],
      });
      const { Duplex: DuplexClass } = await import("node:stream");
      const stream: Duplex = DuplexClass.from({ readable: child.stdout!, writable: child.stdin! });
      stream.once("close", () => child.kill());
      return stream;
    },
  };

  async virsh(...args: string[]): Promise<string> {
    const { stdout } = await this.inside("virsh", "-q", ...args);
    return stdout.trimEnd();
  }

  inside(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
    return run("nsenter", ["-t", String(this.inner), "-m", "-n", "-p", ...argv], {
      env: { ...process.env, LC_ALL: "C" },
      maxBuffer: 64 << 20,
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, "exit");
      this.process.kill("SIGKILL");
      await gone;
    }
    await until(20_000, "the end of the namespace", async () => !existsSync(`/proc/${this.inner}`) || undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function until<T>(milliseconds: number, what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`${what} was not there after ${milliseconds / 1000} s`);
    await delay(50);
  }
}
