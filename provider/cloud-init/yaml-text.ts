import { parseAllDocuments, stringify } from "yaml";

/**
 * YAML as cloud-init reads it (PyYAML's safe loader: YAML 1.1), with bounds against hostile text. A reason never quotes
 * the text, which may hold secrets.
 */

/** UTF-8 bytes. */
export const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

export type Parsed = { value: unknown } | { reason: string };

export function parseYaml(text: string): Parsed {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) return { reason: `is longer than ${MAX_TEXT_BYTES} bytes` };
  try {
    const documents = parseAllDocuments(text, { version: "1.1", prettyErrors: true, logLevel: "silent" });
    if (!Array.isArray(documents)) return { value: null };
    const [document] = documents;
    if (!document) return { value: null };
    if (documents.length > 1) return { reason: "holds more than one YAML document" };
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

/** Block style, several lines as literal blocks, no line folded, no anchors; fit for YAML 1.1 readers. */
export function yamlText(value: unknown): string {
  return stringify(value, {
    version: "1.1",
    blockQuote: "literal",
    lineWidth: 0,
    aliasDuplicateObjects: false,
    collectionStyle: "block",
  });
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
