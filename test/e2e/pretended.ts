import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readDigest } from "../../cli/preview-summary/digest";
import { render } from "../../cli/preview-summary/render";
import { reportOf } from "../../cli/preview-summary/report";
import { Stack } from "./stack";

const project = resolve(__dirname, "../..");
const built = join(project, "dist");

/** One thing that was done: `create KubernetesNode winds-boreas`. */
export type Done = string;

/**
 * A stack of labs on hosts that there are none of: the CLI, the engine, the component, checks and diffs are real; what
 * would be done on a host is only written down.
 */
export class PretendedStack {
  private previewed = "";

  private constructor(
    readonly stack: Stack,
    private readonly place: string,
  ) {}

  static async create(): Promise<PretendedStack> {
    const stack = await Stack.create({ program: join(__dirname, "lab-program") });
    // Found before the checkout's own, from the program and from the provider's process.
    const place = join(stack.program, "node_modules/pulumi-windrose");
    await mkdir(place, { recursive: true });
    await copyFile(join(__dirname, "pretended/entry.js"), join(place, "entry.js"));
    await writeFile(join(place, "package.json"), JSON.stringify({ name: "pulumi-windrose", version: "0.0.0" }));
    const pretended = new PretendedStack(stack, place);
    await pretended.use(built);
    return pretended;
  }

  /** Takes the package from this build of it, from now on. */
  async use(build: string): Promise<void> {
    await writeFile(join(this.place, "built.json"), JSON.stringify({ entry: join(build, "provider/entry.js") }));
    const components = JSON.stringify(join(build, "components/index.js"));
    await writeFile(join(this.place, "components.js"), `module.exports = require(${components});\n`);
  }

  private get log(): string {
    return join(this.place, "log.jsonl");
  }

  /** The labs of the next run, on hosts that nothing answers for. */
  async ask(labs: Readonly<Record<string, object>>, hosts: readonly string[]): Promise<void> {
    const nowhere = Object.fromEntries(hosts.map((name) => [name, "qemu+ssh://root@127.0.0.1:9/system"]));
    const resources = Object.entries(labs).map(([name, args]) => ({ kind: "KubernetesLab", name, args }));
    await this.stack.ask(nowhere, resources);
  }

  /** What a preview says it would do, by resource. */
  async preview(): Promise<Record<string, string>> {
    const { output } = await this.stack.run(["preview", "--json", "--show-sames"]);
    this.previewed = output;
    const { steps } = JSON.parse(output) as { steps: { op: string; urn: string }[] };
    return Object.fromEntries(
      steps
        .filter(({ op, urn }) => op !== "same" && op !== "read" && urn.includes("dynamic/windrose:"))
        .map(({ op, urn }) => [`${/windrose:(\w+)::/.exec(urn)![1]} ${urn.split("::").at(-1)}`, op]),
    );
  }

  /** What a pull request would say of the last preview. */
  summary(): string {
    return render(reportOf(readDigest(this.previewed), [], []), 65_000);
  }

  /** What is done, in its order. */
  up(): Promise<Done[]> {
    return this.noted(() => this.stack.up());
  }

  /** What is done before an `up` that nobody previewed fails. */
  failingUp(): Promise<Done[]> {
    return this.noted(async () => {
      const { code, output } = await this.stack.up({ check: false });
      if (code === 0) throw new Error(`up did not fail:\n${output}`);
    });
  }

  destroy(): Promise<Done[]> {
    return this.noted(() => this.stack.destroy());
  }

  private async noted(run: () => Promise<unknown>): Promise<Done[]> {
    await rm(this.log, { force: true });
    await run();
    const text = await readFile(this.log, "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => (JSON.parse(line) as string[]).join(" "));
  }

  dispose(): Promise<void> {
    return this.stack.dispose();
  }
}
