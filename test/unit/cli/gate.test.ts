import assert from "node:assert/strict";
import fc from "fast-check";
import { BadPattern, parseAllowance } from "../../../cli/preview-summary/gate";
import { digest, machine, made, report } from "./digests";

const all = digest([
  {
    op: "update",
    name: "winds-boreas",
    olds: machine,
    news: { ...machine, machineType: "pc" },
    detailedDiff: ["machineType"],
  },
  {
    op: "replace",
    kind: "Image",
    name: "winds",
    olds: { host: "h", pool: "p", source: "host:/a" },
    news: { host: "h", pool: "p", source: "host:/b" },
  },
  { op: "delete", name: "winds-eurus", olds: machine, outputs: made },
  { op: "create", name: "winds-notus", news: machine },
  { op: "delete", type: "random:index/randomPet:RandomPet", name: "pet", olds: { length: 1 } },
]);

const hits = (failOn: Parameters<typeof report>[1], allow: string[] = []) =>
  report(all, failOn, allow)
    .verdict.hits.map(({ gate, change }) => `${gate} ${change.type}/${change.name}`)
    .sort();

describe("--fail-on", function () {
  this.timeout(20_000);
  it("names the changes of each effect", () => {
    assert.deepEqual(hits(["restart"]), ["restart VirtualMachine/winds-boreas"]);
    assert.deepEqual(hits(["replace"]), ["replace Image/winds"]);
    assert.deepEqual(hits(["delete"]), [
      "delete VirtualMachine/winds-eurus",
      "delete random:index/randomPet:RandomPet/pet",
    ]);
    assert.deepEqual(hits(["data-loss"]), ["data-loss VirtualMachine/winds-eurus"]);
    assert.deepEqual(hits([]), []);
  });

  it("leaves out what the list allows, by type, name and effect", () => {
    assert.deepEqual(hits(["delete"], ["VirtualMachine/winds-*"]), ["delete random:index/randomPet:RandomPet/pet"]);
    assert.deepEqual(hits(["delete"], ["random:*/pe?", "VirtualMachine/*"]), []);
    assert.deepEqual(hits(["delete", "data-loss"], ["delete:*/*"]), ["data-loss VirtualMachine/winds-eurus"]);
    assert.deepEqual(hits(["restart"], ["VirtualMachine/boreas"]), ["restart VirtualMachine/winds-boreas"]);
    const { allowed } = report(all, ["delete"], ["VirtualMachine/*"]).verdict;
    assert.deepEqual(
      allowed.map(({ change }) => change.name),
      ["winds-eurus"],
    );
  });

  it("takes a pattern's characters as they are", () => {
    assert.deepEqual(
      hits(["restart"], ["Virtual.achine/winds-boreas", "VirtualMachine/winds(.*)", "virtualmachine/*"]),
      ["restart VirtualMachine/winds-boreas"],
    );
    const many = parseAllowance(`A/${"*a".repeat(2000)}`);
    assert.equal(many.name.test("b"), false);
  });

  it("compares with `*` and `?` as they are meant, in bounded time whatever the pattern is", () => {
    const sign = fc.constantFrom("a", "b", "*", "?", "💨", ".", "(");
    const plain = fc.array(fc.constantFrom("a", "b", "💨", ".", "(", "*"), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(sign, { minLength: 1, maxLength: 5 }), plain, (pattern, name) => {
        const source = pattern.map((one) => (one === "*" ? "[^]*" : one === "?" ? "[^]" : `[${one}]`)).join("");
        const expected = new RegExp(`^${source}$`, "u").test(name.join(""));
        assert.equal(parseAllowance(`A/${pattern.join("")}`).name.test(name.join("")), expected);
      }),
      { numRuns: 2000 },
    );
    for (const pattern of ["*a".repeat(30), "*?".repeat(300)])
      assert.equal(parseAllowance(`A/${pattern}b`).name.test("a".repeat(2000)), false);
  });

  it("refuses what is no pattern", () => {
    for (const text of ["", "boreas", "/x", "VirtualMachine/", "replace:"])
      assert.throws(() => parseAllowance(text), BadPattern, text);
  });
});
