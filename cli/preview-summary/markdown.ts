/**
 * Markdown for GitHub and GitLab, in which no value can break out of its place: values are hostile. Everything that comes
 * from outside stands in a code span or a `<code>` element, where neither has mentions, references nor links.
 */

/** Characters that are inert in a code span within a table's cell; all others make it a `<code>` element. */
const inert = /^[\p{L}\p{N}\p{M} ._:/+=,;%()[\]{}"'@#~*^$!?…↵-]+$/u;

/** Characters that show nothing, or turn the text around: they are spelled out. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** A text as code, in one line. */
export function code(text: string): string {
  const line = text.replace(/\r\n|\n|\r/g, "↵");
  if (inert.test(line) && line.trim() === line) return `\`${line}\``;
  return `<code>${entities(line)}</code>`;
}

/** A text of several lines as code, for a place that takes `<br>`. */
export function lines(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => code(line))
    .join("<br>");
}

/** Every character that means anything to Markdown or HTML as a numeric entity, which means nothing to either. */
function entities(text: string): string {
  return text
    .replace(invisible, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
    .replace(/[^\p{L}\p{N}\p{M}↵]/gu, (character) =>
      character === " " || character === "." || character === "-" ? character : `&#${character.codePointAt(0)};`,
    );
}

/** A part that opens when it is asked for; fits in a cell. `summary` and `content` are Markdown. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>${content}</details>`;
}

/** The first characters of a text, with a word on how many are left out. Never cuts a character in two. */
export function cut(text: string, longest: number): { text: string; left: number } {
  const characters = [...text];
  if (characters.length <= longest) return { text, left: 0 };
  return { text: characters.slice(0, longest).join(""), left: characters.length - longest };
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(heads), row(heads.map(() => "---")), ...rows.map(row)].join("\n");
}
