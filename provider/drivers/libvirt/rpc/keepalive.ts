/** Numbers of the keepalive program (src/rpc/virkeepaliveprotocol.x). Its messages are events of serial 0. */
export const KeepaliveProcedure = { ping: 1, pong: 2 } as const;

export interface KeepaliveSettings {
  /** Milliseconds of silence until a ping is sent. Default 5,000, as in libvirt's own clients. */
  interval: number;
  /** Pings without any sign of life until the connection counts as dead. Default 5. */
  count: number;
}

export const keepaliveDefaults: KeepaliveSettings = { interval: 5000, count: 5 };

/**
 * Watches that the daemon is still there: anything heard from it counts. `excused` says that silence means nothing just
 * now; pings go on, but nobody is declared dead.
 */
export class Keepalive {
  private unanswered = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: KeepaliveSettings,
    private readonly actions: { ping(): void; dead(milliseconds: number): void; excused(): boolean },
  ) {}

  start(): void {
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Called for every message received. */
  heard(): void {
    this.unanswered = 0;
    // refresh() starts the same timer anew: no allocation for each message
    this.timer?.refresh();
  }

  private schedule(): void {
    this.timer = setTimeout(() => this.tick(), this.settings.interval);
    // An idle connection must not keep the process alive.
    this.timer.unref();
  }

  private tick(): void {
    if (this.unanswered >= this.settings.count && !this.actions.excused()) {
      this.actions.dead(this.settings.interval * (this.unanswered + 1));
      return;
    }
    this.unanswered = Math.min(this.unanswered + 1, this.settings.count);
    this.schedule();
    this.actions.ping();
  }
}
