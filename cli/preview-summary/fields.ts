import { type Inputs, isRecord, unknown } from "../../provider/basics/record";
import { featuresOf } from "../../provider/drivers/registry";
import { compare, type Row } from "../../provider/lifecycle/compare";
import type { ChangedField } from "../../provider/lifecycle/consequences";
import type { Definition } from "../../provider/lifecycle/definition";
import { pick, refusedRestarts } from "../../provider/lifecycle/diff";
import type { Fields } from "../../provider/lifecycle/schema";
import { upgrade } from "../../provider/lifecycle/upgrade";
import { type Step, secretText } from "./digest";
import { overlap, parsePath, valueAt } from "./property-path";

/** One field that changes, and what the field table says of it. */
export interface FieldChange extends ChangedField {
  readonly old: unknown;
  readonly new: unknown;
  /** Words that say more than the effect's own. */
  readonly says?: string;
  readonly refuse?: string;
  readonly hidden: boolean;
}

export interface Judged {
  readonly fields: FieldChange[];
  /** Paths that need a restart which the resource's own `restart` does not allow. */
  readonly refused: string[];
  /** The inputs before, as the state's outputs repeat them, and after. */
  readonly olds: Inputs;
  readonly news: Inputs;
}

/**
 * What changes of one of our resources, by its field table: the very comparison that `diff` makes.
 *
 * The engine has put the same text in the place of every secret, old and new: which of them differ is what its detailed
 * diff says, and what that does is asked of the table with values that are not known.
 *
 * @throws WindroseError `state-too-new` where the state is of a later release
 */
export function judge(definition: Definition, step: Step): Judged {
  const before = step.oldState;
  const stored = before && Object.keys(before.outputs).length > 0 ? before.outputs : (before?.inputs ?? {});
  const state = upgrade(definition.kind, { ...stored });
  const olds = pick(definition.fields, state);
  const news = pick(definition.fields, { ...step.newState?.inputs });
  const differing = (step.detailedDiff ?? []).map(parsePath).filter(([name]) => !name!.startsWith("__"));
  const features = featuresOf(step.newState?.inputs.__driver);
  const blind = (inputs: Inputs) => blinded(inputs) as Inputs;
  const rows = compare(definition.fields, blind(olds), blind(news), features, blind(state));
  const fields = rows.flatMap((row) => {
    const path = row.path.split(".");
    const [old, value] = [valueAt(olds, path), valueAt(news, path)];
    const secret = holdsSecret(old) || holdsSecret(value);
    // Not seen to differ: what is not known for being secret is no change by itself.
    if (secret && holdsSecret(old) && holdsSecret(value) && !differing.some((other) => overlap(path, other))) return [];
    return [changeOf(row, secret)];
  });
  for (const path of differing) {
    const shown = path.join(".");
    if (fields.some((field) => overlap(field.path.split("."), path))) continue;
    if (!insideSecret(olds, path) && !insideSecret(news, path)) continue;
    const effect = step.replaceReasons.includes(path[0]!) ? "replace" : "unknown";
    fields.push({ path: shown, old: undefined, new: undefined, effect, hidden: true });
  }
  const refused = refusedRestarts(definition, rows, blind(news)).map((row) => row.path);
  return { fields, refused, olds, news };
}

function changeOf(row: Row, secret: boolean): FieldChange {
  const { secret: secretField, ...rest } = row;
  return { ...rest, hidden: secret || secretField };
}

/** With every secret as a value that is not known: the rules of the table then don't look into it. */
function blinded(value: unknown): unknown {
  if (value === secretText) return unknown;
  if (Array.isArray(value)) return value.map(blinded);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blinded(inner)]));
}

function holdsSecret(value: unknown): boolean {
  if (value === secretText) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isRecord(value) && Object.values(value).some(holdsSecret);
}

function insideSecret(value: unknown, path: readonly string[]): boolean {
  return path.some((_, index) => valueAt(value, path.slice(0, index + 1)) === secretText);
}

/** Every field that a new resource is given, as a change from nothing. */
export function given(fields: Fields, inputs: Inputs): FieldChange[] {
  const changes: FieldChange[] = [];
  const walk = (specs: Fields, values: Inputs, prefix: string) => {
    for (const [name, spec] of Object.entries(specs)) {
      const value = values[name];
      const path = prefix + name;
      if (value === undefined) continue;
      if (spec.shape === "group" && isRecord(value)) walk(spec.fields, value, `${path}.`);
      else if (spec.shape === "keyed" && isRecord(value)) {
        for (const [key, entry] of Object.entries(value)) {
          if (isRecord(entry)) walk(spec.entry, entry, `${path}.${key}.`);
          else push(`${path}.${key}`, entry, false);
        }
      } else push(path, value, spec.shape === "leaf" && (spec.secret ?? false));
    }
  };
  const push = (path: string, value: unknown, secret: boolean) =>
    changes.push({ path, old: undefined, new: value, effect: "live", hidden: secret || holdsSecret(value) });
  walk(fields, inputs, "");
  return changes;
}

/** What differs of a resource that has no field table, by the engine's own detailed diff. */
export function differences(step: Step): FieldChange[] {
  const olds = step.oldState?.inputs ?? {};
  const news = step.newState?.inputs ?? {};
  return (step.detailedDiff ?? []).flatMap((text) => {
    const path = parsePath(text);
    if (path[0]!.startsWith("__")) return [];
    const old = valueAt(olds, path) ?? valueAt(step.oldState?.outputs, path);
    const value = valueAt(news, path);
    const secret = [olds, news].some((side) => insideSecret(side, path)) || holdsSecret(old) || holdsSecret(value);
    const effect = step.replaceReasons.includes(path[0]!) ? "replace" : "unknown";
    return [{ path: text, old, new: value, effect, hidden: secret } satisfies FieldChange];
  });
}

/** The inputs of a new resource that has no field table. */
export function inputsOf(step: Step): FieldChange[] {
  return Object.entries(step.newState?.inputs ?? {}).flatMap(([path, value]) =>
    path.startsWith("__") ? [] : [{ path, old: undefined, new: value, effect: "live", hidden: holdsSecret(value) }],
  );
}
