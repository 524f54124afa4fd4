import assert from "node:assert/strict";
import { percent, requireTime, timeLeft, within } from "../../provider/basics/work";

describe("work", () => {
  it("tells each percent once, and never more than a hundred", () => {
    const told: string[] = [];
    const report = percent({ progress: (text) => told.push(text) }, "uploading", 1000);
    for (let bytes = 0; bytes <= 1100; bytes += 5) report(bytes);
    assert.equal(told.length, 101);
    assert.equal(told.at(-1), "uploading 100%");
  });

  it("has no time left after its deadline, nor after it was called off", () => {
    assert.throws(() => requireTime({ deadline: Date.now() - 1 }), { code: "timeout" });
    assert.throws(() => requireTime({ deadline: Date.now() + 9999, signal: AbortSignal.abort() }), {
      code: "aborted",
    });
    assert.equal(requireTime({ deadline: Number.MAX_SAFE_INTEGER }), 0x7fffffff);
  });

  it("gets less time, and never more", () => {
    const work = { deadline: Date.now() + 10_000, name: "a" };
    const less = within(work, 1000);
    assert.ok(less.deadline < work.deadline && less.name === "a");
    assert.equal(within(work, Number.POSITIVE_INFINITY).deadline, work.deadline);
    assert.equal(timeLeft({ deadline: Date.now() - 5 }), 1);
    assert.equal(timeLeft({ deadline: Number.POSITIVE_INFINITY }), 0x7fffffff);
  });
});
