export interface Holder {
  readonly urn: string;
  /** For messages: `VirtualMachine "boreas"`. */
  readonly who: string;
  /** The property by which it has it. */
  readonly at: string;
  /** Takes over what is there, and lets others do so too. */
  readonly shares?: boolean;
}

/** Something that a resource has for itself alone: a name, a file, a device of its host. */
export interface Exclusive {
  /** What it is, where, and which: parts that may not be known yet. */
  readonly key: readonly unknown[];
  /** The property by which it has it, and on which it is refused to a second one. */
  readonly at: string;
  /** In a sentence: `the name`, `the file`. */
  readonly what: string;
  readonly shares?: boolean;
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
    return other?.shares && holder.shares ? undefined : other;
  }
}
