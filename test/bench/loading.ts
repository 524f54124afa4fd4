import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** What loading costs in each of the two processes, beyond @pulumi/pulumi, which both load anyway. */

const root = join(__dirname, "../..");
const rounds = 7;

const processes = {
  program: 'require("pulumi-windrose")',
  provider: 'require("pulumi-windrose/entry").resource("VirtualMachine")',
} as const;

interface Load {
  /** Milliseconds of @pulumi/pulumi itself. */
  readonly pulumi: number;
  readonly milliseconds: number;
  readonly modules: number;
}

async function load(code: string): Promise<Load> {
  const script = `
    const since = performance.now();
    require("@pulumi/pulumi");
    const before = Object.keys(require.cache).length;
    const then = performance.now();
    ${code};
    const milliseconds = performance.now() - then;
    console.log(JSON.stringify({ pulumi: then - since, milliseconds, modules: Object.keys(require.cache).length - before }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", script], { cwd: root, timeout: 60_000 });
  return JSON.parse(stdout) as Load;
}

const median = (all: readonly number[]) => [...all].sort((one, other) => one - other)[Math.floor(all.length / 2)]!;

/** One line for each process, by the median of several. One after the other: they would wait for each other. */
export async function loadingText(): Promise<string> {
  const lines: string[] = [];
  for (const [name, code] of Object.entries(processes)) {
    const all: Load[] = [];
    for (let round = 0; round < rounds; round++) all.push(await load(code));
    const [own, pulumi] = [median(all.map((one) => one.milliseconds)), median(all.map((one) => one.pulumi))];
    lines.push(
      `${name.padEnd(8)} ${own.toFixed(0).padStart(6)} ms, ${all[0]!.modules} modules (@pulumi/pulumi: ${pulumi.toFixed(0)} ms)`,
    );
  }
  return `loading in a program and in the provider, beyond @pulumi/pulumi\n${lines.join("\n")}`;
}
