import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fabricCommand } from "./lab.mjs";
import { runAttached, stoppedBy } from "./processes.mjs";
import { inModules, root } from "./project.mjs";

const minutes = 60_000;

/**
 * The levels of tests. `limit`: milliseconds for the whole level. `timeout`: for a test that names none of its own.
 * `usually` is what a run takes on two cores with no hardware virtualization. `fabric`: needs a network of test hosts.
 * `lanes`: how many of its files or folders run at once, each in a process and a network of its own. Default: all in one.
 * `parts`: what of the lab (test/lab/parts.ts) is brought beforehand, since within a network of test hosts nothing else is
 * reached. `linter`: so is the linter of workflows.
 */
export const levels = {
  unit: { limit: 5 * minutes, timeout: 10_000, usually: "20 s", fabric: false, toolchain: false, parts: [] },
  integration: {
    limit: 20 * minutes,
    timeout: 60_000,
    usually: "4 min",
    fabric: true,
    toolchain: true,
    lanes: 2,
    parts: ["host", "bare-host", "releases", "networks", "packages", "micro", "kubeadm"],
    linter: true,
  },
  e2e: {
    limit: 40 * minutes,
    timeout: 10 * minutes,
    usually: "10 min",
    fabric: true,
    toolchain: true,
    lanes: 2,
    parts: ["host", "packages", "micro"],
  },
  timing: long(20, 15, "3 min", ["host", "micro"]),
  conformance: long(60, 4, "15 min", ["host", "micro"]),
  bridges: { ...long(60, 10, "12 min", ["networks", "machine"]), toolchain: false },
  "four-winds": long(60, 25, "8 min", ["host", "packages", "debian"]),
  kubernetes: long(60, 25, "30 min", ["packages", "kubernetes"]),
  "control-planes": long(90, 40, "40 min", ["packages", "kubernetes"]),
  texts: { ...long(150, 120, "40 min", ["host", "micro"]), lanes: 4 },
  kill: long(60, 15, "10 min", ["host", "micro"]),
  fresh: { ...long(300, 120, "2 h", []), toolchain: false },
};

/** A run of its own name; the times are in minutes. */
function long(limit, timeout, usually, parts) {
  return { limit: limit * minutes, timeout: timeout * minutes, usually, fabric: true, toolchain: true, parts };
}

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
    skipped: all.flatMap(({ kind, title }) => (kind === "skipped" ? [title] : [])),
    failures: all.flatMap(({ kind, title, reason = [] }) => (kind === "failed" ? [{ title, reason }] : [])),
    ended: all.some((each) => each.kind === "end"),
  };
}

const namesFiles = (rest) => rest.some((argument) => argument.endsWith(".test.ts"));

function mochaCommand(level, { coverage, rest }, files) {
  const { timeout } = levels[level];
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

/** What a level runs at once: each file, and each folder of files. Those that take long come first, to leave no lane idle. */
async function shares(level) {
  const directory = join(root, "test", level);
  const shares = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory() ? await hasTests(join(directory, entry.name)) : entry.name.endsWith(".test.ts"))
      shares.push(entry.isDirectory() ? `${entry.name}/**/*.test.ts` : entry.name);
  }
  const place = (share) =>
    slow.some((name) => share.startsWith(name)) ? slow.findIndex((name) => share.startsWith(name)) : slow.length;
  return shares.sort((a, b) => place(a) - place(b)).map((share) => `test/${level}/${share}`);
}

/** The longest first, as they were measured. */
const slow = [
  ...["fresh-machine", "host-preparation", "faults", "whole", "identity", "examples", "kubernetes-lab", "libvirt"],
  "host-system",
];

/** Runs mocha on some files. Its outcomes go to a file in `directory`, and its output to `output` or to this terminal. */
async function runShare(level, { name, files, directory, options, output }) {
  const file = join(directory, `outcomes-${name}`);
  const env = { ...options.environment, WINDROSE_TEST_OUTCOMES: file, WINDROSE_TEST_LEVEL: level };
  const argv = mochaCommand(level, options, files);
  const command = levels[level].fabric ? fabricCommand(argv, env) : argv;
  const code = await runAttached(command, { cwd: root, env, timeout: levels[level].limit, ownGroup: true, output });
  const result = await outcomes(file);
  // A run that died, or never began, is a failure whatever its tests said before.
  if (result.failed === 0 && (code !== 0 || !result.ended)) {
    result.failed = 1;
    const title = `${files.join(", ") || level} ended with exit code ${code}${result.ended ? "" : " before its last test"}`;
    result.failures = [{ title, reason: [] }];
  }
  return result;
}

/** Takes shares one after another, beside other lanes; a share's output is shown as a whole once it has ended. */
async function runLane(level, lane) {
  const results = [];
  for (let share = lane.waiting.shift(); share !== undefined && !stoppedBy(); share = lane.waiting.shift()) {
    const name = `${lane.count++}`;
    const path = join(lane.directory, `output-${name}`);
    const output = await open(path, "a");
    try {
      results.push(await runShare(level, { ...lane, name, files: [share], output: output.fd }));
    } finally {
      await output.close();
    }
    process.stdout.write(await readFile(path));
  }
  return results;
}

/**
 * Runs one level, in a fabric of its own where it needs one.
 *
 * @param {string} level
 * @param {{coverage: boolean, rest: string[], environment: NodeJS.ProcessEnv}} options `rest` goes to mocha
 * @returns {Promise<{passed: number, failed: number, skipped: string[], failures: {title: string, reason: string[]}[]}>}
 */
export async function runLevel(level, options) {
  const total = { passed: 0, failed: 0, skipped: [], failures: [] };
  if (!(await hasTests(join(root, "test", level)))) return total;
  const directory = await mkdtemp(join(tmpdir(), "windrose-test-"));
  try {
    const named = namesFiles(options.rest);
    const lanes = named || options.coverage ? 1 : (levels[level].lanes ?? 1);
    const files = named ? [] : [`test/${level}/**/*.test.ts`];
    const lane = { directory, options, waiting: lanes > 1 ? await shares(level) : [], count: 0 };
    const results =
      lanes === 1
        ? [await runShare(level, { name: "all", files, directory, options })]
        : (await Promise.all(Array.from({ length: lanes }, () => runLane(level, lane)))).flat();
    for (const { passed, failed, skipped, failures } of results) {
      total.passed += passed;
      total.failed += failed;
      total.skipped.push(...skipped);
      total.failures.push(...failures);
    }
    return total;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
