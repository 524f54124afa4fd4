import { asWindroseError, WindroseError } from "../basics/errors";
import { asRecord, type Inputs } from "../basics/record";
import { within } from "../basics/work";
import type { Hypervisor } from "../drivers/hypervisor";
import { featuresOf } from "../drivers/registry";
import { compare } from "./compare";
import type { Context } from "./context";
import type { Definition, Run } from "./definition";
import { pick, refusedRestarts } from "./diff";
import { isMade, keptNames } from "./hidden-names";
import { complete, type Fields } from "./schema";
import { schemaVersion } from "./upgrade";

/**
 * create, read, update and delete: once, for all resources. The lifecycle is one walk, observe → ensure → sync each aspect
 * → read back. It never branches on create or update, so what died half-way is finished by the next run.
 */

/** Thrown where a resource is there but not as asked: the state keeps it, with the steps still owed. */
export class HalfMade extends Error {
  constructor(
    readonly error: WindroseError,
    readonly id: string,
    readonly outputs: Inputs,
  ) {
    super(error.message);
  }
}

/**
 * Whether an update that failed has left a step undone. Its own inputs are in the state then, so that a comparison with those
 * does not tell what is still to do.
 */
export function owes(run: Pick<Run<unknown>, "previous">, step: string): boolean {
  const pending = run.previous?.__pending;
  return Array.isArray(pending) && pending.includes(step);
}

/** create and update: the one walk. */
export async function apply(
  definition: Definition,
  given: Inputs,
  previous: Inputs | undefined,
  context: Context,
): Promise<{ id: string; outputs: Inputs }> {
  const found = asRecord(previous?.__found);
  const inputs = complete(definition.fields, given, found);
  const bounded = within(context, 1000 * ((inputs.timeout as number | undefined) ?? definition.timeout));
  const verb = previous ? "update" : "create";
  const fail = (error: unknown, what?: string) =>
    asWindroseError(error).during(`${what ?? verb} ${title(definition, inputs, context)}`);
  let hypervisor: Hypervisor;
  const made: Inputs = previous ? madeBefore(definition, previous) : {};
  const chosen = leftToHost(definition.fields, given);
  for (const name of chosen) if (previous?.[name] !== undefined) inputs[name] = previous[name];
  const state = (owed: string[]) => {
    const settled = chosen.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]]));
    return outputs({ ...given, ...Object.fromEntries(settled) }, made, owed);
  };
  let run: Run<unknown> | undefined;
  let owed = definition.steps.map((step) => step.name);
  try {
    hypervisor = await bounded.hypervisor();
    const before = previous && complete(definition.fields, previous, found);
    run = { context: bounded, hypervisor, given, inputs, previous: before, made };
    run.observed = await definition.observe(run);
    run.found = run.observed !== undefined;
  } catch (error) {
    // Nothing was touched: an update leaves the old state as it is, so that it goes on saying what is really there.
    throw fail(error);
  }
  refuseRestart(definition, run, given, fail);
  try {
    if (run.observed === undefined) run.observed = await definition.ensure(run);
  } catch (error) {
    // What had gone was to be made again: the state has it already, with everything still owed.
    if (previous || definition.leaves?.(run)) throw new HalfMade(fail(error), definition.id(inputs, made), state(owed));
    throw fail(error);
  }
  for (const step of definition.steps) {
    try {
      await step.run(run);
      owed = owed.slice(1);
    } catch (error) {
      throw new HalfMade(fail(error), definition.id(inputs, made), state(owed));
    }
  }
  try {
    Object.assign(made, await definition.outputsOf(run));
  } catch (error) {
    throw new HalfMade(fail(error), definition.id(inputs, made), state(["read back"]));
  }
  return { id: definition.id(inputs, made), outputs: state([]) };
}

/** Under `restart: "refuse"` a machine that runs is left as it is. One that is off, whatever the state says, needs no restart. */
function refuseRestart(
  definition: Definition,
  run: Run<unknown>,
  given: Inputs,
  fail: (error: unknown) => WindroseError,
): void {
  const { previous, observed } = run;
  if (!previous || observed === undefined || !definition.runs?.(observed)) return;
  const rows = compare(definition.fields, pick(definition.fields, previous), given, run.hypervisor.features, previous);
  const refused = refusedRestarts(definition, rows, given);
  if (refused.length === 0) return;
  const paths = refused.map((row) => `\`${row.path}\``);
  const change = paths.length === 1 ? "a change" : "changes";
  throw fail(
    new WindroseError(
      "restart-refused",
      `${change} of ${paths.join(", ")} ${paths.length === 1 ? "takes" : "take"} effect after a restart, and \`restart\` is "refuse"`,
    ),
  );
}

