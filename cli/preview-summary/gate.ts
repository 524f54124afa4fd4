import type { Change } from "./changes";

/** What `--fail-on` takes. */
export const gates = ["restart", "replace", "delete", "data-loss"] as const;
export type Gate = (typeof gates)[number];

interface Glob {
  test(text: string): boolean;
}

/** One line of the allow-list: what may happen to which resources. */
export interface Allowance {
  /** undefined: everything. */
  readonly gate?: Gate;
  readonly type: Glob;
  readonly name: Glob;
}

/** A change that `--fail-on` names and no allowance covers. */
interface Hit {
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

/**
 * Whether a text is what the pattern says. By hand: a regular expression of several `[^]*` takes time that grows with the
 * power of their number. Only the last `*` is ever tried again: what the ones before it took stays.
 */
function glob(pattern: string): Glob {
  const signs = [...pattern];
  return {
    test(text) {
      const all = [...text];
      let [at, sign, star, from] = [0, 0, -1, 0];
      while (at < all.length) {
        if (signs[sign] === "*") [star, from, sign] = [sign, at, sign + 1];
        else if (signs[sign] === "?" || signs[sign] === all[at]) [at, sign] = [at + 1, sign + 1];
        else if (star >= 0) [from, at, sign] = [from + 1, from + 1, star + 1];
        else return false;
      }
      return signs.slice(sign).every((one) => one === "*");
    },
  };
}

/** What a change is, in the words of `--fail-on`. An effect that is not known may be a restart, and counts as one. */
function gatesOf(change: Change): Gate[] {
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
