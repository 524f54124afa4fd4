import assert from "node:assert/strict";
import fc from "fast-check";
import { hasCode } from "../../../provider/basics/errors";
import { MAX_FILE_BYTES, writeIso } from "../../../provider/cloud-init/iso9660";
import { readIso } from "./iso-reader";

const name = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/);
const files = fc.uniqueArray(fc.record({ name, content: fc.uint8Array({ maxLength: 5000 }) }), {
  selector: (file) => file.name.toLowerCase(),
  maxLength: 50,
});
const asInput = (list: { name: string; content: Uint8Array }[]) =>
  list.map((file) => ({ name: file.name, content: Buffer.from(file.content) }));
const refused = (action: () => unknown): void => {
  assert.throws(action, (error) => hasCode(error, "invalid-input"));
};

describe("ISO 9660 writer", function () {
  this.timeout(20_000);

  it("shows every file under its very name, as Rock Ridge and as Joliet", () => {
    fc.assert(
      fc.property(files, (list) => {
        const input = asInput(list);
        const read = readIso(writeIso({ label: "cidata", files: input }));
        const sorted = (map: Map<string, Buffer>): [string, string][] =>
          [...map].map(([key, content]): [string, string] => [key, content.toString("hex")]).sort();
        const expected = sorted(new Map(input.map((file) => [file.name, file.content])));
        assert.deepEqual(sorted(read.rockRidge), expected);
        assert.deepEqual(sorted(read.joliet), expected);
        assert.equal(read.iso.size, input.length);
        for (const identifier of read.iso.keys()) assert.match(identifier, /^[A-Z0-9_]{1,8}\.[A-Z0-9_]{0,3};1$/);
        for (const mode of read.modes.values()) assert.equal(mode, 0o100400);
      }),
      { numRuns: 60 },
    );
  });

  it("writes the same bytes for the same input", () => {
    fc.assert(
      fc.property(files, (list) => {
        const input = { label: "cidata", files: asInput(list) };
        assert.ok(writeIso(input).equals(writeIso(input)));
      }),
      { numRuns: 20 },
    );
  });

  it("carries the label in both volume descriptors", () => {
    const read = readIso(writeIso({ label: "cidata", files: [{ name: "meta-data", content: "ä" }] }));
    assert.equal(read.label, "cidata");
    assert.equal(read.jolietLabel, "cidata");
    assert.equal(read.joliet.get("meta-data")?.toString(), "ä");
  });

  it("keeps apart names whose short forms are alike", () => {
    const input = ["network-config-a", "network-config-b", "network+".replace("+", "_c")].map((each) => ({
      name: each,
      content: each,
    }));
    const read = readIso(writeIso({ label: "x", files: input }));
    assert.deepEqual([...read.iso.keys()].sort(), ["NETWORK0.;1", "NETWORK1.;1", "NETWORK_.;1"]);
  });

  it("lets no record cross the border of a sector", () => {
    const input = Array.from({ length: 60 }, (_, index) => ({
      name: `${"x".repeat(50)}${index}`,
      content: `${index}`,
    }));
    const read = readIso(writeIso({ label: "x", files: input }));
    for (const { name, content } of input) {
      assert.equal(read.rockRidge.get(name)?.toString(), content);
      assert.equal(read.joliet.get(name)?.toString(), content);
    }
  });

  it("refuses bad names, labels and sizes", () => {
    for (const bad of ["", ".", "..", "a/b", "a b", "ä", "x".repeat(65), "a\0"])
      refused(() => writeIso({ label: "cidata", files: [{ name: bad, content: "" }] }));
    for (const bad of ["", "x".repeat(17), "ä"]) refused(() => writeIso({ label: bad, files: [] }));
    refused(() =>
      writeIso({
        label: "x",
        files: [
          { name: "a", content: "" },
          { name: "A", content: "" },
        ],
      }),
    );
    refused(() => writeIso({ label: "x", files: [{ name: "a", content: Buffer.alloc(MAX_FILE_BYTES + 1) }] }));
    refused(() =>
      writeIso({ label: "x", files: Array.from({ length: 65 }, (_, index) => ({ name: `f${index}`, content: "" })) }),
    );
  });
});
