import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const program = join(__dirname, "program");

/** A stack of the bench's program: backend, home and configuration in a directory of its own, the program in its place. */
export class BenchStack {
  private constructor(
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** The toolchain is on PATH already: the script that starts the bench puts it there. */
  static async create(config: Record<string, unknown>): Promise<BenchStack> {
    const directory = await mkdtemp(join(tmpdir(), "windrose-bench-"));
    const stack = new BenchStack(directory, {
      ...process.env,
      PULUMI_HOME: join(directory, "home"),
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    await writeFile(join(directory, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
    await stack.pulumi(["stack", "select", "--create", "-C", directory]);
    await writeFile(join(directory, "config.yaml"), JSON.stringify({ config }));
    return stack;
  }

  run(args: readonly string[]): Promise<void> {
    return this.pulumi([...args, "--config-file", join(this.directory, "config.yaml"), "-C", program]);
  }

  private pulumi(args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { cwd: root, env: this.environment, timeout: 30 * 60_000, maxBuffer: 1 << 26 };
      execFile("pulumi", [...args, "--stack", "bench", "--non-interactive"], options, (error, stdout, stderr) => {
        if (error) reject(new Error(`pulumi ${args.join(" ")}:\n${(stdout + stderr).slice(-4000)}`));
        else resolve();
      });
    });
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
