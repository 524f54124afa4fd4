import { asRecord, known } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { changesLive, isPluggable, type LiveName } from "../../drivers/features";
import type { Interruption, Lasts } from "../../lifecycle/interruption";
import {
  type Change,
  type EffectRule,
  effectWords,
  type Judgement,
  type Verdict,
  worded,
} from "../../lifecycle/schema";
import { grows } from "../common-fields";

/** What a change of a machine's fields does: pure functions, so that a preview says it without any host. */

/** On the stored definition: effective after a restart, and at once for a machine that is off. */
export const restart: EffectRule = worded("after a restart", (change) => off(change) ?? restarts(change));

/** Under `restart: "now"` the machine is down meanwhile; else it goes on as it was started. */
function restarts({ newInputs }: Change, says?: string): Judgement {
  const interrupts: Interruption = { what: "machine", lasts: { while: ["restart"] } };
  return { effect: "restart", says, ...(newInputs.restart === "now" ? { interrupts } : {}) };
}

/** A change that takes a running machine's part, or all of it, away for a while. */
function interrupting(what: "machine" | "interface", lasts: Lasts, { oldInputs }: Change, says?: string): Judgement {
  return { effect: "live", says, ...(oldInputs.running === false ? {} : { interrupts: { what, lasts } }) };
}

function off({ oldInputs, newInputs }: Change): Verdict | undefined {
  return oldInputs.running === false || newInputs.running === false
    ? { effect: "live", says: "on the stored definition, since the machine is off" }
    : undefined;
}

/** Live where the driver changes that on a running machine; else after a restart. What is never done is refused in any case. */
export const where = (ability: LiveName, live: EffectRule): EffectRule =>
  worded(
    typeof live === "function" ? (live.text ?? effectWords.live) : effectWords.live,
    (change) => {
      const verdict = typeof live === "function" ? live(change) : live;
      const able = changesLive(change.features, ability);
      return able || (typeof verdict === "object" && "refuse" in verdict) ? verdict : (off(change) ?? restarts(change));
    },
    ability,
  );

/** Up to what the running machine was started with: now. Else after a restart. */
export const upTo = (
  ability: LiveName,
  maximum: string,
  amount: (value: unknown) => number,
  downward: boolean,
): EffectRule =>
  where(
    ability,
    worded(
      downward
        ? `live up to \`${maximum}\`, above it after a restart`
        : `live upward to \`${maximum}\`, else after a restart`,
      (change) => {
        const { old, new: value, oldInputs } = change;
        const limit = oldInputs[maximum];
        if (!known(old) || !known(value) || !known(limit)) return off(change) ?? "live";
        if (amount(value) < amount(old) && !downward) return off(change) ?? restarts(change);
        return amount(value) <= amount(limit) ? "live" : (off(change) ?? restarts(change));
      },
    ),
  );

export const bytes = (value: unknown) => sizeInBytes(String(value));

/** Whether a disk comes and goes while the machine runs. */
const plugs = ({ features }: Change, disk: unknown) => isPluggable(features, asRecord(disk));

const byBus = "live, where its bus allows; else after a restart";

export const hotplug: EffectRule = worded(
  byBus,
  (change) => {
    if (plugs(change, change.new ?? change.old)) {
      return change.new === undefined
        ? { effect: "live", says: "live, unplugged; a volume made with it is deleted" }
        : { effect: "live", says: "live, new disk" };
    }
    return off(change) ?? restarts(change);
  },
  "diskBuses",
);

export const swapped: EffectRule = worded(
  byBus,
  (change) => (plugs(change, change.beside) ? "live" : (off(change) ?? restarts(change))),
  "diskBuses",
);

const growing = grows("a disk");

/** A disk that an earlier run did not get to make has no data, and may still be corrected. */
export const diskSize: EffectRule = worded(growing.text!, (change) => {
  const { state, beside } = change;
  const unmade = Array.isArray(state.__unmade) ? state.__unmade : [];
  return unmade.includes(`${beside.pool}/${beside.volumeName}`)
    ? { effect: "live", says: "live, it is not made yet" }
    : growing(change);
});

export const replug = where(
  "interfaces",
  worded("live, unplugged and plugged in again", (change) =>
    interrupting("interface", "for-a-moment", change, "live, unplugged and plugged in again"),
  ),
);

export const plugged = where(
  "interfaces",
  worded("live, plugged in", () => ({ effect: "live", says: "live, plugged in" })),
);

export const unplugged = where(
  "interfaces",
  worded("live, unplugged", (change) => interrupting("interface", "for-good", change, "live, unplugged")),
);

export const otherNetwork = where(
  "interfaces",
  worded("live", (change) => interrupting("interface", "for-a-moment", change)),
);

export const cable: EffectRule = worded("live", (change) =>
  change.new === "down" ? interrupting("interface", "cable-out", change) : "live",
);

export const reseed: EffectRule = worded(
  "a new seed, after a restart",
  (change) => off(change) ?? restarts(change, "a new seed with a new instance id, after a restart"),
);

export const power: EffectRule = worded("live", (change) =>
  change.new === false ? interrupting("machine", "switched-off", change) : "live",
);

/** One that is switched off as well is down for that. */
export const pause: EffectRule = worded("live", (change) =>
  change.new === true && change.newInputs.running !== false ? interrupting("machine", "paused", change) : "live",
);
