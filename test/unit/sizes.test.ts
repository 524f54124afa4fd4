import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSize, parseSize, sizeInBytes, sizeProblem } from "../../provider/basics/sizes";

describe("sizes", () => {
  it("are read in every unit", () => {
    const cases: [string, number][] = [
      ["2GiB", 2 ** 31],
      ["20GB", 2e10],
      ["1.5GiB", 1.5 * 2 ** 30],
      ["1G", 2 ** 30],
      ["512B", 512],
      [" 1 MiB ", 2 ** 20],
      ["1kB", 1000],
    ];
    for (const [text, bytes] of cases) assert.equal(parseSize(text), bytes, String(text));
  });

  it("are refused where they are none", () => {
    for (const text of [
      "",
      "GiB",
      "-1GiB",
      "1gib",
      "1 GiB x",
      "1e3",
      "0x10",
      "1.2.3",
      "NaN",
      "Infinity",
      "1toString",
      "0.1B",
      "9999999PiB",
    ]) {
      assert.equal(parseSize(text), undefined, text);
      assert.throws(() => sizeInBytes(text), RangeError);
    }
  });

  it("are refused without a unit, with what was meant", () => {
    for (const [given, reason] of [
      ["192", "192 has no unit: write 192MiB"],
      [192, "192 has no unit: write 192MiB"],
      [" 1.5 ", "1.5 has no unit: write 1.5GiB"],
      ["4", "4 has no unit: write 4GiB"],
      [2048, "2048 has no unit: write 2048MiB"],
      [1073741824, "1073741824 has no unit: write 1GiB"],
      ["2000000", "2000000 has no unit: write 2000000B"],
      ["0", "0 has no unit: write 0GiB"],
    ] as const) {
      assert.equal(sizeProblem(given), reason);
      assert.equal(parseSize(given), undefined);
    }
    for (const [given, reason] of [
      [20, "20 has no unit: write 20GiB"],
      ["500", "500 has no unit: write 500GiB"],
      [20480, "20480 has no unit: write 20480MiB"],
      [21474836480, "21474836480 has no unit: write 20GiB"],
    ] as const)
      assert.equal(sizeProblem(given, 512, "disk"), reason);
    assert.match(sizeProblem("much")!, /is not a size; write it as/);
    for (const other of [undefined, null, {}, ["2GiB"], true]) assert.match(sizeProblem(other)!, /is not a size/);
    assert.equal(sizeProblem("192MiB"), undefined);
  });

  it("are refused below what there must be", () => {
    assert.equal(sizeProblem("0GiB"), undefined);
    assert.equal(sizeProblem("0GiB", 1), "must be at least 1B");
    assert.equal(sizeProblem("1023KiB", 2 ** 20), "must be at least 1MiB");
    assert.equal(sizeProblem("1MiB", 2 ** 20), undefined);
  });

  it("are written in the largest exact binary unit", () => {
    assert.deepEqual([2 ** 31, 2e10, 1023, 0, 1025 * 1024].map(formatSize), [
      "2GiB",
      "19531250KiB",
      "1023B",
      "0B",
      "1025KiB",
    ]);
  });

  it("come back as they were", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        (bytes) => sizeInBytes(formatSize(bytes)) === bytes,
      ),
    );
  });
});
