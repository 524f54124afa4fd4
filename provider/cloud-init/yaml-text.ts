/**
 * YAML as cloud-init reads it (PyYAML's safe loader: YAML 1.1), with bounds against hostile text. A reason never quotes
 * the text, which may hold secrets.
 */

/** Loaded for the first text: most machines are checked without one. */
const yaml = () => require("yaml") as typeof import("yaml");

/** UTF-8 bytes. */
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

export type Parsed = { value: unknown } | { reason: string };

export function parseYaml(text: string): Parsed {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) return { reason: `is longer than ${MAX_TEXT_BYTES} bytes` };
  try {
    const documents = yaml().parseAllDocuments(text, { version: "1.1", prettyErrors: true, logLevel: "silent" });
    if (!Array.isArray(documents)) return { value: null };
    const [document] = documents;
    if (!document) return { value: null };
    if (documents.length > 1) return { reason: "holds more than one YAML document" };
    const [foreign] = unreadable.exec(text) ?? [];
    if (foreign !== undefined) {
      const code = foreign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      return { reason: `holds U+${code}, which YAML can't carry as it is: write it as an escape in double quotes` };
    }
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) {
      const where = problem.linePos?.[0];
      const place = where ? `line ${where.line}, column ${where.col}` : "an unknown place";
      return { reason: `is not valid YAML: ${problem.code} at ${place}` };
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return plainValue(value);
  } catch {
    return { reason: "is not valid YAML, or nests or repeats itself too much" };
  }
}

/** A copy of plain maps, lists and scalars, with `undefined` left out of maps; anything else is refused. */
export function plainValue(value: unknown): Parsed {
  try {
    return { value: copy(value, 0) };
  } catch (error) {
    return { reason: error instanceof Unfit ? error.message : "nests too deeply" };
  }
}

class Unfit extends Error {}

function copy(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Unfit(`nests deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item ?? null, depth + 1));
  if (value instanceof Set) return Object.fromEntries([...value].map((item) => [String(item), null]));
  if (value instanceof Map) return copy(Object.fromEntries(value), depth);
  if (typeof value === "object") {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) throw new Unfit("holds a value that YAML does not have");
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, copy(item, depth + 1)]));
  }
  throw new Unfit("holds a value that YAML does not have");
}

/** What PyYAML refuses to read (yaml/reader.py, `NON_PRINTABLE`). */
const unreadable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** And what YAML 1.1 takes for the end of a line: in a text they must be escaped (https://yaml.org/spec/1.1/#id871136). */
const mustEscape = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

/** PyYAML takes no tab in a plain text (yaml/scanner.py, `scan_plain`), and these words for more than texts
 * (yaml/resolver.py). Readers differ in a literal block that begins with white space. */
const mustQuote = (text: string) =>
  mustEscape.test(text) ||
  /^\s[\s\S]*\n/.test(text) ||
  (text.includes("\t") && !text.includes("\n")) ||
  /^(<<|=)$/.test(text);

/** Block style, several lines as literal blocks, no line folded, no anchors; fit for YAML 1.1 readers. */
export function yamlText(value: unknown): string {
  const { Document, isScalar, visit } = yaml();
  const document = new Document(value, {
    version: "1.1",
    aliasDuplicateObjects: false,
    // With it the text `<<` is never quoted.
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:merge"),
  });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && mustQuote(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document
    .toString({ blockQuote: "literal", lineWidth: 0, collectionStyle: "block" })
    .replace(new RegExp(mustEscape, "g"), (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export type YamlMap = { [key: string]: unknown };

export function isMap(value: unknown): value is YamlMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
