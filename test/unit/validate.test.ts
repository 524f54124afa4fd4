import assert from "node:assert/strict";
import { type Fields, field, type Inputs, unknown } from "../../provider/schema";
import { validate } from "../../provider/validate";

const fields: Fields = {
  name: field.text("", "live", { required: true, pattern: /^[a-z]+$/, says: "must be small letters" }),
  size: field.size("", "live"),
  list: field.list("", "live", field.text("", "live").type, "string"),
  secret: field.text("", "live", { secret: true, max: 3 }),
  own: field.text("", "live", { internal: true }),
  pool: field.reference("", "live", ["StoragePool"], { carries: ["path"] }),
  path: field.reference("", "live", ["Image"], { orPath: true }),
  group: field.group("", { must: field.flag("", "live", { required: true }) }),
  disks: field.keyed("", "Disk", { size: field.size("", "live") }, { added: "live", removed: "live" }),
};
const check = (inputs: Inputs) => validate(fields, { name: "a", ...inputs });
const properties = (inputs: Inputs) => check(inputs).failures.map((failure) => failure.property);

describe("validate", () => {
  it("makes values canonical", () => {
    const { inputs, failures } = check({ size: "2048MiB", disks: { a: { size: "1024B" } }, list: [] });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, { name: "a", size: "2GiB", disks: { a: { size: "1KiB" } }, list: [] });
  });

  it("names the very property that is wrong", () => {
    assert.deepEqual(properties({ name: undefined }), ["name"]);
    assert.deepEqual(properties({ list: ["a", 7] }), ["list.1"]);
    assert.deepEqual(properties({ disks: { A: {}, b: { size: "x" }, c: 7 } }), ["disks.A", "disks.b.size", "disks.c"]);
    assert.deepEqual(properties({ group: {} }), ["group.must"]);
    const three = { group: { must: true, more: 1 }, other: 1, own: "x" };
    assert.deepEqual(properties(three).sort(), ["group.more", "other", "own"]);
    assert.match(check({ other: 1 }).failures[0]!.reason, /there are: name, size, list, secret, pool,/);
  });

  it("takes no size without a unit", () => {
    for (const size of ["192", 192])
      assert.deepEqual(check({ size }).failures, [{ property: "size", reason: "192 has no unit: write 192MiB" }]);
  });

  it("repeats no secret", () => {
    const { failures } = check({ secret: "hunter2" });
    assert.deepEqual(failures, [{ property: "secret", reason: "is not valid" }]);
  });

  it("lets through what is not yet known, and nothing else of the wrong shape", () => {
    assert.deepEqual(
      properties({ name: unknown, size: unknown, list: ["a", unknown], group: unknown, disks: { a: unknown } }),
      [],
    );
    assert.deepEqual(properties({ name: { a: unknown }, list: [unknown, 7] }), ["name", "list.1"]);
  });

  it("takes references as ids, as resources, and with what they carry", () => {
    const resource = { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "u", id: "p1" };
    assert.equal(check({ pool: "p1" }).inputs.pool, "p1");
    assert.equal(check({ pool: resource }).inputs.pool, "p1");
    assert.equal(check({ pool: { ...resource, id: "" } }).inputs.pool, unknown);
    const { inputs, carried } = check({ pool: { id: unknown, path: "/srv" } });
    assert.deepEqual([inputs.pool, carried], [unknown, { pool: { path: "/srv" } }]);
    assert.deepEqual(properties({ pool: "/srv/x", path: "/srv/x" }), ["pool"]);
  });

  it("refuses control characters and prototypes", () => {
    assert.deepEqual(properties({ secret: "\0" }), ["secret"]);
    const { failures, inputs } = validate(fields, JSON.parse('{"name": "a", "__proto__": {"x": 1}, "constructor": 1}'));
    assert.deepEqual(
      failures.map((failure) => failure.property),
      ["constructor"],
    );
    assert.equal((inputs as { x?: unknown }).x, undefined);
  });
});
