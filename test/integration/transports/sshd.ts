import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { SshConnection } from "../../../provider/transports/transport";

export type KeyKind = "ed25519" | "ecdsa" | "rsa";

/** A scratch directory with keys in it, and the servers that were started on it. */
export class SshLab {
  readonly directory = mkdtempSync(join(tmpdir(), "windrose-sshd-"));
  readonly authorized = join(this.directory, "authorized_keys");
  private readonly stops: (() => Promise<void>)[] = [];

  constructor() {
    writeFileSync(this.authorized, "");
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text, { mode: 0o600 });
    return this.path(name);
  }

  /** Makes a key pair; the path of the private key. */
  key(
    name: string,
    kind: KeyKind = "ed25519",
    options: { passphrase?: string; authorize?: boolean; format?: string } = {},
  ): string {
    const path = this.path(name);
    const bits = kind === "rsa" ? ["-b", "2048"] : [];
    const format = options.format ? ["-m", options.format] : [];
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      kind,
      ...bits,
      ...format,
      "-N",
      options.passphrase ?? "",
      "-C",
      name,
      "-f",
      path,
    ]);
    if (options.authorize !== false) appendFileSync(this.authorized, readFileSync(`${path}.pub`));
    return path;
  }

  publicKey(path: string): string {
    return readFileSync(`${path}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
  }

  async server(options: ServerOptions = {}): Promise<SshServer> {
    const server = await startServer(this, options);
    this.stops.push(() => server.stop());
    return server;
  }

  /** A real ssh-agent with the given keys in it; the path of its socket. */
  async agent(...keys: string[]): Promise<string> {
    const socket = this.path(`agent-${this.stops.length}.sock`);
    const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("error", reject);
      child.once("exit", () => reject(new Error("ssh-agent ended")));
    });
    this.stops.push(() => stopped(child));
    for (const key of keys) {
      execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "ignore" });
    }
    return socket;
  }

  async remove(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface ServerOptions {
  kinds?: KeyKind[];
  /** Lines of sshd_config; they come first, and the first value of a keyword counts. */
  config?: string[];
}

export interface SshServer {
  readonly port: number;
  /** Paths of the private host keys. */
  readonly hostKeys: string[];
  readonly pid: number;
  /** A line of known_hosts for its first key. */
  knownHostsLine(name?: string): string;
  /** A connection that accepts its first key and uses nothing of the machine's own configuration. */
  connection(more?: Partial<SshConnection>): SshConnection;
  /** Kills the processes that serve connections, not the one that listens. Returns how many it killed. */
  cut(): number;
  stop(): Promise<void>;
}

let count = 0;

async function startServer(lab: SshLab, options: ServerOptions): Promise<SshServer> {
  const id = `server-${count++}`;
  if (userInfo().uid === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const hostKeys = (options.kinds ?? ["ed25519"]).map((kind) => lab.key(`${id}-${kind}`, kind, { authorize: false }));
  for (let attempt = 0; ; attempt++) {
    const port = await freePort();
    const config = lab.write(
      `${id}.conf`,
      [
        ...(options.config ?? []),
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        ...hostKeys.map((key) => `HostKey ${key}`),
        `AuthorizedKeysFile ${lab.authorized}`,
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "MaxStartups 100",
        "",
      ].join("\n"),
    );
    const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
    const log = await listening(child);
    if (log === undefined) return serverOver(lab, child, port, hostKeys);
    await stopped(child);
    if (attempt >= 4) throw new Error(`sshd did not start: ${log}`);
  }
}

/** Waits for sshd's line; what it printed instead, where it ended or took too long. */
function listening(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let log = "";
    const timer = setTimeout(() => resolve(log), 15_000);
    const settle = (value: string | undefined) => {
      clearTimeout(timer);
      resolve(value);
    };
    child.stderr?.on("data", (chunk) => {
      log += chunk;
      if (log.includes("Server listening")) settle(undefined);
    });
    child.once("error", reject);
    child.once("exit", () => settle(log));
  });
}

function serverOver(lab: SshLab, child: ChildProcess, port: number, hostKeys: string[]): SshServer {
  const pid = child.pid as number;
  const first = lab.publicKey(hostKeys[0] as string);
  return {
    port,
    hostKeys,
    pid,
    knownHostsLine: (name = `[127.0.0.1]:${port}`) => `${name} ${first}\n`,
    connection: (more = {}) => ({
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      sshConfig: false,
      agent: false,
      hostKey: first,
      ...more,
    }),
    cut: () => signal(children(pid), "SIGKILL"),
    async stop() {
      const sessions = children(pid);
      await stopped(child);
      signal(sessions, "SIGKILL");
    },
  };
}

/** Signals those that have not ended meanwhile; how many. */
export function signal(pids: readonly number[], name: NodeJS.Signals): number {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
      throw error;
    }
  }).length;
}

/** The processes that it has started and that have not ended. */
export function children(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return state !== "Z" && Number(parent) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
