import type { Line } from "./trial";

/** The lines as text, in columns. */
export function tableText(lines: readonly Line[]): string {
  const rows = [
    ["field", "the table says", "seconds", "seen"],
    ...lines.map(({ field, says, seconds, saw }) => [field, says, seconds.toFixed(1), saw.join("; ").split("\n")[0]!]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const total = lines.reduce((sum, { seconds }) => sum + seconds, 0);
  const failed = lines.filter((line) => line.failed).length;
  return [
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    ),
    `${lines.length} fields, ${failed} not as the table says, ${Math.round(total)} s`,
  ].join("\n");
}
