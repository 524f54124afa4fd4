import type { Consequences, PlannedChange } from "../../lifecycle/consequences";

/** One that was there before, and adopted, stays. */
export function consequences({ operation, state, name }: PlannedChange): Consequences {
  const goes = operation === "replace" || operation === "delete";
  return goes && state.__adopted !== true ? { lost: [{ what: "volume", name }] } : {};
}
