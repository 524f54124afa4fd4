import { isRecord, unknown } from "./record";

/**
 * What a text of a program may hold, and how it is kept: once, for all fields (`validate.ts` asks here for each of them).
 *
 * - Texts that end in a definition, a configuration or metadata: what XML 1.0 can carry, and no control characters. Their
 *   lines end with `\n`: XML itself has no other line end (https://www.w3.org/TR/xml/#sec-line-ends), so that anything else
 *   would be read back as another text.
 * - Content (files, scripts, user data): kept byte by byte. It is UTF-8, and arguments and variables end at a NUL.
 */
export type Carrier = "definition" | "content";

export interface TextProblem {
  /** Where in the value it is. */
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** The value with every text in it as it is kept, and what can't be kept at all. */
export function keptTexts(value: unknown, carrier: Carrier): { value: unknown; problems: TextProblem[] } {
  const problems: TextProblem[] = [];
  const walk = (inner: unknown, path: readonly (string | number)[]): unknown => {
    if (inner === unknown) return inner;
    if (typeof inner === "string") {
      const reason = textProblem(inner, carrier);
      if (reason !== undefined) problems.push({ path, reason });
      return carrier === "content" ? inner : inner.replace(/\r\n?/g, "\n");
    }
    if (Array.isArray(inner)) return inner.map((one, index) => walk(one, [...path, index]));
    if (!isRecord(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, one]) => {
        const reason = key === "__proto__" ? "can't be a key" : textProblem(key, carrier);
        if (reason !== undefined) problems.push({ path, reason: `the key ${shown(key)} ${reason}` });
        return [key, walk(one, [...path, key])];
      }),
    );
  };
  return { value: walk(value, []), problems };
}

/**
 * A script as an editor of Windows leaves it, with the line ends that a shell takes. Whether it is one shows in its first line,
 * as cloud-init has it (`dos2unix`, cloudinit/util.py). One that has carriage returns elsewhere means them.
 */
export function unixScript(text: string): string {
  return endsWithReturn(text) ? text.replaceAll("\r\n", "\n") : text;
}

/** Whether the first line is one of a DOS text: a kernel looks for a program of the name `/bin/sh\r` then. */
export function endsWithReturn(text: string): boolean {
  const end = text.indexOf("\n");
  return end > 0 && text[end - 1] === "\r";
}

/** Why a text can't be carried, as words that follow the name of what holds it. The text itself is not repeated. */
export function textProblem(text: string, carrier: Carrier): string | undefined {
  let place = 0;
  for (const character of text) {
    place++;
    const code = character.codePointAt(0)!;
    const what = carrier === "content" ? noContent(code) : noDefinition(code);
    if (what !== undefined) return `holds ${name(code)}, ${what}, as its character ${place}: leave it out`;
  }
  return undefined;
}

function noContent(code: number): string | undefined {
  if (code === 0) return "a NUL";
  return code >= 0xd800 && code <= 0xdfff ? "half of a surrogate pair, which UTF-8 does not have" : undefined;
}

function noDefinition(code: number): string | undefined {
  if (code === 0xfffe || code === 0xffff) return "which XML can't carry";
  if (code === 0x9 || code === 0xa || code === 0xd) return undefined;
  if (code < 0x20 || code === 0x7f) return "a control character";
  return noContent(code);
}

function name(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A value in a sentence: plain words as they are, anything else in quotes, and never at length. */
export function shown(value: string | number | boolean): string {
  const text = String(value);
  if (typeof value !== "string" || /^[\w.:/%+@-]{1,80}$/.test(text)) return text;
  const quoted = JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
  return quoted.replace(
    /[\u007f-\u009f\u2028\u2029\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
