import { WindroseError } from "../../../basics/errors";

/** The name of what is being written, until it is whole. A leading dot keeps it out of listings and globs. */
export function partialName(name: string): string {
  return `.${name}.partial`;
}

/** All that a download of a volume can leave unfinished: what came, and what is kept beside it. */
export function partialNames(name: string): string[] {
  const partial = partialName(name);
  return [partial, ...["unpacked", "validator", "source"].map((ending) => `${partial}.${ending}`)];
}

/** Whether a file of a pool is what a download or an upload left unfinished, or what it keeps beside it. */
export function isPartial(name: string): boolean {
  return name.startsWith(".") && /\.partial(\.[a-z]+)?$/.test(name);
}

/** A name that is one file of a directory, in words of no shell and no listing that it could confuse. */
export function checkName(name: string): string {
  if (name === "" || name === "." || name === ".." || /[/\u0000-\u001f]/.test(name) || Buffer.byteLength(name) > 200) {
    throw new WindroseError("invalid-input", `${JSON.stringify(name.slice(0, 250))} is not the name of a volume`);
  }
  if (isPartial(name)) {
    throw new WindroseError("invalid-input", `${JSON.stringify(name)} is the name of an unfinished volume`);
  }
  return name;
}
