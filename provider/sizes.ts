/**
 * Sizes are strings with a unit, kept as the largest exact binary unit, so that rounding never shows as a change.
 */

const units: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  PiB: 1024 ** 5,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

const binary = ["PiB", "TiB", "GiB", "MiB", "KiB", "B"] as const;

/** Bytes of `2GiB`, `20GB`, `512MiB`, `1.5GiB`, `1073741824`; undefined where it is no size. `G` alone is binary, as qemu-img has it. */
export function parseSize(text: string | number): number | undefined {
  const match = /^\s*(\d{1,16}(?:\.\d{1,6})?)\s*([A-Za-z]{0,3})\s*$/.exec(String(text));
  if (!match) return undefined;
  const unit = units[match[2] || "B"];
  if (unit === undefined || !Object.hasOwn(units, match[2] || "B")) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(Math.round(bytes)) && Math.abs(bytes - Math.round(bytes)) < 1e-6
    ? Math.round(bytes)
    : undefined;
}

/** The largest binary unit that is exact: 2147483648 → `2GiB`, 20000000000 → `19531250KiB`. */
export function formatSize(bytes: number): string {
  for (const unit of binary) {
    const factor = units[unit]!;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}

/** Bytes of a size that `check` has accepted. */
export function sizeInBytes(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new RangeError(`not a size: ${text}`);
  return bytes;
}
