import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LabHost, run, until } from "../lab";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });

/** What says of nodes and pods whether they are ready, as the API has it. */
export interface Conditions {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}
export const isReady = ({ status }: Conditions): boolean =>
  status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");

/** kubectl on this side: the guests' network is behind the host, and ssh's forwarding leads through it. */
export class Kubectl {
  private constructor(
    private readonly program: string,
    private readonly directory: string,
    private readonly tunnel: ChildProcess,
    private readonly server: readonly string[],
  ) {}

  /** `address`: of a control plane. */
  static async create(host: LabHost, program: string, address: string, kubeconfig: string): Promise<Kubectl> {
    const directory = await mkdtemp(join(tmpdir(), "windrose-kubectl-"));
    await writeFile(join(directory, "config"), kubeconfig, { mode: 0o600 });
    const port = await freePort();
    const options = [`UserKnownHostsFile=${host.knownHostsPath}`, "BatchMode=yes", "ExitOnForwardFailure=yes"];
    const tunnel = spawn(
      "ssh",
      [
        ...["-N", "-i", host.privateKeyPath, ...options.flatMap((each) => ["-o", each])],
        ...["-L", `127.0.0.1:${port}:${address}:6443`, `root@${host.address}`],
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const server = ["--server", `https://127.0.0.1:${port}`, "--tls-server-name", address];
    const kubectl = new Kubectl(program, directory, tunnel, server);
    try {
      await until("ssh's forwarding", () => answers(port), 30_000);
      return kubectl;
    } catch (error) {
      await kubectl.dispose();
      throw error;
    }
  }

  /** Runs kubectl to its end, 5 minutes at most. */
  async run(args: readonly string[], stdin?: string): Promise<string> {
    const config = ["--kubeconfig", join(this.directory, "config"), ...this.server, "--cache-dir", this.directory];
    const { stdout } = await run([this.program, ...config, ...args], { stdin, timeout: 300_000 });
    return stdout.trim();
  }

  // biome-ignore lint/suspicious/noExplicitAny: objects of the API, of which a test reads what it knows to be there
  async json(...args: readonly string[]): Promise<any> {
    return JSON.parse(await this.run([...args, "-o", "json"]));
  }

  async dispose(): Promise<void> {
    this.tunnel.kill("SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }
}
