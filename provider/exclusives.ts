export interface Holder {
  readonly urn: string;
  /** For messages: `VirtualMachine "boreas"`. */
  readonly who: string;
  /** The property by which it has it. */
  readonly at: string;
}

/** What the resources of one preview or one update want for themselves alone, by whatever key. */
export class Exclusives {
  private readonly holders = new Map<string, Holder>();

  /** Before a resource is checked again: what it wanted the last time may be another's now. */
  release(urn: string): void {
    for (const [what, holder] of this.holders) if (holder.urn === urn) this.holders.delete(what);
  }

  /** Takes it, or answers who has it. */
  take(what: string, holder: Holder): Holder | undefined {
    const other = this.holders.get(what);
    if (!other) this.holders.set(what, holder);
    return other;
  }
}
