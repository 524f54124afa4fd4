import { WindroseError } from "../basics/errors";
import { type Inputs, unknown } from "../basics/record";
import { defaultDriver, featuresOf } from "../drivers/registry";
import { compare, type Row, refusals, replacedOnChange } from "./compare";
import type { Definition } from "./definition";
import { complete, type Fields } from "./schema";

/** Ends what a preview leaves on a resource of which `up` will refuse to restart it: it tells that warning from others. */
export const restartRefusal =
  '`restart` is "refuse": `up` will refuse this while the machine runs; set it to "now" or "defer"';

/** Changes that need a restart which the resource does not allow: `up` refuses them, and a preview warns. */
export function refusedRestarts(definition: Pick<Definition, "fields">, rows: readonly Row[], inputs: Inputs): Row[] {
  if (rows.some((row) => row.effect === "replace")) return [];
  if (complete(definition.fields, inputs).restart !== "refuse") return [];
  return rows.filter((row) => row.effect === "restart");
}

/** The inputs among a state's outputs, which repeat them all. */
export function pick(fields: Fields, state: Inputs): Inputs {
  return Object.fromEntries(
    Object.keys(fields).flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])),
  );
}

export interface DiffAnswer {
  /** true: changed for sure; undefined: the engine compares the inputs itself and shows the details. */
  changes: boolean | undefined;
  replaces: string[];
  rows: Row[];
}

export interface DiffOptions {
  /**
   * Whether changes that are never made end it. Not in a refresh, which asks with the sides exchanged: what was found on the
   * host as the old, the state as the new (step.go, `RefreshStep.Apply`).
   */
  readonly refuse: boolean;
  /** Paths of the option `replaceOnChanges`, which the engine heeds by itself: what they name needs no restart. */
  readonly replaceOnChanges?: readonly string[];
}

/**
 * Changes from the state to the new inputs. It has the state's outputs, which `check` does not get: what an earlier run did
 * not get to make may still be corrected.
 */
export function diff(
  definition: Definition,
  state: Inputs,
  news: Inputs,
  { refuse: refuses, replaceOnChanges = [] }: DiffOptions = { refuse: true },
): DiffAnswer {
  const olds = pick(definition.fields, state);
  const compared = compare(definition.fields, olds, news, featuresOf(news.__driver), state);
  const rows = [
    ...otherDriver(definition, state, news),
    ...replacedOnChange(withoutSecrets(compared, state, news), replaceOnChanges),
  ];
  const refused = refusals(rows);
  // Also where the engine, about to replace a resource, asks those that depend on it with values that are not known
  // (step_generator.go, `calculateDependentReplacements`): it is still time to leave that undone.
  const never = refused.filter((row) => refuses || row.new === unknown);
  if (never.length > 0)
    throw new WindroseError("invalid-input", never.map((row) => `${row.path}: ${row.refuse}`).join("; "), {
      hint: "Undo the change.",
    });
  const replaces = [...new Set(rows.filter((row) => row.effect === "replace").map((row) => row.path.split(".")[0]!))];
  const owed = (Array.isArray(state.__pending) && state.__pending.length > 0) || !sameConnection(state, news);
  if (rows.length === 0) return { changes: owed, replaces, rows };
  // The engine compares what is stored; a change that only defaults make is none to it.
  const seen = rows.some((row) => stored(olds, row.path) !== stored(news, row.path));
  return { changes: owed || !seen ? true : undefined, replaces, rows };
}

/** Nothing is taken over from one driver to another. */
function otherDriver({ fields }: Definition, state: Inputs, news: Inputs): Row[] {
  const [old, now] = [state.__driver ?? defaultDriver, news.__driver ?? defaultDriver];
  if (old === now) return [];
  const path = fields.connection ? "connection" : "host";
  return [{ path, old, new: now, effect: "replace", says: "replaces it: another driver", secret: false }];
}

/** Values that the program gave as secrets in fields that need not be any (`__secrets`) are not shown. */
function withoutSecrets(rows: Row[], state: Inputs, news: Inputs): Row[] {
  const paths = [state.__secrets, news.__secrets].flatMap((value) => (Array.isArray(value) ? value.map(String) : []));
  const secret = new Set(paths.map((path) => path.split(".")[0]));
  return rows.map((row) => (secret.has(row.path.split(".")[0]) ? { ...row, secret: true } : row));
}

function sameConnection(state: Inputs, news: Inputs): boolean {
  const of = ({ __connection, __accept, __secrets = [] }: Inputs) =>
    JSON.stringify([__connection, __accept, __secrets]);
  return of(state) === of(news);
}

function stored(inputs: Inputs, path: string): string | undefined {
  let value: unknown = inputs;
  for (const name of path.split(".")) value = (value as Inputs | undefined)?.[name];
  return JSON.stringify(value);
}
