import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readDigest } from "../../../cli/preview-summary/digest";
import { code, lines } from "../../../cli/preview-summary/markdown";
import { unknown } from "../../../provider/basics/record";
import { digest, machine, made, markdown, rows, type Sketch } from "./digests";

/** What is left of Markdown once everything that is code is taken away: nothing of a value may stand there. */
function outsideCode(text: string): string {
  return text.replace(/<code>(?:[^<>`|\n@\\]|↵)*<\/code>/g, "").replace(/`[^`|\n<>\\]*`/g, "");
}

/** Decodes what `code` made, as a browser or a code span would show it. */
function decoded(text: string): string {
  if (text.startsWith("`")) return text.slice(1, -1);
  return text.slice(6, -7).replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)));
}

const hostile = [
  "a|b",
  "`x` | **y**",
  "</code></td><script>alert(1)</script>",
  "line one\n| forged | row |\r\nmore",
  "@torvalds #1 !2 ~bug https://example.org www.example.org",
  "<!-- hidden --> <details>",
  "\\| \\` \\\\",
  "\u202eright to left\u2066",
  "zero\u200bwidth \u0000 \u001b[31m",
  "/close",
  "|",
  "$`math`$",
  "&#124; &lt;b&gt;",
  " spaces ",
  "\u2028separators\u2029",
];

