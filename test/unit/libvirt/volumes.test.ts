import assert from "node:assert/strict";
import fc from "fast-check";
import { checkName } from "../../../provider/drivers/libvirt/volumes/volume-name";
import { readVolume, volumeXml } from "../../../provider/drivers/libvirt/volumes/volume-xml";
import { isPartial, partialName } from "../../../provider/host-system/downloads/partial-names";

describe("the XML of libvirt's volumes", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            name: fc.constantFrom("a.qcow2", "<b>&'\"", "c d"),
            format: fc.constantFrom("qcow2" as const, "raw" as const),
            capacity: fc.integer({ min: 0, max: 2 ** 52 }),
            mode: fc.constantFrom("0640", "0000"),
            owner: fc.nat(),
            group: fc.nat(),
            preallocation: fc.constantFrom("off" as const, "metadata" as const, "full" as const),
          },
          { requiredKeys: ["name", "format", "capacity"] },
        ),
        (definition) => {
          const { preallocation, ...rest } = definition;
          const state = readVolume("p", volumeXml(definition, { path: "/a&b", format: "raw" }));
          const { path, key, allocation, owner, group, mode, ...read } = state;
          const { owner: _owner, group: _group, mode: _mode, ...wanted } = rest;
          assert.deepEqual(read, { pool: "p", ...wanted, backingPath: "/a&b" });
          assert.deepEqual([mode, owner, group], [rest.mode, rest.owner, rest.group]);
          assert.equal(allocation, preallocation === "full" ? rest.capacity : 0);
        },
      ),
    );
  });
});

describe("names of volumes", () => {
  it("are one file of the directory, and none of an unfinished one", () => {
    for (const bad of [
      "",
      ".",
      "..",
      "a/b",
      "../a",
      "a\nb",
      "a\0",
      ".x.partial",
      ".x.partial.source",
      "é".repeat(101),
    ]) {
      assert.throws(() => checkName(bad), { code: "invalid-input" }, JSON.stringify(bad));
    }
    for (const good of ["a", ".hidden", "-rf", "a b.qcow2", "x.partial"]) {
      assert.equal(checkName(good), good);
      assert.ok(!isPartial(good) && isPartial(partialName(good)) && isPartial(`${partialName(good)}.source`));
    }
  });
});
