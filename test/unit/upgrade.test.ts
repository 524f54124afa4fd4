import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inputs } from "../../provider/basics/record";
import { check } from "../../provider/lifecycle/check";
import { diff } from "../../provider/lifecycle/diff";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { Kind } from "../../provider/lifecycle/schema";
import { schemaVersion, upgrade } from "../../provider/lifecycle/upgrade";
import { definitions } from "../../provider/pulumi/definitions";

interface Recorded {
  kind: Kind;
  id: string;
  inputs: Inputs;
  outputs: Inputs;
}

const directory = join(__dirname, "../upgrade");
const files = readdirSync(directory).filter((name) => name.endsWith(".json"));

/** What a program gives, of what the state holds: derived values were made by `check`. */
function given(kind: Kind, inputs: Inputs): Inputs {
  const result = structuredClone(inputs);
  delete result.__provider;
  for (const [name, field] of Object.entries(definitions[kind].fields)) {
    if (field.shape === "leaf" && (field.derived || field.internal)) delete result[name];
  }
  return result;
}

describe("states of earlier releases", () => {
  it("are recorded for this release too", () => {
    assert.ok(files.includes(`schema-${schemaVersion}.json`), `test/upgrade/schema-${schemaVersion}.json is missing`);
  });

  for (const file of files) {
    for (const { kind, inputs, outputs } of JSON.parse(readFileSync(join(directory, file), "utf8")) as Recorded[]) {
      it(`${file}: ${kind} is read, and the same program changes nothing`, async () => {
        const state = upgrade(kind, outputs);
        assert.equal(state.__schema, schemaVersion);
        const urn = String(inputs.__urn);
        const identity = { urn, ...parseUrn(urn), lineage: undefined };
        const old = upgrade(kind, inputs);
        const answer = await check(definitions[kind], given(kind, inputs), old, identity);
        assert.deepEqual(answer.failures, []);
        const { changes, rows } = diff(definitions[kind], state, answer.inputs);
        assert.deepEqual(rows, []);
        assert.equal(changes, false);
      });
    }
  }

  it("refuses a state of a later release", () => {
    assert.throws(() => upgrade("Volume", { __schema: schemaVersion + 1 }), /upgrade pulumi-windrose/);
  });
});