describe("Markdown of a preview summary", function () {
  this.timeout(20_000);
  it("keeps any text inside its code, in one line, and loses nothing of it", () => {
    const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, (value) => {
        const made = code(value);
        assert.equal(outsideCode(made), "", JSON.stringify(made));
        assert.doesNotMatch(decoded(made), /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cf}/u);
        if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(value)) assert.equal(decoded(made), value);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps each line of a long text inside its code", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile)), (texts) => {
        assert.doesNotMatch(outsideCode(lines(texts.join("\n"))).replaceAll("<br>", ""), /./);
      }),
    );
  });

  it("keeps hostile values, names and messages in their cells", () => {
    for (const value of hostile) {
      const sketches: Sketch[] = [
        {
          op: "update",
          name: value,
          olds: machine,
          news: { ...machine, description: value },
          detailedDiff: ["description"],
        },
        {
          op: "create",
          name: "new",
          parent: `urn:pulumi:dev::winds::${value}::${value}`,
          news: { ...machine, metadata: { [value]: value } },
        },
        {
          op: "update",
          type: `evil:${value}`,
          name: "foreign",
          olds: { a: 1 },
          news: { a: value },
          detailedDiff: [value, "a"],
        },
      ];
      const text = markdown(digest(sketches, { diagnostics: [{ message: value, severity: "error" }] }));
      const tables = text.split("\n").filter((line) => line.startsWith("|"));
      for (const line of tables) assert.equal(line.match(/ \| /g)?.length, 4, line);
      assert.doesNotMatch(outsideCode(text), /script|forged|torvalds|www|hidden -->|zero|separators|math|close/, value);
    }
  });

  it("has one table for each host and component", () => {
    const winds = "urn:pulumi:dev::winds::lab:index:Lab::winds";
    const far = ["urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:Host::boiotia"];
    const text = markdown(
      digest([
        { op: "create", name: "a", news: machine },
        { op: "create", name: "b", news: machine, propertyDependencies: { host: far } },
        { op: "create", name: "c", news: machine, parent: winds },
        { op: "create", name: "d", news: machine, parent: winds, propertyDependencies: { host: far } },
        { op: "create", type: "random:index/randomPet:RandomPet", name: "pet", news: { length: 2 } },
      ]),
    );
    const titles = text.split("\n").filter((line) => line.startsWith("###"));
    assert.deepEqual(titles, [
      "### Host `anemoi`",
      "### Host `boiotia`",
      "### Component `winds` (`lab:index:Lab`)",
      "### Of other packages",
    ]);
    assert.match(text, /^\| `VirtualMachine`<br>\*\*`d`\*\*<br>on `boiotia` \|/m);
    assert.match(text, /^\| `random:index\/randomPet:RandomPet`<br>\*\*`pet`\*\* \|/m);
  });

  it("puts what is worst first and says it before any table", () => {
    const text = markdown(
      digest([
        { op: "create", name: "a", news: machine },
        { op: "update", name: "b", olds: machine, news: { ...machine, memory: "4GiB" }, detailedDiff: ["memory"] },
        { op: "delete", name: "z", olds: machine, outputs: made },
      ]),
    );
    assert.deepEqual([...rows(text).keys()], ["z", "b", "a"]);
    assert.ok(text.indexOf("**Data lost:** all on the disk `root` of `z`.") < text.indexOf("###"));
    assert.ok(text.indexOf("**Data lost:**") > 0);
    assert.match(text, /^3 changes: 1 delete, 1 live, 1 create\. 2 unchanged\.$/m);
  });

  it("folds long values and many fields, and cuts what is longer", () => {
    const long = "x".repeat(5000);
    const text = markdown(
      digest([
        {
          op: "update",
          olds: machine,
          news: { ...machine, description: long, machineType: "pc" },
          detailedDiff: ["description", "machineType"],
        },
      ]),
    );
    assert.match(text, /<details><summary>`description`: _unset_ → `x{24}…` \(live\)<\/summary>/);
    assert.match(text, /_and 3000 more characters_/);
    const many = Object.fromEntries(
      ["description", "autostart", "serial", "rng", "clock", "video", "firmware", "vcpus"].map((name) => [
        name,
        unknown,
      ]),
    );
    const folded = markdown(
      digest([{ op: "update", olds: machine, news: { ...machine, ...many }, detailedDiff: Object.keys(many) }]),
    );
    assert.match(folded, /<details><summary>3 fields more<\/summary>/);
  });

  it("says what is not yet known", () => {
    const text = markdown(
      digest([
        {
          op: "update",
          olds: machine,
          news: { ...machine, metadata: { a: unknown, b: "c" }, memory: unknown },
          detailedDiff: ["memory", "metadata"],
        },
      ]),
    );
    assert.match(text, /`memory`: `2GiB` → _not yet known_/);
    assert.match(text, /`metadata`: _unset_ → `\{a: \(not yet known\), b: c\}`/);
  });

  it("fits in its length whatever the changes, and never drops what is lost without a word", () => {
    const sketches: Sketch[] = [];
    for (let index = 0; index < 400; index++) {
      const name = `guest-${index}`;
      const news = { ...machine, description: `${index} ${"text ".repeat(300)}` };
      sketches.push({ op: "update", name, olds: machine, news, detailedDiff: ["description"] });
    }
    sketches.push({ op: "delete", name: "last", olds: machine, outputs: made });
    for (const longest of [1000, 5000, 65_000]) {
      const text = markdown(digest(sketches), longest);
      assert.ok(text.length <= longest, `${text.length} > ${longest}`);
      assert.match(text, /401 changes: 1 delete, 400 live/);
      assert.match(text, /\*\*Data lost:\*\*/);
      if (longest > 1000) assert.match(text, /more changes are not shown here|401 resources/);
    }
  });

  it("cuts no code span in two: what is in it would be Markdown", () => {
    const hostile = `error: ${"@all [here](http://winds.example) ".repeat(9000)}`;
    const diagnostics = Array.from({ length: 3 }, (_, index) => ({
      message: `${index} ${hostile}`,
      severity: index === 2 ? "warning" : "error",
    }));
    for (const longest of [1000, 1500, 2000, 2500, 65_000]) {
      const lines = markdown(digest([], { diagnostics }), longest).split("\n");
      assert.ok(lines.join("\n").length <= longest);
      for (const line of lines) {
        assert.equal(line.split("`").length % 2, 1, line);
        assert.doesNotMatch(line.replace(/`[^`]*`/g, ""), /@all/);
      }
    }
  });

  it("says that nothing changes, and that a preview failed", () => {
    assert.match(markdown(digest([])), /^No changes\. 2 unchanged\.$/m);
    const failed = markdown(digest([], { diagnostics: [{ message: "error: no such stack", severity: "error" }] }));
    assert.match(failed, /\*\*The preview failed\.\*\*/);
    assert.doesNotMatch(failed, /No changes/);
  });

  it("of a real preview says all that it holds", () => {
    const text = markdown(readDigest(readFileSync(join(__dirname, "recorded-preview.json"), "utf8")));
    const table = rows(text);
    const cells = (name: string) => table.get(name)!.slice(1);
    assert.deepEqual(cells("eurus"), ["–", "**delete**", "`eurus`, for good", "all on the disk `root` of `eurus`"]);
    assert.deepEqual(cells("notus"), [
      "`disks.root.image`: `Image base` → _not yet known_ (replaces it)",
      "**replace**",
      "`notus`, until it is recreated",
      "all on the disks `data`, `root` of `notus`",
    ]);
    assert.deepEqual(cells("boreas"), [
      "`memory`: `192MiB` → `256MiB` (live)<br>`graphics.password`: _hidden_ (live)",
      "live",
      "–",
      "–",
    ]);
    assert.match(
      cells("zephyrus")[0]!,
      /^`machineType`: _unset_ → `pc` \(after a restart\)<br>`restart` is `"refuse"`: `up` refuses this while the machine runs/,
    );
    assert.equal(cells("zephyrus")[1], "**restart**");
    assert.equal(cells("aparctias")[1], "create");
    assert.match(cells("aparctias")[0]!, /`disks\.root\.pool`: `StoragePool pool`/);
    assert.match(text, /### Component `winds` \(`e2e:index:Group`\) on `anemoi`/);
  });
});
