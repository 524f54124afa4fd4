import assert from "node:assert/strict";
import { definitions } from "../../../provider/pulumi/definitions";
import { generated, stale } from "../../../scripts/generate";
import { folderOf } from "../../../scripts/generate/sources";

describe("what is made from the field tables", function () {
  this.timeout(60_000);
  it("is up to date", () => {
    assert.deepEqual(stale(generated(Object.values(definitions))), [], "run `npx tsx scripts/generate.ts`");
  });

  it("has a type for each kind, and none of the internal fields as arguments", () => {
    const files = generated(Object.values(definitions));
    for (const { kind, fields } of Object.values(definitions)) {
      const text = files[`provider/resources/${folderOf(kind)}/arguments.ts`]!;
      const start = text.indexOf(`export interface ${kind}Args {`);
      assert.ok(start > 0, kind);
      const block = text.slice(start, text.indexOf("\n}", start));
      for (const [name, spec] of Object.entries(fields)) {
        const internal = spec.shape === "leaf" && spec.internal === true;
        assert.equal(new RegExp(`^  ${name}\\??: `, "m").test(block), !internal, `${kind}.${name}`);
      }
    }
  });
});
