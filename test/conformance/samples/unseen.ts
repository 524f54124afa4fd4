import type { Inputs } from "../../../provider/basics/record";
import type { Sample } from "../sample";

/** A field that is in the state only: no host shows it. */
export const unseen: Pick<Sample, "seen" | "shows" | "unobserved"> = {
  seen: async () => "nothing",
  shows: () => ["nothing", "nothing"],
  unobserved: "the state alone has it",
};

export const local = (before: unknown, after: unknown, beside?: Inputs): Sample => ({
  values: () => [before, after],
  ...(beside ? { beside: () => beside } : {}),
  ...unseen,
});
