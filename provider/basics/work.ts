import { WindroseError } from "./errors";

/** Where long work reports to, and what ends it. */
export interface Work {
  /** A short line: `downloading 60%`. */
  progress(text: string): void;
  /** Epoch milliseconds by which the work must be done. */
  deadline: number;
  signal?: AbortSignal;
}

/** What setTimeout can hold. */
const longest = 2 ** 31 - 1;

/** The same work with less time. */
export function within<T extends Pick<Work, "deadline">>(work: T, milliseconds: number): T {
  return { ...work, deadline: Math.min(work.deadline, Date.now() + milliseconds) };
}

/** Milliseconds left, at least one. */
export function timeLeft({ deadline }: Pick<Work, "deadline">): number {
  return Math.max(1, Math.min(longest, deadline - Date.now()));
}

/** Milliseconds left, at least one. Fails with `timeout` or `aborted` where there are none. */
export function requireTime(work: Pick<Work, "deadline" | "signal">): number {
  if (work.signal?.aborted) throw new WindroseError("aborted", "the work was called off");
  if (work.deadline <= Date.now()) throw new WindroseError("timeout", "the time for it is over");
  return timeLeft(work);
}

/** Tells progress in whole percent, each number once. */
export function percent(work: Pick<Work, "progress">, verb: string, total: number): (bytes: number) => void {
  let told = -1;
  return (bytes) => {
    const now = total > 0 ? Math.min(100, Math.floor((bytes / total) * 100)) : 100;
    if (now === told) return;
    told = now;
    work.progress(`${verb} ${now}%`);
  };
}
