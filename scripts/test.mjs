/**
 * `npm test [-- LEVEL…] [--coverage] [mocha's own options]`: unit, integration and e2e unless levels are named (unit,
 * integration, e2e, timing, conformance, kubernetes, kill, all). The last line is `N passed, N failed`.
 */
import { labTool, obstacleToFabric } from "./lib/lab.mjs";
import { levels, runLevel, standard } from "./lib/levels.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { bold, elapsed, main, red, say, step } from "./lib/steps.mjs";

function parse(argv) {
  const named = [];
  const rest = [];
  let coverage = false;
  for (const argument of argv) {
    if (argument === "all") named.push(...Object.keys(levels));
    else if (rest.length === 0 && Object.hasOwn(levels, argument)) named.push(argument);
    else if (argument === "--coverage") coverage = true;
    else rest.push(argument);
  }
  return { chosen: named.length > 0 ? [...new Set(named)] : standard, rest, coverage };
}

await main(async () => {
  const { chosen, rest, coverage } = parse(process.argv.slice(2));
  const obstacle = chosen.some((level) => levels[level].fabric) ? await obstacleToFabric() : undefined;
  const runnable = chosen.filter((level) => !levels[level].fabric || !obstacle);
  const toolchain = await ensureReady({ toolchain: runnable.some((level) => levels[level].toolchain) });
  const environment = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" };
  if (toolchain) {
    const { toolchainEnvironment } = await import("./toolchain.mjs");
    const { root } = await import("./lib/project.mjs");
    Object.assign(environment, toolchainEnvironment(root, toolchain));
  }
  if (runnable.some((level) => levels[level].fabric)) {
    await step("Preparing the test lab", "2 s, 2 min the first time", () => labTool("ensure"));
  }
  const summary = [];
  const total = { passed: 0, failed: 0 };
  for (const level of chosen) {
    if (!runnable.includes(level)) {
      summary.push(`${level}: not run; ${obstacle}`);
      continue;
    }
    say(`${bold("==>")} ${level} tests (usually ${levels[level].usually})`);
    const since = Date.now();
    const result = await runLevel(level, { coverage, rest, environment });
    total.passed += result.passed;
    total.failed += result.failed;
    summary.push(
      `${level}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, in ${elapsed(since)}`,
      ...result.failures.flatMap(({ title, reason }) => [
        red(`  failed: ${title}`),
        ...reason.map((line) => `    ${line}`),
      ]),
    );
  }
  say();
  for (const line of summary) say(line);
  if (total.passed + total.failed === 0) say(red("No test ran."));
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
