import type { WindroseError } from "../basics/errors";

/** Bounds of the waits that no caller sets, in milliseconds. */
export const bounds = {
  exec: 60_000,
  connect: 20_000,
  /** Between SIGTERM and SIGKILL. */
  grace: 5_000,
  uploadStall: 60_000,
  /** For a place among a host's sessions: commands before this one may each be long. */
  queue: 600_000,
  keepaliveInterval: 10_000,
  keepaliveCount: 3,
  idle: 30_000,
  /** How long a failed connect stands for all who ask. */
  failure: 5_000,
  /** `ssh -G`. */
  configuration: 10_000,
} as const;

/**
 * The promise, or a rejection after so many milliseconds. What comes later is dropped through `late` (a connection
 * that must be closed again). The timer keeps the process alive: a promise alone would not.
 */
export function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  error: () => WindroseError,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const timer = setTimeout(() => {
      settled = true;
      reject(error());
    }, milliseconds);
    promise.then(
      (value) => {
        if (settled) {
          late?.(value);
          return;
        }
        clearTimeout(timer);
        resolve(value);
      },
      (reason) => {
        clearTimeout(timer);
        reject(reason);
      },
    );
  });
}

export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
