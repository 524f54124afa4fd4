import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fabricCommand } from "./lab.mjs";
import { runAttached } from "./processes.mjs";
import { inModules, root } from "./project.mjs";

const minutes = 60_000;

/**
 * The levels of tests. `limit`: milliseconds for the whole level. `timeout`: for a test that names none of its own.
 * `usually` is what a run takes on two cores with no hardware virtualization. `fabric`: needs a network of test hosts.
 */
export const levels = {
  unit: { limit: 5 * minutes, timeout: 10_000, usually: "20 s", fabric: false, toolchain: false },
  integration: { limit: 20 * minutes, timeout: 60_000, usually: "2 min", fabric: true, toolchain: true },
  e2e: { limit: 30 * minutes, timeout: 10 * minutes, usually: "5 min", fabric: true, toolchain: true },
  timing: { limit: 20 * minutes, timeout: 15 * minutes, usually: "3 min", fabric: true, toolchain: true },
  conformance: { limit: 60 * minutes, timeout: 4 * minutes, usually: "15 min", fabric: true, toolchain: true },
  bridges: { limit: 60 * minutes, timeout: 10 * minutes, usually: "12 min", fabric: true, toolchain: false },
  "four-winds": { limit: 60 * minutes, timeout: 25 * minutes, usually: "8 min", fabric: true, toolchain: true },
  kill: { limit: 60 * minutes, timeout: 15 * minutes, usually: "10 min", fabric: true, toolchain: true },
};

export const standard = ["unit", "integration", "e2e"];

async function hasTests(directory) {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  return names.some((name) => name.endsWith(".test.ts"));
}

async function outcomes(file) {
  const text = await readFile(file, "utf8").catch(() => "");
  const all = text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  const count = (kind) => all.filter((each) => each.kind === kind).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    titles: all.flatMap((each) => (each.kind === "failed" ? [each.title] : [])),
    ended: all.some((each) => each.kind === "end"),
  };
}

function mochaCommand(level, { coverage, rest }) {
  const { timeout } = levels[level];
  const files = rest.some((argument) => argument.endsWith(".test.ts")) ? [] : [`test/${level}/**/*.test.ts`];
  const measured = coverage
    ? [
        inModules("c8/bin/c8.js"),
        "--reporter=text",
        "--reporter=lcovonly",
        "--include=provider/**",
        "--include=components/**",
        "--include=cli/**",
        `--reports-dir=coverage/${level}`,
        process.execPath,
      ]
    : [];
  return [
    process.execPath,
    ...measured,
    inModules("mocha/bin/mocha.js"),
    "--require=tsx/cjs",
    `--reporter=${join(root, "scripts/lib/reporter.cjs")}`,
    `--timeout=${timeout}`,
    "--forbid-only",
    ...rest,
    ...files,
  ];
}

/**
 * Runs one level, in a fabric of its own where it needs one.
 *
 * @param {string} level
 * @param {{coverage: boolean, rest: string[], environment: NodeJS.ProcessEnv}} options `rest` goes to mocha
 * @returns {Promise<{passed: number, failed: number, skipped: number, titles: string[]}>}
 */
export async function runLevel(level, { coverage, rest, environment }) {
  const none = { passed: 0, failed: 0, skipped: 0, titles: [] };
  if (!(await hasTests(join(root, "test", level)))) return none;
  const directory = await mkdtemp(join(tmpdir(), "windrose-test-"));
  try {
    const file = join(directory, "outcomes");
    const env = { ...environment, WINDROSE_TEST_OUTCOMES: file, WINDROSE_TEST_LEVEL: level };
    const argv = mochaCommand(level, { coverage, rest });
    const command = levels[level].fabric ? fabricCommand(argv, env) : argv;
    const code = await runAttached(command, { cwd: root, env, timeout: levels[level].limit, ownGroup: true });
    const result = await outcomes(file);
    // A run that died, or never began, is a failure whatever its tests said before.
    if (result.failed === 0 && (code !== 0 || !result.ended)) {
      result.failed = 1;
      result.titles = [`the level itself ended with exit code ${code}${result.ended ? "" : " before its last test"}`];
    }
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
