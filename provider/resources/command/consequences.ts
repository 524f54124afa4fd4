import type { Consequences, PlannedChange } from "../../lifecycle/consequences";

/** Nobody can tell from a script's text what it does. */
export function consequences({ operation, fields, olds }: PlannedChange): Consequences {
  if (operation === "update") return { unforeseen: fields.some(({ effect }) => effect !== "local") };
  return { unforeseen: operation !== "delete" || olds.delete !== undefined };
}
