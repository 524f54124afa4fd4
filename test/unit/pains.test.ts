import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pains } from "../pains/pains";

const tests = join(__dirname, "..");

/** Whether a file has a test, or a group of tests, of this title. */
function hasTest(file: string, title: string): boolean {
  const path = join(tests, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  return ["it", "describe"].some((word) =>
    ['"', "`"].some((quote) => text.replace(/\(\s+/g, "(").includes(`${word}(${quote}${title}${quote}`)),
  );
}

describe("complaints about such tools", () => {
  it("are twenty-five, each once", () => {
    assert.deepEqual(
      pains.map(({ number }) => number),
      Array.from({ length: 25 }, (_, index) => index + 1),
    );
  });

  for (const { number, complaint, shownBy, notYet } of pains) {
    it(`${number}: ${complaint}: ${shownBy.length > 0 ? "a test shows that it does not happen here" : `not yet: ${notYet}`}`, () => {
      assert.ok(shownBy.length > 0 || notYet, "neither a test nor a reason");
      for (const [file, title] of shownBy) assert.ok(hasTest(file, title), `test/${file} has no test "${title}"`);
    });
  }
});
