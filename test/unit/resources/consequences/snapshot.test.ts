import assert from "node:assert/strict";
import { unknown } from "../../../../provider/basics/record";
import { consequencesOf } from "./planned";

const olds = { machine: "m", name: "before" };
const references = { machine: { urn: "urn:machine", name: "boreas" } };
const restore = (token: unknown, restoredToken?: string) =>
  consequencesOf("Snapshot", "update", {
    olds,
    news: { ...olds, restore: token },
    made: { restoredToken },
    references,
  });
const nothing = { down: [], lost: [] };
const rolledBack = {
  down: [{ what: "machine", name: "boreas", lasts: { while: ["rollback"] } }],
  lost: [{ what: "writes", machine: "boreas", since: "it" }],
};

describe("consequences of a snapshot", () => {
  it("are what its machine wrote since, where it is rolled back", () => {
    assert.deepEqual(restore("1"), rolledBack);
    assert.deepEqual(restore("2", "1"), rolledBack);
    assert.deepEqual(restore(unknown, "1"), rolledBack);
    assert.deepEqual(restore("1", "1"), nothing);
    assert.deepEqual(restore(undefined, "1"), nothing);
    const described = consequencesOf("Snapshot", "update", { olds, news: { ...olds, description: "x" }, references });
    assert.deepEqual(described, nothing);
  });

  it("are the point in time where it goes", () => {
    for (const operation of ["delete", "replace"] as const)
      assert.deepEqual(consequencesOf("Snapshot", operation, { olds, references }), {
        lost: [{ what: "snapshot", name: "it", machine: "boreas" }],
      });
    assert.deepEqual(consequencesOf("Snapshot", "delete", { olds }).lost, [
      { what: "snapshot", name: "it", machine: undefined },
    ]);
    assert.deepEqual(consequencesOf("Snapshot", "create", { news: { ...olds, restore: "1" } }), {});
  });
});
