import { WindroseError } from "../../../basics/errors";
import type { Work } from "../../hypervisor";

/** Milliseconds that are left for the work, at least one. Fails with `timeout` or `aborted` where there are none. */
export function left(work: Work): number {
  if (work.signal?.aborted) throw new WindroseError("aborted", "the work was called off");
  const milliseconds = work.deadline - Date.now();
  if (milliseconds <= 0) throw new WindroseError("timeout", "the time for it is over");
  // what setTimeout can hold
  return Math.min(milliseconds, 0x7fff_ffff);
}

/** Tells progress in whole percent, each number once. */
export function percent(work: Work, verb: string, total: number): (bytes: number) => void {
  let told = -1;
  return (bytes) => {
    const now = total > 0 ? Math.min(100, Math.floor((bytes / total) * 100)) : 100;
    if (now === told) return;
    told = now;
    work.progress(`${verb} ${now}%`);
  };
}
