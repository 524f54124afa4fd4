import { unknown } from "../../basics/record";
import { type Consequences, lastsOf, type Outage, type PlannedChange } from "../../lifecycle/consequences";

/** It moves the addresses of the host's own network, and guests are plugged into it. */
export function consequences({ operation, fields, name, olds, news }: PlannedChange): Consequences {
  const nic = news.nic ?? olds.nic;
  const own: Outage = {
    what: "host-network",
    nic: typeof nic === "string" && nic !== unknown ? nic : undefined,
    lasts: "for-a-moment",
  };
  if (operation === "delete") return { down: [{ what: "bridge", name, lasts: "for-good" }, own] };
  if (operation === "replace") return { down: [{ what: "bridge", name, lasts: "until-recreated" }, own] };
  // A field inside a secret may be any of them.
  const moves = lastsOf(fields, "host-network").length > 0 || fields.some(({ effect }) => effect === "unknown");
  return { down: operation === "create" || moves ? [own] : [] };
}
