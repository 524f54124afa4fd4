import assert from "node:assert/strict";
import fc from "fast-check";
import { WindroseError } from "../../../provider/basics/errors";
import { escapeXml, parseXml, render, serializeXml, XmlElement } from "../../../provider/drivers/libvirt/xml";
import { text } from "./machines-arbitrary";

const isCode = (code: string) => (error: unknown) => error instanceof WindroseError && error.code === code;

describe("XML", () => {
  it("gives any value back, from text and from an attribute", () => {
    fc.assert(
      fc.property(text, text, (inner, attribute) => {
        const element = new XmlElement("a", { b: attribute }, [`.${inner}.`]);
        const read = parseXml(serializeXml(element), "it");
        assert.equal(read.attribute("b"), attribute);
        assert.equal(read.text(), `.${inner}.`);
        assert.equal(read.elements().length, 0);
      }),
    );
  });

  it("escapes every value of a template, in whatever depth", () => {
    fc.assert(
      fc.property(text, (value) => {
        const view = {
          prefix: "",
          mark: { project: value, stack: value, urn: value, incarnation: value },
          entries: [{ key: "k", value }],
        };
        const read = parseXml(render("machine-metadata", view), "it");
        assert.equal(read.attribute("urn"), value);
        assert.equal(read.attribute("value", "entry"), value);
        assert.equal(read.elements().length, 1);
      }),
    );
  });

  it("refuses characters that XML can't carry", () => {
    for (const value of ["\0", "a\u0001", "\u001f", "\ufffe", "\ud800", "x\udc00y", "\u000b"]) {
      assert.throws(() => escapeXml(value), isCode("invalid-input"), JSON.stringify(value));
      assert.throws(() => render("snapshot", { name: value, disks: [] }), isCode("invalid-input"));
    }
    assert.equal(escapeXml("🜁\u0085"), "🜁\u0085");
  });

  it("expands nothing but XML's own entities", () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>';
    for (const hostile of [
      bomb,
      "<!DOCTYPE a><a/>",
      "<!doctype a SYSTEM 'file:///etc/passwd'><a/>",
      "<a>&b;</a>",
      '<a b="&nbsp;"/>',
      "<a>&#0;</a>",
      "<a>&#xD800;</a>",
      "<a>& b</a>",
    ]) {
      assert.throws(() => parseXml(hostile, "it"), isCode("protocol"), hostile);
    }
    assert.equal(parseXml("<a>&lt;&#65;&#x1F701;&amp;lt;</a>", "it").text(), "<A🜁&lt;");
    assert.equal(parseXml("<a><![CDATA[<&amp;>]]></a>", "it").text(), "<&amp;>");
  });

  it("takes names that every object has, and writes them as they were", () => {
    for (const name of ["constructor", "prototype", "__proto__", "toString", "valueOf", "hasOwnProperty"]) {
      const text = `<a ${name}="1"><${name}/><${name}>x</${name}><x:${name} b="2"/></a>`;
      assert.equal(serializeXml(parseXml(text, "it")), text);
    }
  });

  it("keeps names from becoming properties", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const hostile =
      '<domain><__proto__ polluted="1"><x/></__proto__><constructor><prototype polluted="2"/></constructor><a __proto__="3" constructor="4"/></domain>';
    try {
      parseXml(hostile, "it");
    } catch (error) {
      assert.ok(isCode("protocol")(error));
    }
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it("answers anything with an element or with protocol", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<a/>",
      "<",
      ">",
      "&",
      '"',
      "x='",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?x",
      "?>",
      "<b c='d'>",
      "</b>",
      " ",
      "t",
      "\0",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }).map((parts) => parts.join("")),
        (hostile) => {
          try {
            assert.ok(parseXml(hostile, "it") instanceof XmlElement);
          } catch (error) {
            assert.ok(isCode("protocol")(error), String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("bounds size and depth", () => {
    assert.throws(() => parseXml(`<a>${"x".repeat(5_000_000)}</a>`, "it"), isCode("protocol"));
    assert.throws(() => parseXml("<a>".repeat(5000) + "</a>".repeat(5000), "it"), isCode("protocol"));
    assert.equal(parseXml("<a>".repeat(200) + "</a>".repeat(200), "it").name, "a");
  });
});
