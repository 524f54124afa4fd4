import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const root = join(__dirname, "../..");

interface Ran {
  readonly code: number;
  readonly output: string;
  readonly stdout: string;
}

function run(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    execFile(program!, rest, { cwd, env, timeout: 120_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") return reject(error);
      resolve({ code: Number(error?.code ?? 0), stdout, output: stdout + stderr });
    });
  });
}

async function succeed(argv: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Ran> {
  const ran = await run(argv, cwd, env);
  assert.equal(ran.code, 0, `${argv.join(" ")}:\n${ran.output}`);
  return ran;
}

const program = `import { Host, Image, Network, Snapshot, StoragePool, VirtualMachine, Volume } from "pulumi-windrose";
import { KubernetesLab } from "pulumi-windrose/components";

const host = new Host("anemoi", { requirements: { virtualization: "none" } });
const pool = new StoragePool("winds", { host, type: "dir" });
const image = new Image("base", { host, pool, source: "https://images.example.org/base.qcow2" });
const network = new Network("winds", { host, ipv4: { address: "172.17.2.1/24" } });
const volume = new Volume("data", { host, pool, size: "1GiB" });
const machine = new VirtualMachine("boreas", {
  host,
  memory: "512MiB",
  disks: { root: { pool, image, size: "4GiB" }, data: { volume } },
  interfaces: { lan: { network } },
});
new Snapshot("before", { host, machine });
const lab = new KubernetesLab("others", {
  hosts: { anemoi: { host, pool, images: { base: image } } },
  images: {},
  subnet: "172.17.3.0/24",
  guests: [{ name: "notus" }],
});
export const mac = machine.macAddresses;
export const guests = lab.guests;
`;

/** A user's project outside the checkout: the packed package unpacked as npm does it, and only what it declares beside it. */
async function makeProject(directory: string, tarball: string): Promise<void> {
  const modules = join(directory, "node_modules");
  await mkdir(join(modules, "pulumi-windrose"), { recursive: true });
  await succeed(["tar", "-xzf", tarball, "-C", join(modules, "pulumi-windrose"), "--strip-components=1"], directory);
  const manifest = JSON.parse(await readFile(join(modules, "pulumi-windrose/package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const name of [...declared, "typescript", "ts-node", "@types/node", "@pulumi/command"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "a-users-program", private: true, main: "index.ts" }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "node16",
        moduleResolution: "node16",
        types: ["node"],
        strict: true,
        skipLibCheck: true,
      },
      files: ["index.ts"],
    }),
    "index.ts": program,
    "Pulumi.yaml": "name: a-users-program\nruntime: nodejs\n",
    "Pulumi.test.yaml": "config:\n  windrose:hosts:\n    anemoi: qemu+ssh://root@192.0.2.1/system\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

describe("the package as npm packs it", function () {
  this.timeout(180_000);
  let directory: string;
  let project: string;
  let packed: string[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "windrose-package-"));
    await succeed([process.execPath, join(root, "scripts/build.mjs"), "--if-stale"], root);
    const argv = ["npm", "pack", "--ignore-scripts", "--json", "--offline", "--pack-destination", directory];
    const [result] = JSON.parse((await succeed(argv, root)).stdout) as {
      filename: string;
      files: { path: string }[];
    }[];
    packed = result!.files.map((file) => file.path);
    project = join(directory, "program");
    await makeProject(project, join(directory, result!.filename));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("holds only what a user needs", () => {
    const wanted =
      /^(package\.json|README\.md|ARCHITECTURE\.md|LICENSE|docs\/[\w/-]+\.(md|ts)|dist\/(provider|components|cli)\/.+\.(js|d\.ts|hbs))$/;
    assert.deepEqual(
      packed.filter((path) => !wanted.test(path)),
      [],
    );
  });

  it("holds everything that is compiled, and every template", async () => {
    const sources = (
      await Promise.all(
        ["provider", "components", "cli"].map(async (name) => {
          const entries = await readdir(join(root, name), { recursive: true, withFileTypes: true });
          return entries.flatMap((entry) =>
            entry.isFile() ? [relative(root, join(entry.parentPath, entry.name))] : [],
          );
        }),
      )
    ).flat();
    const compiled = sources.flatMap((path) => {
      if (path.endsWith(".ts")) return [`dist/${path.replace(/\.ts$/, ".js")}`];
      return path.endsWith(".hbs") ? [`dist/${path}`] : [];
    });
    assert.deepEqual(
      compiled.filter((path) => !packed.includes(path)),
      [],
    );
  });

  it("has a command line that runs", async () => {
    const ran = await run(
      [process.execPath, join(project, "node_modules/pulumi-windrose/dist/cli/windrose.js")],
      directory,
    );
    assert.equal(ran.code, 0);
    assert.match(ran.output, /preview-summary/);
  });

  it("type-checks in a program outside the checkout", async () => {
    await succeed(
      [process.execPath, join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", project],
      project,
    );
  });

  /** What the compiler says of a text as a file of the project. */
  async function typeCheck(text: string): Promise<Ran> {
    const file = join(project, "tried.ts");
    await writeFile(file, text);
    const argv = [process.execPath, join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "--ignoreConfig"];
    const options = ["--strict", "--skipLibCheck", "--module", "node16", "--types", "node", "tried.ts"];
    const ran = await run([...argv, ...options], project);
    await rm(file);
    return ran;
  }

  it("refuses in that program what the types do not allow", async () => {
    for (const [wrong, words] of [
      ["memory: 512", /number.*string/s],
      ['memory: "512MiB", wheels: 4', /wheels/],
      ['memory: "512MiB", wheels: 4, wait: { for: "ssh" }', /wheels/],
      ['memory: "512MiB", wait: { for: "sssh" }', /sssh/],
    ] as const) {
      const ran = await typeCheck(program.replace('memory: "512MiB"', wrong));
      assert.notEqual(ran.code, 0, wrong);
      assert.match(ran.output, words);
    }
  });

  it("gives a connection for @pulumi/command where a machine has one for sure, and not elsewhere", async () => {
    const example = await readFile(join(root, "examples/commands/index.ts"), "utf8");
    const fixed = example.replace(/ {2}wait: .*\n/, "");
    const waited = example.replace(', address: "172.17.2.2"', "");
    assert.ok(fixed !== example && waited !== example);
    for (const text of [example, fixed, waited]) assert.equal((await typeCheck(text)).output, "");
    const neither = await typeCheck(waited.replace(/ {2}wait: .*\n/, ""));
    assert.match(neither.output, /undefined/);
    assert.notEqual(neither.code, 0);
  });

  it("gives a state its provider by the frozen path", async () => {
    const text = `const provider = require("pulumi-windrose/entry").resource("VirtualMachine");
      console.log(["check", "diff", "create", "read", "update", "delete"].map((name) => typeof provider[name]).join());`;
    const ran = await succeed([process.execPath, "-e", text], project);
    assert.equal(ran.stdout.trim(), Array(6).fill("function").join());
  });

  it("previews a program whose host can't be reached", async () => {
    const { ensureToolchain, toolchainEnvironment } = (await import(join(root, "scripts/toolchain.mjs"))) as {
      ensureToolchain(): Promise<{ pulumi: string; path: string }>;
      toolchainEnvironment(directory: string, toolchain: object): NodeJS.ProcessEnv;
    };
    const toolchain = await ensureToolchain();
    await mkdir(join(directory, "state"));
    const env = {
      ...process.env,
      ...toolchainEnvironment(project, toolchain),
      PULUMI_HOME: join(directory, "home"),
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const pulumi = (...args: string[]) => [toolchain.pulumi, ...args, "--non-interactive", "--color", "never"];
    await succeed(pulumi("stack", "select", "--create", "--stack", "test"), project, env);
    const ran = await succeed(pulumi("preview", "--json", "--stack", "test"), project, env);
    const { changeSummary } = JSON.parse(ran.stdout) as { changeSummary: { create: number } };
    // The stack, seven resources of the program's own, the lab, its network, its guest and the look into that.
    assert.equal(changeSummary.create, 12);
  });
});
