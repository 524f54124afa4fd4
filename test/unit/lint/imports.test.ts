import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(__dirname, "../../..");
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");

/** Lints a file of one import under the project's own rules; gives what is said about the import. */
async function lint(directory: string, path: string, specifier: string): Promise<string[]> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `import * as it from "${specifier}";\nexport { it };\n`);
  const output = await new Promise<string>((resolve, reject) => {
    const argv = [biome, "lint", "--only=style/noRestrictedImports", "--reporter=json", file];
    execFile(process.execPath, argv, { cwd: directory, timeout: 30_000 }, (error, stdout) =>
      error && error.code !== 1 ? reject(error) : resolve(stdout),
    );
  });
  const report = JSON.parse(output) as { diagnostics: { category: string; message: unknown }[] };
  return report.diagnostics.map((each) => each.category);
}

const cases: readonly [file: string, specifier: string, allowed: boolean][] = [
  ["components/fleet/fleet.ts", "../../provider/index", true],
  ["components/fleet/fleet.ts", "../../provider/sizes", false],
  ["components/fleet/fleet.ts", "../../provider/resources/host", false],
  ["components/fleet/fleet.ts", "./plan", true],
  ["provider/index.ts", "./resources/host", true],
  ["provider/index.ts", "../components/index", false],
  ["provider/lifecycle.ts", "@pulumi/pulumi/proto/engine_pb", false],
  ["provider/lifecycle.ts", "@grpc/grpc-js", false],
  ["provider/engine.ts", "@pulumi/pulumi/proto/engine_pb", true],
  ["provider/resources/host.ts", "../hypervisors/model", true],
  ["provider/resources/host.ts", "@pulumi/pulumi", true],
  ["provider/resources/host.ts", "../hypervisors/libvirt/driver", false],
  ["provider/resources/host.ts", "../transports/transport", false],
  ["provider/resources/host.ts", "../dynamic", false],
  ["provider/resources/machine/power.ts", "../../index", false],
  ["provider/hypervisors/libvirt/driver.ts", "../../transports/transport", true],
  ["provider/hypervisors/libvirt/driver.ts", "./rpc/index", true],
  ["provider/hypervisors/libvirt/driver.ts", "../../sizes", true],
  ["provider/hypervisors/libvirt/driver.ts", "@pulumi/pulumi", false],
  ["provider/hypervisors/libvirt/driver.ts", "../../resources/host", false],
  ["provider/hypervisors/libvirt/driver.ts", "../../lifecycle", false],
  ["provider/transports/ssh.ts", "./quote", true],
  ["provider/transports/ssh.ts", "../errors", true],
  ["provider/transports/ssh.ts", "../hypervisors/model", false],
  ["provider/transports/ssh.ts", "../schema", false],
  ["provider/transports/ssh.ts", "@pulumi/pulumi", false],
  ["examples/one/index.ts", "pulumi-windrose", true],
  ["examples/one/index.ts", "pulumi-windrose/components", true],
  ["examples/one/index.ts", "../../provider/index", false],
];

describe("the direction of imports, which lint holds", function () {
  this.timeout(30_000);
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "windrose-lint-"));
    const { $schema: _, ...rules } = JSON.parse(await readFile(join(root, "biome.json"), "utf8")) as {
      $schema: string;
    };
    await writeFile(join(directory, "biome.json"), JSON.stringify(rules));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const [file, specifier, allowed] of cases) {
    it(`${allowed ? "lets" : "keeps"} ${file} ${allowed ? "import" : "from importing"} ${specifier}`, async () => {
      const said = await lint(directory, file, specifier);
      assert.deepEqual(said, allowed ? [] : ["lint/style/noRestrictedImports"]);
    });
  }
});
