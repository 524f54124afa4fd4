import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../provider/basics/record";
import { type Fields, field } from "../../provider/lifecycle/schema";
import { validate } from "../../provider/lifecycle/validate";

const fields: Fields = {
  name: field.text("", "live", { required: true, pattern: /^[a-z]+$/, says: "must be small letters" }),
  size: field.size("", "live"),
  list: field.list("", "live", () => field.text("", "live").type, "string"),
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
    assert.match(check({ other: 1 }).failures[0]!.reason, /valid fields: name, size, list, secret, pool,/);
  });

  it("keeps a text with one kind of line end, and none where it is empty", () => {
    const texts: Fields = {
      note: field.text("", "live", { lines: true, absent: "blank" }),
      token: field.text("", "live"),
      must: field.text("", "live", { required: true }),
      file: field.of((z) => z.string(), "string", "", "live", { content: true }),
      map: field.dictionary("", "live"),
    };
    const { inputs, failures } = validate(texts, {
      note: "one\r\ntwo\rthree",
      token: "",
      must: "",
      file: "one\r\n",
      map: { a: "\r\n", b: "" },
    });
    assert.deepEqual(inputs, { note: "one\ntwo\nthree", file: "one\r\n", map: { a: "\n", b: "" } });
    assert.deepEqual(failures, [{ property: "must", reason: "is required, and empty" }]);
    assert.deepEqual(validate(texts, { must: "a", note: " \n\t" }).inputs, { must: "a" });
    const two = validate(texts, { must: "a\nb", map: { "a\tb": "c" } }).failures;
    assert.deepEqual(two, [
      { property: "must", reason: "must be one line, without tabs" },
      { property: "map", reason: 'has the key "a\\tb", which must be one line, without tabs' },
    ]);
  });

  it("says which field was meant", () => {
    const reason = (inputs: Inputs) => check(inputs).failures[0]!.reason;
    assert.match(reason({ szie: "1GiB" }), /unknown field; did you mean `size`; valid fields: name, size/);
    assert.match(reason({ disks: { a: { Size: "1GiB" } } }), /did you mean `size`; valid fields: size$/);
    assert.match(reason({ group: { must: true, mustt: true } }), /did you mean `must`/);
    assert.match(reason({ group: { must: true, size: "1GiB" } }), /it belongs in `size` or `disks.<key>.size`/);
    assert.match(reason({ zzz: 1 }), /^unknown field; valid fields: /);
  });

  it("says what a value must be, without words of a library", () => {
    const fields: Fields = {
      flag: field.flag("", "live"),
      count: field.integer("", "live", { min: 1, max: 8 }),
      choice: field.choice("", "live", ["a", "b"]),
      either: field.of((z) => z.union([z.string(), z.array(z.string())]), "string | string[]", "", "live"),
    };
    const reasons = (inputs: Inputs) => validate(fields, inputs).failures.map(({ reason }) => reason);
    assert.deepEqual(reasons({ flag: "yes", count: "1", choice: "c", either: 7 }), [
      "must be true or false",
      "must be a number",
      'must be one of "a", "b"',
      "must be string | string[]",
    ]);
    assert.deepEqual(reasons({ count: 9 }), ["must be at most 8"]);
    assert.deepEqual(reasons({ count: 1.5 }), ["must be a whole number"]);
    assert.deepEqual(validate(fields, { either: ["a", 7] }).failures, [
      { property: "either.1", reason: "must be text" },
    ]);
  });

  it("takes no size without a unit", () => {
    for (const size of ["192", 192])
      assert.deepEqual(check({ size }).failures, [{ property: "size", reason: "192 has no unit: write 192MiB" }]);
  });

  it("repeats no secret", () => {
    const { failures } = check({ secret: "hunter2" });
    assert.deepEqual(failures, [{ property: "secret", reason: "has more than 3 characters" }]);
  });

  it("lets through what is not yet known, and nothing else of the wrong shape", () => {
    assert.deepEqual(
      properties({ name: unknown, size: unknown, list: ["a", unknown], group: unknown, disks: { a: unknown } }),
      [],
    );
    assert.deepEqual(properties({ name: { a: unknown }, list: [unknown, 7] }), ["name", "list.1"]);
  });

  it("takes references as ids, as resources, and with what they carry", () => {
    const p1 = "11111111-2222-8333-8444-555555555555";
    const resource = { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "u", id: p1 };
    assert.equal(check({ pool: p1 }).inputs.pool, p1);
    assert.equal(check({ pool: resource }).inputs.pool, p1);
    assert.equal(check({ pool: { ...resource, id: "" } }).inputs.pool, unknown);
    const { inputs, carried } = check({ pool: { id: unknown, path: "/srv" } });
    assert.deepEqual([inputs.pool, carried], [unknown, { pool: { path: "/srv" } }]);
    for (const pool of ["p1", `${p1}/a`, " "]) assert.deepEqual(properties({ pool }), ["pool"]);
    for (const path of [`${p1}/a.img`, "/srv/x"]) assert.deepEqual(properties({ path }), []);
    for (const path of [p1, "a/b", `${p1}/a/b`, "srv/x"]) assert.deepEqual(properties({ path }), ["path"]);
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