/** What earlier runs made: outputs that are no inputs, and hidden names that are a resource's own (`__incarnation`). */
function madeBefore(definition: Definition, state: Inputs): Inputs {
  const names = [...Object.keys(definition.outputs), ...Object.keys(state).filter((name) => isMade(definition, name))];
  return Object.fromEntries(names.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])));
}

/** Derived fields that `check` left to be found on the host: an adopted object's own identity, what the host chooses. */
function leftToHost(fields: Fields, given: Inputs): string[] {
  return Object.entries(fields).flatMap(([name, spec]) =>
    spec.shape === "leaf" && spec.derived && given[name] === undefined ? [name] : [],
  );
}

function outputs(inputs: Inputs, made: Inputs, owed: string[]): Inputs {
  const state: Inputs = { ...inputs, ...made, __schema: schemaVersion };
  if (owed.length > 0) state.__pending = owed;
  return state;
}

/** read: undefined where it is gone; else the inputs as they are and the outputs that repeat them. */
export async function read(
  definition: Definition,
  state: Inputs,
  context: Context,
): Promise<{ inputs: Inputs; outputs: Inputs } | undefined> {
  const fields = definition.fields;
  const stored: Inputs = { ...pick(fields, state) };
  const found = asRecord(state.__found);
  const complete_ = complete(fields, stored, found);
  const bounded = within(context, 1000 * ((complete_.timeout as number | undefined) ?? definition.timeout));
  try {
    const hypervisor = await bounded.hypervisor();
    const made = madeBefore(definition, state);
    const previous = complete(fields, state, found);
    const run: Run<unknown> = { context: bounded, hypervisor, given: stored, inputs: complete_, previous, made };
    run.observed = await definition.observe(run);
    const gone = run.observed === undefined;
    const real = gone ? await definition.remains?.(run, stored) : await definition.drift(run, stored);
    if (real === undefined) return undefined;
    const inputs: Inputs = { ...stored, ...differing(fields, stored, real, state) };
    for (const name of keptNames(definition)) if (state[name] !== undefined) inputs[name] = state[name];
    if (gone)
      return {
        inputs,
        outputs: outputs(
          inputs,
          made,
          definition.steps.map((step) => step.name),
        ),
      };
    Object.assign(made, await definition.outputsOf(run));
    const pending = Array.isArray(state.__pending) ? (state.__pending as string[]) : [];
    const owed = [...new Set([...pending, ...(definition.unfinished?.(run) ?? [])])];
    return { inputs, outputs: outputs(inputs, made, owed) };
  } catch (error) {
    throw withWayOn(asWindroseError(error)).during(`read ${title(definition, complete_, context)}`);
  }
}

/** A hypervisor that is stopped does not say what is on it, and what is not seen is not gone: a refresh ends there. */
function withWayOn(error: WindroseError): WindroseError {
  if (error.code !== "hypervisor-unavailable") return error;
  const hint =
    "The state has it as it was. Start the hypervisor on the host, and run the command again; where the Host's `packages` or `services` start it, `pulumi refresh --target` with the Host's URN sees that it is stopped, and the next `pulumi up` starts it.";
  return new WindroseError(error.code, error.why, { hint: `${error.hint} ${hint}`, cause: error });
}

/** The observed fields that differ from the state with its defaults. A field that does not differ keeps its spelling, or its absence. */
function differing(fields: Fields, stored: Inputs, real: Inputs, state: Inputs): Inputs {
  const rows = compare(fields, stored, { ...stored, ...real }, featuresOf(state.__driver), state);
  const changed = new Set(rows.map((row) => row.path.split(".")[0]!));
  return Object.fromEntries(Object.entries(real).filter(([name]) => changed.has(name)));
}

export async function remove(definition: Definition, state: Inputs, context: Context): Promise<void> {
  const given = pick(definition.fields, state);
  const found = asRecord(state.__found);
  const inputs = complete(definition.fields, given, found);
  const bounded = within(context, 1000 * ((inputs.timeout as number | undefined) ?? definition.timeout));
  try {
    const hypervisor = await bounded.hypervisor();
    const made = madeBefore(definition, state);
    const previous = complete(definition.fields, state, found);
    await definition.remove({ context: bounded, hypervisor, given, inputs, previous, made });
  } catch (error) {
    throw asWindroseError(error).during(`delete ${title(definition, inputs, context)}`);
  }
}

function title(definition: Definition, inputs: Inputs, context: Context): string {
  return `${definition.title?.(inputs, context) ?? `${definition.kind} "${context.name}"`}${context.where ? ` on ${context.where}` : ""}`;
}
