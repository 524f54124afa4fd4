import { isDeepStrictEqual } from "node:util";
import { asRecord, holdsUnknown, type Inputs, isRecord, unknown } from "../basics/record";
import type { Features } from "../drivers/features";
import {
  type Change,
  complete,
  type EffectRule,
  effectWords,
  type Fields,
  type Judgement,
  type Verdict,
} from "./schema";

/** One line of a diff: which field, from what to what, and what that does. */
export interface Row extends Judgement {
  /** `disks.data.size` */
  readonly path: string;
  readonly old: unknown;
  readonly new: unknown;
  /** Why the change is refused; `effect` then does not matter. */
  readonly refuse?: string;
  readonly secret: boolean;
}

/**
 * What changes from the old inputs to the new, by the field table. A value that is not yet known counts as a change; in
 * a field that replaces it counts as a replacement, since the engine looks for what depends on it that way. `state`: the old
 * outputs, where there are any.
 */
export function compare(fields: Fields, olds: Inputs, news: Inputs, features: Features, state: Inputs = {}): Row[] {
  const found = asRecord(state.__found);
  const oldInputs = complete(fields, olds, found);
  const newInputs = complete(fields, news, found);
  const rows: Row[] = [];
  const judge: Judge = (path, rule, old, value, secret, beside) => {
    const change: Change = { old, new: value, oldInputs, newInputs, beside, features, state };
    rows.push({ path, old, new: value, secret, ...explain(typeof rule === "function" ? rule(change) : rule) });
  };
  walk(fields, oldInputs, newInputs, "", judge);
  return rows;
}

type Judge = (path: string, rule: EffectRule, old: unknown, value: unknown, secret: boolean, beside: Inputs) => void;

function walk(fields: Fields, olds: Inputs, news: Inputs, prefix: string, judge: Judge): void {
  for (const [name, spec] of Object.entries(fields)) {
    const path = prefix + name;
    const old = olds[name];
    const value = news[name];
    if (spec.shape === "leaf") {
      // What nobody asked for and the host has chosen, or an adopted object had, stays as it is.
      if (spec.derived && value === undefined) continue;
      if (!same(old, value)) judge(path, spec.effect, old, value, spec.secret ?? false, news);
    } else if (spec.shape === "group") {
      if (spec.effect && isRecord(old) !== isRecord(value)) {
        judge(
          path,
          spec.effect,
          isRecord(old) ? "given" : undefined,
          isRecord(value) ? "given" : undefined,
          false,
          news,
        );
      } else if (old !== value) {
        walk(spec.fields, group(spec.fields, old), group(spec.fields, value), `${path}.`, judge);
      }
    } else {
      const before = asRecord(old);
      const after = asRecord(value);
      if (value === unknown) {
        judge(path, spec.added, old, value, false, news);
        continue;
      }
      for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
        const entry = `${path}.${key}`;
        if (!Object.hasOwn(before, key))
          judge(entry, spec.added, undefined, after[key], holdsSecret(spec.entry), after);
        else if (!Object.hasOwn(after, key))
          judge(entry, spec.removed, before[key], undefined, holdsSecret(spec.entry), after);
        else walk(spec.entry, group(spec.entry, before[key]), group(spec.entry, after[key]), `${entry}.`, judge);
      }
    }
  }
}

/** A group that is wholly unknown has unknown fields; one that is absent has the defaults of its fields. */
function group(fields: Fields, value: unknown): Inputs {
  if (value === unknown) return Object.fromEntries(Object.keys(fields).map((name) => [name, unknown]));
  return isRecord(value) ? value : complete(fields, {});
}

function holdsSecret(fields: Fields): boolean {
  return Object.values(fields).some((spec) =>
    spec.shape === "leaf" ? spec.secret : holdsSecret(spec.shape === "group" ? spec.fields : spec.entry),
  );
}

function same(old: unknown, value: unknown): boolean {
  return !holdsUnknown(value) && isDeepStrictEqual(old ?? undefined, value ?? undefined);
}

function explain(verdict: Verdict): Judgement & Pick<Row, "refuse"> {
  if (typeof verdict === "string") return { effect: verdict };
  if ("refuse" in verdict) return { effect: "live", refuse: verdict.refuse };
  return verdict;
}

/** `memory 2GiB → 4GiB: live; machineType: after a restart`: the line that a preview leaves on a resource. */
export function describeRows(rows: readonly Row[]): string {
  return rows
    .map(
      (row) =>
        `${row.path}${values(row)}: ${row.refuse ? `refused, ${row.refuse}` : (row.says ?? effectWords[row.effect])}`,
    )
    .join("; ");
}

function values(row: Row): string {
  if (row.secret) return "";
  const [old, value] = [short(row.old), short(row.new)];
  const bare = [old, value].every((text) => text === tooLong || text === unset);
  return bare ? "" : ` ${old} → ${value}`;
}

const tooLong = "…";
const unset = "unset";

/** A plain value of at most 40 characters, or a word in its place. */
function short(value: unknown): string {
  if (value === undefined) return unset;
  if (value === unknown) return "(not yet known)";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string" && value.length <= 40 && !value.includes("\n")) return value;
  return tooLong;
}

/** The rows as the option `replaceOnChanges` has them: paths as the engine writes them (`disks.data`, `disks["data"]`, `*`). */
export function replacedOnChange(rows: readonly Row[], paths: readonly string[]): Row[] {
  const patterns = paths.map(stepsOf);
  return rows.map((row) => {
    const names = row.path.split(".");
    const covered = patterns.some(
      (steps) => steps.length <= names.length && steps.every((step, i) => step === "*" || step === names[i]),
    );
    if (!covered) return row;
    const { path, old, new: value, secret } = row;
    return { path, old, new: value, secret, effect: "replace", says: "replaces it (`replaceOnChanges`)" };
  });
}

/** The names of a property path of Pulumi's: `disks["my-data"].size` (sdk/go/common/resource/property_path.go). */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]"]*)\]|[^.[\]]+/g)].map(
    ([whole, quoted, bare]) => quoted?.replace(/\\(.)/g, "$1") ?? bare ?? whole,
  );
}

/** Refusals do not count when the resource is replaced anyway. */
export function refusals(rows: readonly Row[]): Row[] {
  return rows.some((row) => row.effect === "replace" && !row.refuse) ? [] : rows.filter((row) => row.refuse);
}
