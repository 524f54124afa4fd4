/** The name of what is being written, until it is whole. A leading dot keeps it out of listings and globs. */
export function partialName(name: string): string {
  return `.${name}.partial`;
}

/** All that a download of a file can leave unfinished: what came, and what is kept beside it. */
export function partialNames(name: string): string[] {
  const partial = partialName(name);
  return [partial, ...["unpacked", "validator", "source"].map((ending) => `${partial}.${ending}`)];
}

/** Whether a file is what a download or an upload left unfinished, or what it keeps beside it. */
export function isPartial(name: string): boolean {
  return name.startsWith(".") && /\.partial(\.[a-z]+)?$/.test(name);
}
