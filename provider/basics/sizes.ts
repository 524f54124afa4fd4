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

/** Bytes of `2GiB`, `20GB`, `512MiB`, `1.5GiB`; undefined where it is no size, a bare number among it. `G` alone is binary, as qemu-img has it. */
export function parseSize(text: string | number): number | undefined {
  const match = /^\s*(\d{1,16}(?:\.\d{1,6})?)\s*([A-Za-z]{1,3})\s*$/.exec(String(text));
  if (!match) return undefined;
  const unit = units[match[2]!];
  if (unit === undefined || !Object.hasOwn(units, match[2]!)) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(Math.round(bytes)) && Math.abs(bytes - Math.round(bytes)) < 1e-6
    ? Math.round(bytes)
    : undefined;
}

/** Numbers below these are meant as GiB where they have no unit: nobody asks for 20 MiB of a disk, or 4 MiB of memory. */
const fewGiB = { disk: 4096, memory: 64 } as const;

/**
 * Why it is no size, or less than `min` bytes; undefined where it is right. A bare number may be bytes, MiB or GiB: nobody can
 * say, so that the likely one is only proposed. It follows the name of what it is about in a sentence.
 */
export function sizeProblem(given: unknown, min = 0, of: keyof typeof fewGiB = "memory"): string | undefined {
  const text = typeof given === "string" || typeof given === "number" ? String(given).trim() : "";
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes < min ? `must be at least ${formatSize(min)}` : undefined;
  if (!/^\d{1,16}(?:\.\d{1,6})?$/.test(text)) return "is not a size; write it as `2GiB`, `512MiB` or `20GB`";
  const number = Number(text);
  const unit = number < fewGiB[of] ? "GiB" : number < units.MiB! ? "MiB" : undefined;
  return `${text} has no unit: write ${unit === undefined ? formatSize(Math.round(number)) : `${text}${unit}`}`;
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
