/**
 * Paths of Pulumi's detailed diffs (`ParsePropertyPath`, sdk/go/common/resource/property_path.go): `disks.root.size`,
 * `cloudInit.users[0]`, `metadata["a.b"]`. What does not parse stays one name, so that nothing is ever lost.
 */
export function parsePath(path: string): string[] {
  const names: string[] = [];
  let rest = path;
  while (rest !== "") {
    const match =
      /^\.?([^.[\]"]+)/.exec(rest) ?? /^\[(\d+)\]/.exec(rest) ?? /^\.?\["((?:[^"\\]|\\.)*)"\]/.exec(rest) ?? undefined;
    if (!match) return [...names, rest];
    names.push(match[1]!.replace(/\\(.)/g, "$1"));
    rest = rest.slice(match[0].length);
  }
  return names;
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Whether one of two paths is the other's beginning. */
export function overlap(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((name, index) => name === other[index]);
}
