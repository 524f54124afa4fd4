import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { quoteArgument, quoteCommand } from "../../../provider/transports/quote";

describe("quoteCommand", function () {
  this.timeout(20_000);
  const character = fc.constantFrom(..."ab0 '\"\\$`!*?[]{}()<>|&;#~=%^-\n\t\rü€😀");
  const argument = fc.oneof(fc.string(), fc.string({ unit: character }), fc.string({ unit: "binary" }));

  it("gives a shell the very arguments back", () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 8 }), (words) => {
        const argv = words.map((word) => Buffer.from(word.replaceAll("\0", "")).toString());
        const output = execFileSync("sh", ["-c", quoteCommand(["printf", "%s\\0", ...argv])], { encoding: "utf8" });
        assert.deepEqual(output.split("\0").slice(0, -1), argv);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves plain words as they are", () => assert.equal(quoteCommand(["ls", "-l", "/a/b.c"]), "ls -l /a/b.c"));

  it("never puts a backslash inside quotes", () => assert.equal(quoteArgument("a\\'b"), "'a'\\\\\\''b'"));

  it("refuses what is no command", () => {
    for (const argv of [[], [""], ["-x"], ["A=b"], ["ls", "a\0b"]]) {
      assert.throws(() => quoteCommand(argv), { code: "invalid-input" });
    }
  });
});
