/** The test lab (test/lab), as the scripts see it: what it needs of this machine, and how to run something in its network. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "./processes.mjs";
import { inModules, root } from "./project.mjs";
import { canBeRoot, isRoot, rootCommand } from "./root.mjs";
import { Told } from "./steps.mjs";

const tsx = [process.execPath, inModules("tsx/dist/cli.mjs")];

/** Why this machine can have no test hosts, in words that follow a semicolon; undefined where it can. */
export async function obstacleToFabric() {
  if (process.platform !== "linux" || process.arch !== "x64") return "test hosts need Linux on x86-64";
  if (!(await canBeRoot())) {
    return "test hosts are containers in network namespaces, which takes root, or sudo without a password";
  }
  const device = await access("/dev/net/tun").then(
    () => true,
    () => false,
  );
  return device ? undefined : "test hosts need /dev/net/tun";
}

/** Variables that a command in a fabric needs and that sudo would not pass on. */
const passedOn = /^(WINDROSE_|PULUMI_|PATH$|FORCE_COLOR$|NODE_OPTIONS$|NODE_V8_COVERAGE$|TMPDIR$)/;

/** The command line that runs `argv` in the network of a lab of its own, which ends with it. */
export function fabricCommand(argv, environment) {
  const kept = isRoot()
    ? []
    : [
        "env",
        ...Object.entries(environment).flatMap(([name, value]) => (passedOn.test(name) ? [`${name}=${value}`] : [])),
      ];
  return [...tsx, join(root, "test/lab/cli.ts"), "run", "--", ...kept, ...argv];
}

/** The same, as the lab itself says it: once dependencies are there. */
export const obstacleToLab = async () => (await labTool("obstacle")) ?? undefined;

/** What this machine has not that unit tests run, and that nobody brings without root. */
export async function missingForUnitTests() {
  const result = await capture([...tsx, join(root, "scripts/lib/lab-tool.ts"), "missing"], { cwd: root });
  return result.code === 0 ? JSON.parse(result.stdout) : [];
}

/** Runs scripts/lib/lab-tool.ts, whose last line of output is JSON; its progress goes to this terminal. */
export async function labTool(...args) {
  const argv = [...tsx, join(root, "scripts/lib/lab-tool.ts"), ...args];
  const result = await capture(isRoot() ? argv : rootCommand(argv), { cwd: root, timeout: 4 * 60 * 60_000 });
  if (result.code !== 0) throw new Told("The lab can't be had; its last words are above.");
  return JSON.parse(result.stdout.trim().split("\n").pop() || "null");
}
