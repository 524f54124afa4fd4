import assert from "node:assert/strict";
import fc from "fast-check";
import {
  derivedMac,
  derivedSuffix,
  derivedUuid,
  newIncarnation,
  newLineage,
  parseUrn,
  physicalName,
} from "../../provider/lifecycle/ownership";
import { namePattern } from "../../provider/resources/common-fields";

const frozen = ["15d36dc9-e155-8b81-8283-30ec5bf1fd49", "bc54ddfd", "52:54:00:8d:49:66"];

describe("ownership", () => {
  it("derives the same from the same, for good", () => {
    // States hold these: a change here would replace every resource.
    assert.equal(derivedUuid("a", "b"), derivedUuid("a", "b"));
    assert.deepEqual(
      [
        derivedUuid("lineage", "urn"),
        derivedSuffix("lineage", "urn"),
        derivedMac("project", "stack", "machine", "lan"),
      ],
      frozen,
    );
  });

  it("derives another from any other part, wherever the parts meet", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (a, b, c) => {
        assert.notEqual(derivedUuid(a, b), derivedUuid(a, b + c));
        assert.notEqual(derivedUuid(a, b), derivedUuid(a + c, b));
        if (b !== "") assert.notEqual(derivedUuid(a + b, c), derivedUuid(a, b + c));
      }),
    );
  });

  it("has UUIDs of version 8 and locally unique MAC addresses", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.match(derivedUuid(a, b), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.match(derivedMac(a, b, a, b), /^52:54:00(:[0-9a-f]{2}){3}$/);
      }),
    );
  });

  it("is random where it must be", () => {
    assert.match(newLineage(), /^[0-9a-f]{32}$/);
    assert.notEqual(newLineage(), newLineage());
    assert.notEqual(newIncarnation(), newIncarnation());
  });

  it("has names that a host takes, of any name in a program", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
        fc.string({ minLength: 1, unit: "binary" }),
        (stack, name) => {
          assert.match(physicalName(stack, name), namePattern);
        },
      ),
    );
    assert.equal(physicalName("dev", "boreas"), "dev-boreas");
    // Of a name with nothing left of it, a digest stands for it.
    assert.deepEqual(
      ["北風", "南風", "..."].map((name) => physicalName("dev", name)),
      ["dev-77051b3e", "dev-2ffa5343", "dev-8132469f"],
    );
    assert.match(physicalName("", "北風"), namePattern);
    assert.notEqual(physicalName("dev", `${"x".repeat(80)}a`), physicalName("dev", `${"x".repeat(80)}b`));
  });

  it("reads URNs, also of names that hold colons", () => {
    const urn = "urn:pulumi:dev::windy::a:b:C$pulumi-nodejs:dynamic/windrose:Volume::a::b";
    assert.deepEqual(parseUrn(urn), {
      stack: "dev",
      project: "windy",
      type: "a:b:C$pulumi-nodejs:dynamic/windrose:Volume",
      name: "a::b",
    });
  });
});
