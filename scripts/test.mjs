/**
 * `npm test [-- LEVEL…] [--coverage] [mocha's own options]`: unit, integration and e2e unless levels are named (unit,
 * integration, e2e, timing, conformance, kubernetes, kill, …, all). The last line is `N passed, N failed`.
 */
import { missingForUnitTests, obstacleToFabric, obstacleToLab } from "./lib/lab.mjs";
import { levels, runLevel, standard } from "./lib/levels.mjs";
import { prepare } from "./lib/prepare.mjs";
import { stoppedBy } from "./lib/processes.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { bold, elapsed, main, red, say } from "./lib/steps.mjs";

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
  await ensureReady({ toolchain: false });
  const obstacle = chosen.some((level) => levels[level].fabric)
    ? ((await obstacleToFabric()) ?? (await obstacleToLab()))
    : undefined;
  const runnable = chosen.filter((level) => !levels[level].fabric || !obstacle);
  const environment = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0", ...(await prepare(runnable)) };
  const missing = runnable.every((level) => !levels[level].fabric) ? await missingForUnitTests() : [];
  if (missing.length > 0) say(red(`Tests will miss what is in these packages of Debian: ${missing.join(", ")}`));
  const summary = [];
  const total = { passed: 0, failed: 0 };
  for (const level of chosen) {
    if (stoppedBy()) {
      summary.push(red(`${level}: not run; stopped by ${stoppedBy()}`));
      total.failed++;
      continue;
    }
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
      `${level}: ${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped, in ${elapsed(since)}`,
      ...result.skipped.map((title) => `  skipped: ${title}`),
      ...result.failures.flatMap(({ title, reason }) => [
        red(`  failed: ${title}`),
        ...reason.map((line) => `    ${line}`),
      ]),
    );
  }
  say();
  for (const line of summary) say(line);
  if (stoppedBy() && total.failed === 0) total.failed++;
  if (total.passed + total.failed === 0) say(red("No test ran."));
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
