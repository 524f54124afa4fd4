import fc from "fast-check";

/** Texts of the kinds that have broken something somewhere: line ends, quotes, markup, what no encoding has. */

const signs = [
  ..."\t\n\r \"'`\\/<>&;:,.=#%@*!|?~^$-_+(){}[]",
  "\r\n",
  "]]>",
  "<!--",
  "<![CDATA[",
  "&amp;",
  "&#10;",
  "%s",
  "%0a",
  "$(id)",
  "..",
  "\0",
  "\u0001",
  "\u001b[31m",
  "\u007f",
  "\u0085",
  "\u00a0",
  "\u00ad",
  "\u0301",
  "\u200b",
  "\u202e",
  "\u2028",
  "\u2029",
  "\ud800",
  "\udc00",
  "\ud7ff",
  "\ue000",
  "\ufdd0",
  "\ufeff",
  "\ufffd",
  "\ufffe",
  "\uffff",
  "\u{1fffe}",
  "\u{10ffff}",
  "é",
  "北風",
  "😀",
  "null",
  "yes",
  "<<",
  "__proto__",
  "windrose 01234567",
];
/** What most fields have a use for: without it all texts would be refused. */
const plain = [..."abcXYZ019.-_ "];

const sign = fc.constantFrom(...signs);
const letter = fc.constantFrom(...plain);
const joined = (parts: fc.Arbitrary<string>, max: number) =>
  fc.array(parts, { maxLength: max }).map((list) => list.join(""));

/** Any text; half of them are made of what a definition can carry. */
const wild = fc.oneof(
  joined(letter, 24),
  joined(fc.oneof({ weight: 6, arbitrary: letter }, { weight: 1, arbitrary: sign }), 16),
  joined(sign, 8),
  fc.string({ unit: "binary", maxLength: 24 }),
  joined(fc.constantFrom(" ", "\n", "\t", "\r\n"), 4),
  fc.tuple(letter, fc.constantFrom(255, 256, 257, 4095, 4096, 4097, 5000)).map(([text, count]) => text.repeat(count)),
);

/** A text that is right, with something put in, taken out or exchanged; or as it is. */
const nearly = (samples: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...samples), fc.oneof(letter, sign), fc.nat(), fc.integer({ min: 0, max: 4 }))
    .map(([text, part, at, how]) => {
      const place = at % (text.length + 1);
      if (how === 0) return text;
      if (how === 1) return text + part;
      if (how === 2) return text.slice(0, place) + text.slice(place + 1);
      return text.slice(0, place) + part + text.slice(place + (how === 3 ? 0 : 1));
    });

/** `count` texts for a field. `samples`: some that it takes. The same seed gives the same texts. */
export function textsFor(samples: readonly string[], count: number, seed: number): string[] {
  return fc.sample(fc.oneof(wild, nearly(samples), nearly(samples)), { numRuns: count, seed });
}
