import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const project = resolve(__dirname, "../..");

export interface Asked {
  kind: string;
  name: string;
  /** The logical name in Pulumi, where it is another. */
  logical?: string;
  args?: object;
  options?: object;
}

export interface Outcome {
  code: number;
  output: string;
}

/** The engine writes beside a program, so each stack has a copy, with the checkout's packages. */
async function copyProgram(from: string, to: string): Promise<string> {
  await cp(from, to, {
    recursive: true,
    filter: (path) => !/^(node_modules|Pulumi\..+\.yaml)$/.test(basename(path)),
  });
  return to;
}

/** A stack of the test program with a backend, a home and a configuration of its own, driven by the real CLI. */
export class Stack {
  private constructor(
    readonly name: string,
    readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
    readonly program: string,
  ) {}

  static async create(options: { name?: string; program?: string; backend?: string } = {}): Promise<Stack> {
    const { ensureToolchain, toolchainEnvironment } = await import(join(project, "scripts/toolchain.mjs"));
    const toolchain = await ensureToolchain({ log: () => {} });
    const directory = await mkdtemp(join(tmpdir(), "windrose-e2e-"));
    await mkdir(join(directory, "tmp"));
    // Below the checkout's node_modules, where the program finds its packages. A node_modules of its own would have the
    // language host follow the package's link to itself in circles, for seconds at each command.
    const programs = join(project, "node_modules/.cache");
    await mkdir(programs, { recursive: true });
    const place = await mkdtemp(join(programs, "windrose-e2e-"));
    const program = await copyProgram(options.program ?? join(__dirname, "program"), place);
    const name = options.name ?? `t${randomBytes(3).toString("hex")}`;
    const stack = new Stack(
      name,
      directory,
      {
        ...process.env,
        ...toolchainEnvironment(project, toolchain),
        PULUMI_HOME: join(directory, "home"),
        PULUMI_BACKEND_URL: `file://${options.backend ?? directory}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        // The language host leaves an empty directory there at each command.
        TMPDIR: join(directory, "tmp"),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
      program,
    );
    await stack.run(["stack", "init", name]);
    return stack;
  }

  get configFile(): string {
    return join(this.directory, "Pulumi.stack.yaml");
  }

  spawn(args: readonly string[], options: { detached?: boolean; env?: NodeJS.ProcessEnv } = {}): ChildProcess {
    const withConfig = ["up", "preview", "refresh", "destroy", "config"].includes(args[0]!)
      ? ["--config-file", this.configFile]
      : [];
    // Flags come before `--`, values after it.
    const at = args.includes("--") ? args.indexOf("--") : args.length;
    const all = [
      ...args.slice(0, at),
      ...withConfig,
      "--non-interactive",
      "--color",
      "never",
      "--stack",
      this.name,
      "-C",
      this.program,
      ...args.slice(at),
    ];
    return spawn(
      "pulumi",
      args[0] === "stack" && args[1] === "init"
        ? ["stack", "init", this.name, "--non-interactive", "-C", this.program]
        : all,
      {
        env: { ...this.environment, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: options.detached,
      },
    );
  }

  /** Runs the CLI to its end, 10 minutes at most. Resolves for any exit code unless `check`. */
  async run(
    args: readonly string[],
    options: { check?: boolean; env?: NodeJS.ProcessEnv; timeout?: number } = {},
  ): Promise<Outcome> {
    const child = this.spawn(args, options);
    let output = "";
    child.stdout!.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr!.setEncoding("utf8").on("data", (text) => (output += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? 600_000);
    const code = await new Promise<number>((done, fail) =>
      child.on("error", fail).on("close", (status) => done(status ?? -1)),
    );
    clearTimeout(timer);
    if (process.env.WINDROSE_E2E_VERBOSE) console.log(`$ pulumi ${args.join(" ")}\n${output}`);
    if (options.check !== false && code !== 0) throw new Error(`pulumi ${args.join(" ")} exited ${code}:\n${output}`);
    return { code, output };
  }

  /** What the program is to make, and where its host is. */
  async ask(
    hosts: Record<string, unknown>,
    resources: readonly Asked[],
    secrets?: Record<string, unknown>,
  ): Promise<void> {
    await this.configure({ "windrose:hosts": hosts, "e2e:resources": resources });
    for (const [key, value] of Object.entries(secrets ?? {})) {
      const path = key.includes(":") ? key : `e2e:secrets.${key}`;
      await this.run(["config", "set", "--secret", "--path", path, "--", String(value)]);
    }
  }

  /** The stack's whole configuration, in clear. */
  async configure(config: Record<string, unknown>): Promise<void> {
    const old = existsSync(this.configFile) ? await readFile(this.configFile, "utf8") : "";
    const salt = /^encryptionsalt:.*$/m.exec(old)?.[0];
    const text = [
      ...(salt ? [salt] : []),
      "config:",
      ...Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    ].join("\n");
    await writeFile(this.configFile, `${text}\n`);
  }

  preview(options: { check?: boolean; args?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
    return this.run(["preview", "--diff", ...(options.args ?? [])], options);
  }

  up(options: { check?: boolean; args?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
    return this.run(["up", "--yes", "--skip-preview", ...(options.args ?? [])], options);
  }

  refresh(options: { check?: boolean; args?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
    return this.run(["refresh", "--yes", "--skip-preview", ...(options.args ?? [])], options);
  }

  destroy(options: { check?: boolean; args?: string[]; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
    return this.run(["destroy", "--yes", "--skip-preview", ...(options.args ?? [])], options);
  }

  async outputs<T = Record<string, unknown>>(): Promise<T> {
    const { output } = await this.run(["stack", "output", "--json", "--show-secrets"]);
    return JSON.parse(output) as T;
  }

  /** The state as the backend has it: secrets encrypted. */
  async state(): Promise<{ deployment: { resources: StateResource[]; pending_operations?: unknown[] } }> {
    const { output } = await this.run(["stack", "export"]);
    return JSON.parse(output);
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    await rm(this.program, { recursive: true, force: true });
  }
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
}
