import { isRecord, unknown } from "../../provider/basics/record";
import { secretText } from "./digest";
import { code, cut, lines } from "./markdown";

/** One side of a changed field, as it is shown. */
export interface Shown {
  /** Markdown for a line. */
  readonly short: string;
  /** Markdown of the whole value, where the line can't hold it. */
  readonly long?: string;
}

/** Longest value that stands in a line: characters. */
const longestInLine = 60;
/** What a line shows of a longer text: characters. */
const startOfText = 24;
/** Longest value that is shown at all: characters. */
const longest = 2000;

export const hidden: Shown = { short: "_hidden_" };

/** `names` has what an id belongs to: `Image base`. */
export function show(value: unknown, names: ReadonlyMap<string, string>): Shown {
  if (value === undefined || value === null) return { short: "_unset_" };
  if (value === unknown) return { short: "_not yet known_" };
  if (value === secretText) return hidden;
  if (typeof value === "string") {
    const name = names.get(value);
    return name ? { short: code(name) } : text(value);
  }
  if (typeof value === "object") return structure(value, names);
  return { short: code(String(value)) };
}

function text(value: string): Shown {
  const characters = [...value].length;
  const count = value.split("\n").length;
  if (count === 1 && characters <= longestInLine) return { short: code(value) };
  const start = () => code(`${cut(value, startOfText).text.trimEnd()}…`);
  return { short: count > 1 ? `_text of ${count} lines_` : start(), long: bounded(value) };
}

function structure(value: object, names: ReadonlyMap<string, string>): Shown {
  const inLine = inOneLine(value, names);
  if ([...inLine].length <= longestInLine) return { short: code(inLine) };
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  const said = Array.isArray(value) ? `_list of ${count}_` : `_${count} ${count === 1 ? "field" : "fields"}_`;
  return {
    short: said,
    long: bounded(
      Array.isArray(value) ? `[${value.map((each) => inOneLine(each, names)).join(",\n")}]` : outline(value, names),
    ),
  };
}

function outline(value: object, names: ReadonlyMap<string, string>): string {
  return Object.entries(value)
    .map(([key, inner]) => `${key}: ${inOneLine(inner, names)}`)
    .join("\n");
}

function inOneLine(value: unknown, names: ReadonlyMap<string, string>): string {
  if (value === unknown) return "(not yet known)";
  if (value === secretText) return "(hidden)";
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return `[${value.map((each) => inOneLine(each, names)).join(", ")}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${inOneLine(inner, names)}`)
      .join(", ")}}`;
  return String(value);
}

function bounded(value: string): string {
  const { text, left } = cut(value, longest);
  return left === 0 ? lines(text) : `${lines(text)}<br>_and ${left} more characters_`;
}
