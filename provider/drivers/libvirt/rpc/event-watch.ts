import { WindroseError } from "../../../basics/errors";
import { DeadlineExceeded } from "./errors";
import type { EventBody, EventKind } from "./protocol";

export type ClientEvent<K extends EventKind = EventKind> = { [P in K]: { kind: P; body: EventBody<P> } }[K];

/** The most events that are kept for somebody who does not fetch them. The oldest are dropped. */
const keptMax = 1000;

interface Waiter<K extends EventKind> {
  wanted: (event: ClientEvent<K>) => boolean;
  resolve: (event: ClientEvent<K>) => void;
  reject: (error: Error) => void;
}

/**
 * Events from the moment it was made, kept until they are fetched. So make the watch first, then do what causes the
 * event, then wait for it: none is missed.
 */
export class EventWatch<K extends EventKind> implements AsyncIterable<ClientEvent<K>> {
  private readonly kept: ClientEvent<K>[] = [];
  private readonly waiters = new Set<Waiter<K>>();
  private ended: Error | undefined;

  constructor(private readonly release: () => void) {}

  /** For the client: an event came. */
  offer(event: ClientEvent<K>): void {
    for (const waiter of this.waiters) {
      let wanted = false;
      try {
        wanted = waiter.wanted(event);
      } catch (error) {
        waiter.reject(error as Error);
        continue;
      }
      if (wanted) {
        waiter.resolve(event);
        return;
      }
    }
    this.kept.push(event);
    if (this.kept.length > keptMax) this.kept.shift();
  }

  /** For the client: no more will come. */
  fail(reason: Error): void {
    if (this.ended) return;
    this.ended = reason;
    for (const waiter of this.waiters) waiter.reject(reason);
    this.release();
  }

  /**
   * The first event, of those kept and those to come, that `wanted` accepts; it alone is taken off, so that
   * a later wait finds what came before it. Rejects with `DeadlineExceeded` after `deadline` milliseconds, with `aborted`, or with `ConnectionLost`.
   */
  async next(
    wanted: (event: ClientEvent<K>) => boolean = () => true,
    { deadline, signal }: { deadline: number; signal?: AbortSignal },
  ): Promise<ClientEvent<K>> {
    const index = this.kept.findIndex(wanted);
    if (index >= 0) return this.kept.splice(index, 1)[0]!;
    if (this.ended) throw this.ended;
    if (signal?.aborted) throw new WindroseError("aborted", "The wait for an event was called off");
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter<K> = {
        wanted,
        resolve: (event) => {
          done();
          resolve(event);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      const aborted = () => waiter.reject(new WindroseError("aborted", "The wait for an event was called off"));
      const timer = Number.isFinite(deadline)
        ? setTimeout(() => waiter.reject(new DeadlineExceeded("The event waited for", deadline)), deadline)
        : undefined;
      signal?.addEventListener("abort", aborted, { once: true });
      this.waiters.add(waiter);
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ClientEvent<K>> {
    try {
      for (;;) yield await this.next(undefined, { deadline: Number.POSITIVE_INFINITY });
    } finally {
      this.close();
    }
  }

  /** Ends the watch. A wait that is under way rejects with `aborted`. */
  close(): void {
    this.fail(new WindroseError("aborted", "The watch for events was closed"));
  }
}
