import assert from "node:assert/strict";
import { FreshMachine, freshVariable } from "../lab/fresh";

const minutes = 60_000;

/** What saves time, and could hide what is missing: the whole proof is without. */
const downloads = Boolean(process.env.WINDROSE_FRESH_DOWNLOADS);
const built = Boolean(process.env.WINDROSE_FRESH_BUILT);

/** What runs of their own name bring before they begin. The two of Kubernetes bring the same, and take the longest. */
const others = ["timing", "conformance", "kill", "bridges", "four-winds", "control-planes", "kubernetes"];

/** README's commands and what longer runs bring, on a Debian 12 that has Node.js and Go and nothing else. */
describe("a fresh machine", function () {
  this.timeout(180 * minutes);
  let machine: FreshMachine;

  before(async function () {
    if (process.env[freshVariable]) {
      console.log("      this is a fresh machine: it makes no other in itself");
      this.skip();
    }
    machine = await FreshMachine.create({ downloads, built, log: say });
  });
  after(() => machine?.destroy());

  /** A command's output comes to this terminal as it is. */
  async function run(...argv: string[]): Promise<string> {
    const started = Date.now();
    const { code, stdout } = await machine.run(argv, {
      timeout: 170 * minutes,
      onLine: (line) => console.log(`  │ ${line}`),
    });
    say(`${argv.join(" ")}: exit code ${code} after ${Math.round((Date.now() - started) / 1000)} s`);
    assert.equal(code, 0, `${argv.join(" ")} ended with exit code ${code}`);
    return stdout;
  }

  it("npm run demo, and its end", async () => {
    await run("npm", "run", "demo");
    assert.match(await run("npm", "run", "demo", "--", "destroy"), /Nothing is left of the demo/);
  });

  it("npm test", async () => {
    const lines = (await run("npm", "test")).trimEnd().split("\n");
    assert.match(lines.at(-1)!, /^[1-9]\d* passed, 0 failed$/);
    for (const level of ["unit", "integration", "e2e"])
      assert.ok(
        lines.some((line) => new RegExp(`^${level}: [1-9]\\d* passed, 0 failed, `).test(line)),
        level,
      );
    // Nothing is skipped for want of something: only this in itself, and what is asked for by a variable.
    const skipped = lines.filter((line) => line.startsWith("  skipped: "));
    assert.deepEqual(
      skipped.filter((line) => !/^ {2}skipped: (a fresh machine|.*WINDROSE_)/.test(line)),
      [],
    );
  });

  for (const level of others) {
    it(`what npm run test:${level} brings`, async () => {
      await run("npm", "run", "setup", "--", level);
    });
  }
});

function say(line: string): void {
  console.log(`      ${line}`);
}
