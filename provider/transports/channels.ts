import { WindroseError } from "../basics/errors";
import { bounds, seconds } from "./bounds";

interface Waiter {
  resolve(): void;
  reject(error: WindroseError): void;
  timer: NodeJS.Timeout;
}

/**
 * How many channels of a kind are open at once on one connection; the rest wait in their order. sshd limits sessions
 * (MaxSessions of sshd_config(5), 10 by default) and says so only by refusing one: then `refused` lowers the limit to
 * what is open. After a while it is tried again with one more, since a command that is being killed holds its place
 * unseen.
 */
export class Gate {
  private open = 0;
  private loweredAt = 0;
  private readonly waiters: Waiter[] = [];
  private current: number;

  constructor(
    private readonly most: number,
    private readonly recovery: number = 30_000,
  ) {
    this.current = most;
  }

  get limit(): number {
    return this.current;
  }

  /** Resolves when there is a place. Errors: `timeout`. */
  enter(patience: number = bounds.queue): Promise<void> {
    if (this.current < this.most && Date.now() - this.loweredAt > this.recovery) {
      this.current++;
      this.loweredAt = Date.now();
    }
    if (this.open < this.current && this.waiters.length === 0) {
      this.open++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        reject(new WindroseError("timeout", `No channel was free within ${seconds(patience)}`));
      }, patience);
      const waiter = { resolve, reject, timer };
      this.waiters.push(waiter);
    });
  }

  leave(): void {
    this.open--;
    this.admit();
  }

  /** The server refused a channel: gives the place back. Returns whether it is worth waiting for another. */
  refused(): boolean {
    this.open--;
    const others = this.open;
    if (others > 0) this.current = Math.max(1, Math.min(this.current, others));
    this.loweredAt = Date.now();
    return others > 0;
  }

  /** Rejects all who wait. */
  fail(error: WindroseError): void {
    for (const waiter of this.waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
  }

  private admit(): void {
    while (this.open < this.current) {
      const waiter = this.waiters.shift();
      if (!waiter) return;
      clearTimeout(waiter.timer);
      this.open++;
      waiter.resolve();
    }
  }
}
