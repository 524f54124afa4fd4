/** What a request has wrong, each on the argument that it is about. */

export interface Problem {
  /** The argument: `guests.boreas.address`. */
  readonly property: string;
  /** Follows the argument in a sentence: `is outside …`. */
  readonly reason: string;
}

/** A request that can't be met, with all that is wrong with it. */
export class PlanError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
  }
}

/** Collects problems, so that all of them are told at once. */
export class Problems {
  readonly found: Problem[] = [];

  add(property: string, reason: string): void {
    this.found.push({ property, reason });
  }

  /** @throws PlanError where there is any */
  end(): void {
    if (this.found.length > 0) throw new PlanError(this.found);
  }
}
