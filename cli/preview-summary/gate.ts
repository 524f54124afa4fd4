import type { Change } from "./changes";

/** What `--fail-on` takes. */
export const gates = ["restart", "replace", "delete", "data-loss"] as const;
export type Gate = (typeof gates)[number];

/** One line of the allow-list: what may happen to which resources. */
export interface Allowance {
  /** undefined: everything. */
  readonly gate?: Gate;
  readonly type: RegExp;
  readonly name: RegExp;
}

/** A change that `--fail-on` names and no allowance covers. */
export interface Hit {
  readonly gate: Gate;
  readonly change: Change;
}

export class BadPattern extends Error {}

/**
 * `VirtualMachine/winds-*`, `replace:Image/*`, `random:index/randomPet:RandomPet/*`: an effect if one is meant alone, the
 * type, and the name in the program; `*` is any text, `?` any character.
 *
 * @throws BadPattern
 */
export function parseAllowance(text: string): Allowance {
  const prefix = gates.find((gate) => text.startsWith(`${gate}:`));
  const rest = prefix === undefined ? text : text.slice(prefix.length + 1);
  // A type token has slashes of its own, so the name begins after the last one.
  const at = rest.lastIndexOf("/");
  if (at < 1 || at === rest.length - 1)
    throw new BadPattern(`"${text}" is no TYPE/NAME, as in VirtualMachine/winds-* or replace:Image/*`);
  return { gate: prefix, type: glob(rest.slice(0, at)), name: glob(rest.slice(at + 1)) };
}

function glob(pattern: string): RegExp {
  // Runs of `*` are one: a pattern of many must not take time that grows with its power.
  const source = pattern
    .replace(/\*+/g, "*")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, "[\\s\\S]*")
    .replace(/\?/g, "[\\s\\S]");
  return new RegExp(`^${source}$`, "u");
}

/** What a change is, in the words of `--fail-on`. An effect that is not known may be a restart, and counts as one. */
export function gatesOf(change: Change): Gate[] {
  const found: Gate[] = [];
  if (change.effect === "restart" || change.effect === "unknown") found.push("restart");
  if (change.effect === "replace") found.push("replace");
  if (change.effect === "delete") found.push("delete");
  if (change.lost.length > 0) found.push("data-loss");
  return found;
}

export interface Verdict {
  readonly hits: Hit[];
  /** What would have been a hit without the allow-list. */
  readonly allowed: Hit[];
}

export function judgeGates(
  changes: readonly Change[],
  failOn: readonly Gate[],
  allowances: readonly Allowance[],
): Verdict {
  const hits: Hit[] = [];
  const allowed: Hit[] = [];
  for (const change of changes) {
    for (const gate of gatesOf(change)) {
      if (!failOn.includes(gate)) continue;
      const covered = allowances.some(
        (one) =>
          (one.gate === undefined || one.gate === gate) && one.type.test(change.type) && one.name.test(change.name),
      );
      (covered ? allowed : hits).push({ gate, change });
    }
  }
  return { hits, allowed };
}
