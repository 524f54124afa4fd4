import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../provider/basics/record";
import { features } from "../../provider/drivers/libvirt/features";
import { compare, describeRows, refusals, replacedOnChange } from "../../provider/lifecycle/compare";
import { type Fields, field } from "../../provider/lifecycle/schema";

const fields: Fields = {
  name: field.text("", "replace"),
  size: field.size("", ({ old, new: value }) => (String(value) < String(old) ? { refuse: "never smaller" } : "live"), {
    default: "1GiB",
  }),
  chosen: field.text("", "replace", { derived: true }),
  password: field.text("", "live", { secret: true }),
  group: field.group("", { a: field.flag("", "restart", { default: true }), b: field.text("", "local") }),
  whole: field.group("", { c: field.text("", "live") }, { effect: "restart" }),
  disks: field.keyed(
    "",
    "Disk",
    { size: field.size("", "live"), key: field.text("", "live", { secret: true }) },
    { added: "live", removed: "restart" },
  ),
};
const rows = (olds: Inputs, news: Inputs) => compare(fields, olds, news, features);
const short = (olds: Inputs, news: Inputs) => rows(olds, news).map((row) => `${row.path} ${row.effect}`);

describe("compare", () => {
  it("takes what an adopted object was found with for what the program does not say", () => {
    const state = { __found: { size: "9GiB", group: { a: false }, disks: { d: { size: "3GiB" } } } };
    const found = (olds: Inputs, news: Inputs) =>
      compare(fields, olds, news, features, state).map((row) => `${row.path} ${row.old} ${row.new}`);
    assert.deepEqual(found({ disks: { d: {} } }, { disks: { d: {} } }), []);
    assert.deepEqual(found({}, { size: "9GiB", group: { a: false } }), []);
    assert.deepEqual(found({}, { size: "1GiB" }), ["size 9GiB 1GiB"]);
    assert.deepEqual(found({ disks: { d: {} } }, { disks: { d: { size: "4GiB" } } }), ["disks.d.size 3GiB 4GiB"]);
  });

  it("shows what `replaceOnChanges` makes of a change, and refuses it no more", () => {
    const effects = (path: string, olds: Inputs, news: Inputs) =>
      replacedOnChange(rows(olds, news), [path]).map((row) => `${row.path} ${row.effect} ${row.refuse ?? ""}`.trim());
    const [olds, news] = [{ size: "2GiB" }, { size: "1GiB" }];
    assert.deepEqual(effects("size", olds, news), ["size replace"]);
    assert.deepEqual(effects("*", olds, news), ["size replace"]);
    assert.deepEqual(effects("name", olds, news), ["size live never smaller"]);
    const disks: [Inputs, Inputs] = [{ disks: { a: { size: "1GiB" } } }, { disks: { a: { size: "2GiB" } } }];
    for (const path of ["disks", "disks.a", 'disks["a"].size', "disks[*].size", "disks.a.size"])
      assert.deepEqual(effects(path, ...disks), ["disks.a.size replace"], path);
    for (const path of ["disks.b", 'disks["a"].size.more', "disk"])
      assert.deepEqual(effects(path, ...disks), ["disks.a.size live"], path);
  });

  it("sees no change in a default that is given, or taken away", () => {
    assert.deepEqual(rows({}, { size: "1GiB", group: { a: true }, disks: {} }), []);
    assert.deepEqual(rows({ size: "1GiB", group: { a: true }, disks: {} }, {}), []);
    assert.deepEqual(rows({ name: null as never }, {}), []);
  });

  it("counts an unknown as a change, also inside a group or an entry", () => {
    assert.deepEqual(short({ name: "a" }, { name: unknown }), ["name replace"]);
    assert.deepEqual(short({}, { group: unknown }), ["group.a restart", "group.b local"]);
    assert.deepEqual(short({}, { disks: unknown }), ["disks live"]);
    assert.deepEqual(short({ disks: { a: {} } }, { disks: { a: unknown } }), ["disks.a.size live", "disks.a.key live"]);
  });

  it("takes no key for one that every object has", () => {
    assert.deepEqual(short({ disks: {} }, { disks: { constructor: { size: "1GiB" } } }), ["disks.constructor live"]);
    assert.deepEqual(short({ disks: { constructor: { size: "1GiB" } } }, { disks: {} }), ["disks.constructor restart"]);
  });

  it("tells entries added, removed and changed by their keys", () => {
    const news = { disks: { a: { size: "2GiB" }, c: {} } };
    assert.deepEqual(short({ disks: { a: { size: "1GiB" }, b: {} } }, news), [
      "disks.a.size live",
      "disks.b restart",
      "disks.c live",
    ]);
  });

  it("judges a group as a whole where the table says so", () => {
    assert.deepEqual(short({}, { whole: { c: "x" } }), ["whole restart"]);
    assert.deepEqual(short({ whole: { c: "x" } }, { whole: { c: "y" } }), ["whole.c live"]);
  });

  it("leaves a derived value that the program does not give as it is", () => {
    assert.deepEqual(rows({ chosen: "by the host" }, {}), []);
    assert.deepEqual(short({ chosen: "by the host" }, { chosen: "mine" }), ["chosen replace"]);
  });

  it("shows no secret, and nothing long", () => {
    const all = rows(
      { password: "hunter2", disks: {} },
      { password: "swordfish", name: "x".repeat(99), disks: { a: { key: "s3cret" } } },
    );
    const text = describeRows(all);
    assert.equal(text, "name: replaces it; password: live; disks.a: live");
  });

  it("says what a change does, in its own words where it has some", () => {
    assert.equal(describeRows(rows({ size: "1GiB" }, { size: "2GiB" })), "size 1GiB → 2GiB: live");
    assert.equal(describeRows(rows({ size: "2GiB" }, { size: "1GiB" })), "size 2GiB → 1GiB: refused, never smaller");
    assert.equal(describeRows(rows({ name: "a" }, { name: unknown })), "name a → (not yet known): replaces it");
    const long = "a".repeat(41);
    assert.equal(describeRows(rows({ name: long }, { name: unknown })), "name … → (not yet known): replaces it");
  });

  it("a refusal counts unless the whole is replaced", () => {
    assert.equal(refusals(rows({ size: "2GiB" }, { size: "1GiB" })).length, 1);
    assert.equal(refusals(rows({ size: "2GiB", name: "a" }, { size: "1GiB", name: "b" })).length, 0);
  });
});
