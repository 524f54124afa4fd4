import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const root = join(__dirname, "../../..");
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");

/** Writes each file with its imports, a line each, and lints all at once; gives `file:line` of those that are refused. */
async function refused(directory: string, imports: ReadonlyMap<string, readonly string[]>): Promise<Set<string>> {
  for (const [path, specifiers] of imports) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, specifiers.map((specifier) => `export * from "${specifier}";\n`).join(""));
  }
  const argv = [biome, "lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=github"];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, argv, { cwd: directory, timeout: 30_000 }, (error, stdout) =>
      error && error.code !== 1 ? reject(error) : resolve(stdout),
    );
  });
  const found = output.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=([^,]+),line=(\d+)/gm);
  return new Set([...found].map(([, file = "", line]) => `${relative(directory, file)}:${line}`));
}

const cases: readonly [file: string, specifier: string, allowed: boolean][] = [
  ["components/fleet/fleet.ts", "../../provider/index", true],
  ["components/fleet/fleet.ts", "../../provider/basics/sizes", false],
  ["components/fleet/fleet.ts", "../../provider/resources/host", false],
  ["components/fleet/fleet.ts", "./plan", true],
  ["provider/index.ts", "./resources/host", true],
  ["provider/index.ts", "../components/index", false],
  ["provider/lifecycle/lifecycle.ts", "@pulumi/pulumi/proto/engine_pb", false],
  ["provider/lifecycle/lifecycle.ts", "@grpc/grpc-js", false],
  ["provider/pulumi/engine.ts", "@pulumi/pulumi/proto/engine_pb", true],
  ["provider/resources/host/index.ts", "../../drivers/model", true],
  ["provider/resources/host/index.ts", "@pulumi/pulumi", true],
  ["provider/resources/host/index.ts", "../../drivers/libvirt/driver", false],
  ["provider/resources/host/index.ts", "../../transports/transport", false],
  ["provider/resources/host/index.ts", "../../pulumi/dynamic", false],
  ["provider/resources/host/index.ts", "../../pulumi/resource", true],
  ["provider/resources/virtual-machine/power.ts", "../../index", false],
  ["provider/drivers/libvirt/driver.ts", "../../transports/transport", true],
  ["provider/drivers/libvirt/driver.ts", "./rpc/index", true],
  ["provider/drivers/libvirt/driver.ts", "../../basics/sizes", true],
  ["provider/drivers/libvirt/driver.ts", "@pulumi/pulumi", false],
  ["provider/drivers/libvirt/driver.ts", "../../resources/host", false],
  ["provider/drivers/libvirt/driver.ts", "../../lifecycle/lifecycle", false],
  ["provider/transports/ssh.ts", "./quote", true],
  ["provider/transports/ssh.ts", "../basics/errors", true],
  ["provider/transports/ssh.ts", "../basics/addresses", true],
  ["provider/transports/ssh.ts", "../drivers/model", false],
  ["provider/transports/ssh.ts", "../lifecycle/schema", false],
  ["provider/transports/ssh.ts", "@pulumi/pulumi", false],
  ["examples/one/index.ts", "pulumi-windrose", true],
  ["examples/one/index.ts", "pulumi-windrose/components", true],
  ["examples/one/index.ts", "../../provider/index", false],
];

describe("the direction of imports, which lint holds", function () {
  this.timeout(30_000);
  const byFile = new Map<string, string[]>();
  for (const [file, specifier] of cases) byFile.set(file, [...(byFile.get(file) ?? []), specifier]);
  let found: Set<string>;

  before(async () => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "windrose-lint-")));
    try {
      const { $schema: _, ...rules } = JSON.parse(await readFile(join(root, "biome.json"), "utf8")) as {
        $schema: string;
      };
      await writeFile(join(directory, "biome.json"), JSON.stringify(rules));
      found = await refused(directory, byFile);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  for (const [file, specifier, allowed] of cases) {
    it(`${allowed ? "lets" : "keeps"} ${file} ${allowed ? "import" : "from importing"} ${specifier}`, () => {
      const line = byFile.get(file)!.indexOf(specifier) + 1;
      assert.equal(found.has(`${file}:${line}`), !allowed);
    });
  }
});
