import assert from "node:assert/strict";
import { secretText } from "../../../cli/preview-summary/digest";
import { digest, machine, markdown, report, type Sketch } from "./digests";

const change = (sketch: Partial<Sketch>) => report(digest([{ op: "update", ...sketch }])).changes[0]!;
const graphics = { graphics: { type: "vnc", password: secretText } };

describe("secrets in a preview summary", () => {
  it("that change are named and hidden, with the table's effect", () => {
    const olds = { ...machine, ...graphics };
    const { fields, effect } = change({ olds, news: olds, detailedDiff: ["graphics.password"] });
    assert.deepEqual(
      fields.map((field) => [field.path, field.hidden, field.effect]),
      [["graphics.password", true, "live"]],
    );
    assert.equal(effect, "live");
  });

  it("that don't change are no change", () => {
    const olds = { ...machine, ...graphics };
    const { fields } = change({ olds, news: { ...olds, memory: "4GiB" }, detailedDiff: ["memory"] });
    assert.deepEqual(
      fields.map((field) => field.path),
      ["memory"],
    );
  });

  it("in a field that replaces count as a replacement only where they differ", () => {
    const olds = { ...machine, name: secretText };
    const same = change({ olds, news: { ...olds, memory: "4GiB" }, detailedDiff: ["memory"] });
    assert.equal(same.effect, "live");
    const other = change({ op: "replace", olds, news: olds, detailedDiff: ["name"], replaceReasons: ["name"] });
    assert.deepEqual(
      other.fields.map((field) => [field.path, field.effect]),
      [["name", "replace"]],
    );
  });

  it("that hide a whole group have an effect that is not known, and count as a restart", () => {
    const olds = { ...machine, cloudInit: secretText };
    const whole = change({ olds, news: olds, detailedDiff: ["cloudInit"] });
    assert.equal(whole.effect, "unknown");
    assert.deepEqual(
      report(digest([{ op: "update", olds, news: olds, detailedDiff: ["cloudInit"] }]), ["restart"]).verdict.hits
        .length,
      1,
    );
    assert.match(
      markdown(digest([{ op: "update", olds, news: olds, detailedDiff: ["cloudInit"] }])),
      /\*\*not known\*\*/,
    );
  });

  it("say that it is not known whether they change, where the engine does not", () => {
    const olds = { ...machine, ...graphics };
    const { notes } = change({ olds, news: olds, outputs: { __pending: ["power"] } });
    assert.match(notes.join(), /secrets change is not known/);
  });

  it("of the field table are hidden even where the engine shows them", () => {
    const clear = (password: string) => ({ ...machine, graphics: { password } });
    const seed = { cloudInit: { runCommands: ["echo hush"], users: [{ name: "x", passwd: "hush" }] } };
    const updated = digest([
      { op: "update", olds: clear("hush-1"), news: clear("hush-2"), detailedDiff: ["graphics.password"] },
    ]);
    const created = digest([{ op: "create", news: { ...machine, ...seed, graphics: { password: "hush" } } }]);
    for (const text of [markdown(updated), markdown(created)]) assert.doesNotMatch(text, /hush/);
  });

  it("that turn into plain values stay hidden", () => {
    const text = markdown(
      digest([
        {
          op: "update",
          olds: { ...machine, description: secretText },
          news: { ...machine, description: "hush" },
          detailedDiff: ["description"],
        },
      ]),
    );
    assert.match(text, /`description`: _hidden_/);
    assert.doesNotMatch(text, /hush/);
  });

  it("of another package, at any depth, are hidden", () => {
    const foreign = { type: "pkg:index:Thing", name: "thing", op: "update" };
    const nested = digest([
      { ...foreign, olds: { a: { b: secretText } }, news: { a: { b: "hush" } }, detailedDiff: ["a.b"] },
    ]);
    const whole = digest([{ ...foreign, olds: { a: secretText }, news: { a: { b: "hush" } }, detailedDiff: ["a.b"] }]);
    for (const text of [markdown(nested), markdown(whole)]) assert.doesNotMatch(text, /hush/);
  });

  it("in the engine's message on a refused value are left out", () => {
    const urn = "urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:VirtualMachine::boreas";
    const message =
      "error: pulumi-nodejs:dynamic/windrose:VirtualMachine resource 'boreas': property p value {hush} has a problem: is bad\n";
    const text = markdown(digest([], { diagnostics: [{ urn, message, severity: "error" }] }));
    assert.doesNotMatch(text, /hush/);
    assert.match(text, /`VirtualMachine boreas`: `property p has a problem: is bad`/);
  });

  it("in a message of any length are found in bounded time, lines and brackets in them or not", () => {
    const said = (message: string) => markdown(digest([], { diagnostics: [{ message, severity: "error" }] }));
    const value = "value {hush\n} has a problem: hush {hush}} has a problem: is bad";
    assert.match(said(`error: property p ${value}`), /`property p has a problem: is bad`/);
    assert.match(said("value {} ".repeat(300_000)), /more characters/);
  }).timeout(10_000);
});
