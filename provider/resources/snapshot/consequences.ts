import { type Consequences, lastsOf, type PlannedChange } from "../../lifecycle/consequences";

/** The point in time goes with it; what is rolled back to it loses what was written since. */
export function consequences({ operation, fields, name, references }: PlannedChange): Consequences {
  const machine = references.machine?.name;
  if (operation === "delete" || operation === "replace") return { lost: [{ what: "snapshot", name, machine }] };
  if (operation === "create") return {};
  return {
    down: lastsOf(fields, "machine").map((lasts) => ({ what: "machine", name: machine, lasts })),
    lost: fields.some(({ loses }) => loses === "writes") ? [{ what: "writes", machine, since: name }] : [],
  };
}
