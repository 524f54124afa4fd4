/**
 * Mocha's spec reporter, which also writes each outcome, as it comes, to the file that WINDROSE_TEST_OUTCOMES names: the
 * counts then hold for a run that was cut short, too. A process that lives on after the last test was left something open.
 */
const { appendFileSync } = require("node:fs");
const mocha = require("mocha");

const patience = 20_000;

/** What an error says, and where it came up: some lines, for a summary that may be all that is kept of a run. */
function reasonOf(error) {
  const [said, places = ""] = String(error?.stack ?? error).split(/\n(?=\s+at )/);
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const all = places === "" ? lines.slice(0, 8) : [...lines.slice(0, 8), places.split("\n")[0].trim()];
  return all.map((line) => line.slice(0, 300));
}

module.exports = class extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.WINDROSE_TEST_OUTCOMES;
    const write = (outcome) => file && appendFileSync(file, `${JSON.stringify(outcome)}\n`);
    runner.on("pass", () => write({ kind: "passed" }));
    runner.on("pending", (test) => write({ kind: "skipped", title: test.fullTitle() }));
    runner.on("fail", (test, error) => write({ kind: "failed", title: test.fullTitle(), reason: reasonOf(error) }));
    runner.once("end", () => {
      write({ kind: "end" });
      setTimeout(() => {
        const title = `something is still open ${patience / 1000} s after the last test: ${process.getActiveResourcesInfo().join(", ")}`;
        console.error(title);
        write({ kind: "failed", title });
        process.exit(1);
      }, patience).unref();
    });
  }
};
