import { asRecord } from "../../basics/record";
import { type Consequences, lastsOf, type Neighbour, type PlannedChange } from "../../lifecycle/consequences";
import type { Lasts } from "../../lifecycle/interruption";

export function consequences(change: PlannedChange, others: readonly Neighbour[]): Consequences {
  const { name } = change;
  const guests = guestsOf(change, others);
  return { down: interruptions(change).map((lasts) => ({ what: "network", name, lasts, guests })) };
}

function interruptions({ operation, fields }: PlannedChange): readonly Lasts[] {
  if (operation === "delete") return ["for-good"];
  if (operation === "replace") return ["until-recreated"];
  return operation === "update" ? lastsOf(fields, "network") : [];
}

/** Names of the machines that are plugged into it, as far as the preview holds them. */
function guestsOf({ id }: PlannedChange, others: readonly Neighbour[]): string[] {
  const plugged = ({ olds }: Neighbour) =>
    id !== undefined && Object.values(asRecord(olds?.interfaces)).some((nic) => asRecord(nic).network === id);
  return [...new Set(others.filter(plugged).map((other) => other.name))].sort();
}
