import assert from "node:assert/strict";
import type { Inputs } from "../../../../provider/basics/record";
import { definitions } from "../../../../provider/pulumi/definitions";
import { consequencesOf } from "./planned";

describe("consequences of a volume", () => {
  it("are all that is on it where it goes, unless it was there before", () => {
    const olds = { pool: "p", size: "1GiB" };
    for (const operation of ["delete", "replace"] as const) {
      assert.deepEqual(consequencesOf("Volume", operation, { olds }), { lost: [{ what: "volume", name: "it" }] });
      assert.deepEqual(consequencesOf("Volume", operation, { olds, made: { __adopted: true } }), {});
    }
    assert.deepEqual(consequencesOf("Volume", "update", { olds, news: { ...olds, size: "2GiB" } }), {});
  });
});

describe("consequences of a command", () => {
  it("are not foreseen where a script runs", () => {
    const olds = { create: "make", delete: "unmake" };
    const unforeseen = (operation: "create" | "update" | "delete", given: Inputs, news?: Inputs) =>
      consequencesOf("Command", operation, operation === "create" ? { news: given } : { olds: given, news }).unforeseen;
    assert.equal(unforeseen("create", olds), true);
    assert.equal(unforeseen("update", olds, { ...olds, create: "make more" }), true);
    assert.equal(unforeseen("update", olds, { ...olds, delete: "other" }), false);
    assert.equal(unforeseen("delete", olds), true);
    assert.equal(unforeseen("delete", { create: "make" }), false);
  });
});

describe("consequences of a host, a pool and an image", () => {
  it("are none", () => {
    for (const kind of ["Host", "StoragePool", "Image"] as const)
      assert.equal(definitions[kind].consequences, undefined);
  });
});
