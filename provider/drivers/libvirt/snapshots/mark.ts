/** A snapshot carries no metadata in libvirt, so its description ends with a line of ours: `windrose 1a2b3c4d`. */

const line = /(^|\n)windrose ([0-9a-f]{8})\s*$/;

export function withMark(description: string | undefined, mark: string): string {
  return description ? `${description}\nwindrose ${mark}` : `windrose ${mark}`;
}

/** The user's own text of a description, and our mark. */
export function splitMark(text: string): { description?: string; mark?: string } {
  const mark = line.exec(text)?.[2];
  const description = text.replace(line, "");
  return { ...(description === "" ? {} : { description }), ...(mark === undefined ? {} : { mark }) };
}
