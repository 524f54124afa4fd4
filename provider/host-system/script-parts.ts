/**
 * Several answers of one script. Each part follows a line of its own that begins with a NUL, which no text that is shown
 * so holds.
 */

/** Shell: `part NAME` begins a part. */
export const partFunction = "part() { printf '\\000%s\\n' \"$1\"; }";

/** The parts by name; what stands before the first is left out. */
export function partsOf(stdout: string): Map<string, string> {
  return new Map(
    stdout
      .split("\0")
      .slice(1)
      .map((part): [string, string] => {
        const end = part.indexOf("\n");
        return end < 0 ? [part, ""] : [part.slice(0, end), part.slice(end + 1)];
      }),
  );
}
