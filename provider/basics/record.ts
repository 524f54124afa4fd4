/** The string by which Pulumi stands for a value that is not yet known (sdk/nodejs/runtime/rpc.ts, `unknownValue`). */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether there is a value, and it is known. */
export function known<T>(value: unknown): value is T {
  return value !== undefined && value !== unknown;
}

export function holdsUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (value && typeof value === "object") return Object.values(value).some(holdsUnknown);
  return false;
}

export type Inputs = Record<string, unknown>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value, or an empty record in place of what is none. */
export function asRecord<T = unknown>(value: unknown): Record<string, T> {
  return isRecord(value) ? (value as Record<string, T>) : {};
}
