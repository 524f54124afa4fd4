import assert from "node:assert/strict";
import fc from "fast-check";
import { unknown } from "../../provider/basics/record";
import { keptTexts, shown, textProblem, unixScript } from "../../provider/basics/texts";
import type { Field, Fields, Leaf } from "../../provider/lifecycle/schema";
import { validate } from "../../provider/lifecycle/validate";
import { definitions } from "../../provider/pulumi/definitions";
import { elsewhere, subjects } from "../texts/subjects";

const noDefinition = ["\0", "\u0001", "\u001b", "\u007f", "\ud800", "\udfff", "\ufffe", "\uffff"];

/** All leaves of a table, by path. */
function leavesOf(fields: Fields, prefix = "", key = "a"): [string, Leaf][] {
  return Object.entries(fields).flatMap(([name, spec]: [string, Field]) => {
    if (spec.shape === "leaf") return [[prefix + name, spec] as [string, Leaf]];
    return leavesOf(
      spec.shape === "group" ? spec.fields : spec.entry,
      `${prefix}${name}.${spec.shape === "group" ? "" : `${key}.`}`,
      key,
    );
  });
}

function withValue(path: string, value: unknown): Record<string, unknown> {
  const [name = "", ...rest] = path.split(".");
  return { [name]: rest.length > 0 ? withValue(rest.join("."), value) : value };
}

describe("texts", () => {
  it("name the character that can't be carried, and where it is", () => {
    assert.equal(
      textProblem("bad \uffff end", "definition"),
      "holds U+FFFF, which XML can't carry, as its character 5: leave it out",
    );
    assert.match(textProblem("a\u001b", "definition")!, /U\+001B, a control character, as its character 2/);
    assert.match(textProblem("😀\ud83d", "content")!, /U\+D83D, half of a surrogate pair, .* character 2/);
    for (const text of ["", "tab\tand\nline", "😀 é \u0085 \u2028 \ufeff \ufdd0 \u{1fffe} \u{10ffff}"])
      assert.equal(textProblem(text, "definition"), undefined);
    for (const text of ["\u001b[0m", "a\r\nb", "\uffff", "\u007f"])
      assert.equal(textProblem(text, "content"), undefined);
    for (const text of ["\0", "\ud800"]) assert.notEqual(textProblem(text, "content"), undefined);
  });

  it("are refused in every field of every resource, and in keys", () => {
    for (const { kind, fields } of Object.values(definitions)) {
      for (const [path, leaf] of leavesOf(fields)) {
        if (leaf.internal) continue;
        for (const text of leaf.content ? ["\0", "\ud800"] : noDefinition) {
          for (const value of [text, [text], { a: text }, { [text]: "a" }, { id: text }]) {
            const { failures } = validate(fields, withValue(path, value));
            const found = failures.filter(({ property }) => property.startsWith(path));
            assert.notDeepEqual(found, [], `${kind}.${path} takes ${JSON.stringify(value)}`);
          }
        }
      }
    }
  });

  it("are tried on a host, all but those that have a reason", () => {
    for (const { kind, fields } of Object.values(definitions)) {
      const tried = subjects
        .filter((subject) => subject.kind === kind)
        .flatMap((subject) => subject.fields.map(({ path }) => path));
      const reasons = Object.keys(elsewhere[kind] ?? {});
      const texts = leavesOf(fields, "", "*").filter(
        ([, { typeText, internal, references }]) => !internal && !references && /string|object|unknown/.test(typeText),
      );
      for (const [path] of texts) {
        const reason = reasons.some(
          (name) => name === path || (name.endsWith("*") && path.startsWith(name.slice(0, -1))),
        );
        assert.ok(tried.includes(path) !== reason, `${kind}.${path} is ${reason ? "tried as well" : "not tried"}`);
      }
    }
  });

  it("have one line end, and stay as they are where they are content", () => {
    const given = { list: ["a\r\nb", "a\rb"], map: { one: "\r\n" }, unknown, number: 7 };
    assert.deepEqual(keptTexts(given, "definition").value, {
      list: ["a\nb", "a\nb"],
      map: { one: "\n" },
      unknown,
      number: 7,
    });
    assert.deepEqual(keptTexts(given, "content").value, given);
  });

  it("are as they are kept, whatever they were", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = keptTexts(text, "definition").value;
        assert.equal(keptTexts(once, "definition").value, once);
      }),
    );
  });

  it("of Windows become scripts of Unix where their first line says so", () => {
    assert.equal(unixScript("#!/bin/sh\r\necho\r\n"), "#!/bin/sh\necho\n");
    for (const text of ["#!/bin/sh\nprintf 'a\r\n'", "one\r", ""]) assert.equal(unixScript(text), text);
  });

  it("are shown plainly, or in quotes and without what a terminal would take for a command", () => {
    assert.equal(shown("172.17.2.0/24"), "172.17.2.0/24");
    assert.equal(shown(7), "7");
    assert.equal(shown('a "b"\n'), '"a \\"b\\"\\n"');
    assert.equal(shown("\u001b\u009b\uffff"), '"\\u001b\\u009b\\uffff"');
    assert.equal(shown("x".repeat(200)).length, 82);
  });

  it("of a prototype are no key", () => {
    const { problems } = keptTexts(JSON.parse('{"a": {"__proto__": "b"}}'), "definition");
    assert.deepEqual(problems, [{ path: ["a"], reason: "the key __proto__ can't be a key" }]);
  });
});
