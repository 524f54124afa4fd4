import { setTimeout as delay } from "node:timers/promises";

/** Why a wait ended before what was waited for came. */
export class Stopped extends Error {
  constructor(readonly reason: "deadline" | "aborted") {
    super(reason);
  }
}

/**
 * The promise's own end, or `Stopped` at the deadline or by the signal. With `limit`, in milliseconds, the wait is over
 * after that as well, in order. The promise itself can't be stopped; how it ends later does not matter then.
 */
export function beforeStop<T>(
  promise: Promise<T>,
  bounds: { deadline: number; signal?: AbortSignal },
  limit: number,
): Promise<T | undefined>;
export function beforeStop<T>(promise: Promise<T>, bounds: { deadline: number; signal?: AbortSignal }): Promise<T>;
export function beforeStop<T>(
  promise: Promise<T>,
  { deadline, signal }: { deadline: number; signal?: AbortSignal },
  limit = Number.POSITIVE_INFINITY,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const left = Math.max(0, deadline - Date.now());
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      action();
    };
    const aborted = (): void => settle(() => reject(new Stopped("aborted")));
    // setTimeout's longest time is 2^31 - 1 ms.
    const timer = setTimeout(
      () => settle(() => (limit < left ? resolve(undefined) : reject(new Stopped("deadline")))),
      Math.min(limit, left, 2 ** 31 - 1),
    );
    signal?.addEventListener("abort", aborted, { once: true });
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    if (signal?.aborted) aborted();
    else if (left === 0) settle(() => reject(new Stopped("deadline")));
  });
}

/** Milliseconds, or less where the signal comes. Never rejects. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
