import { asWindroseError, type ErrorCode, WindroseError } from "../basics/errors";
import { asRecord, holdsUnknown, type Inputs, unknown } from "../basics/record";
import { shown } from "../basics/texts";
import { within } from "../basics/work";
import type { Hypervisor } from "../drivers/hypervisor";
import { defaultDriver, featuresOf } from "../drivers/registry";
import { compare, type Row, refusals, replacedOnChange } from "./compare";
import type { Consequences, Neighbour, PlannedChange } from "./consequences";
import type { Context } from "./context";
import type { Exclusive, Exclusives } from "./exclusives";
import { lacking } from "./needs";
import { sayValues } from "./reasons";
import { complete, type Fields, type Table } from "./schema";
import { schemaVersion } from "./upgrade";
import { type Failure, validate } from "./validate";

/**
 * check, diff, create, read, update and delete: once, for all resources. The lifecycle is one walk, observe → ensure →
 * sync each aspect → read back. It never branches on create or update, so what died half-way is finished by the next run.
 */

/** What `check` derives from: known at preview, but for the lineage of a host that is yet to be made. */
export interface Identity {
  readonly urn: string;
  readonly project: string;
  readonly stack: string;
  readonly name: string;
  /** The host's lineage; undefined while it is not known. */
  readonly lineage?: string;
  /** How the host is reached, as the state has it. */
  readonly connection?: unknown;
  /** Name of the driver behind that connection; undefined while it is not known. */
  readonly driver?: string;
  /** What the resources checked so far want for themselves alone; absent where nobody keeps a list. */
  readonly exclusives?: Exclusives;
}

/** One run of the walk: what is asked for, what was there before, and what the steps find and make. */
export interface Run<Observed> {
  readonly context: Context;
  readonly hypervisor: Hypervisor;
  /** As the program gave them, without defaults; of a `read`, as the state has them. */
  readonly given: Inputs;
  /** With every default filled in, or what an adopted object had in its place (`made.__found`). */
  readonly inputs: Inputs;
  /** Old outputs, where there is a state, with every default filled in as in `inputs`; undefined in `create`. */
  readonly previous?: Inputs;
  /** What is there now; set by `observe` and brought up to date by steps that change it. */
  observed?: Observed;
  /** Whether `observe` found it there, before this run made anything. */
  found?: boolean;
  /** Outputs that are no inputs; what a step puts here is in the state even where a later step fails. */
  readonly made: Inputs;
}

interface Step<Observed> {
  readonly name: string;
  run(run: Run<Observed>): Promise<void>;
}

export interface Definition<Observed = unknown> extends Table {
  /** Default of the `timeout` input, seconds. */
  readonly timeout: number;
  /** Whether work on it calls the hypervisor, so that it is worth connecting to it meanwhile. Default: it does. */
  connects?(inputs: Inputs): boolean;
  /** What a person calls it in a sentence: `VirtualMachine "boreas"`. Default: kind and name. */
  title?(inputs: Inputs, context: { name: string }): string;
  /** Fills in derived fields that are not given: from the old inputs where they hold one, else anew; `unknown` where they can't be known yet. */
  derive?(inputs: Inputs, olds: Inputs | undefined, identity: Identity, failures: Failure[]): void | Promise<void>;
  /** What can never be right, across fields. Values may be unknown. */
  validate?(
    inputs: Inputs,
    carried: Record<string, Inputs>,
    failures: Failure[],
    olds: Inputs | undefined,
    identity: Identity,
  ): void;
  /**
   * What it has for itself alone on its host. Two of one program that want the same would be found out by the host in the
   * middle of an update.
   */
  exclusives?(inputs: Inputs, carried: Record<string, Inputs>, identity: Identity): readonly Exclusive[];
  /** What a change takes away from people. It asks no host. Default: nothing goes down, and it holds no data of its own. */
  consequences?(change: PlannedChange, others: readonly Neighbour[]): Consequences;
  /** The Pulumi id, known from the inputs once the resource is there. */
  id(inputs: Inputs, made: Inputs): string;
  /** What is there under this identity: undefined on the typed not-found alone. Throws `already-exists` where a foreign one is in the way. */
  observe(run: Run<Observed>): Promise<Observed | undefined>;
  /** Makes it, where `observe` found nothing. */
  ensure(run: Run<Observed>): Promise<Observed>;
  /**
   * Whether `ensure`, which failed, left something on the host: then the state has the resource, half-made, and what is
   * there goes with it. Default: it did not.
   */
  leaves?(run: Run<Observed>): boolean;
  /** Brings each aspect to what is asked for. Every step may be run again. */
  readonly steps: readonly Step<Observed>[];
  /** The outputs that are no inputs. */
  outputsOf(run: Run<Observed>): Promise<Inputs> | Inputs;
  /** For `read`: the inputs as they really are; what is not observed stays as it is in `stored`, which has no defaults. */
  drift(run: Run<Observed>, stored: Inputs): Promise<Inputs> | Inputs;
  /** Steps that what was observed shows to be unfinished: after a refresh the next `up` goes on with them. */
  unfinished?(run: Run<Observed>): readonly string[];
  /**
   * For `read`, where `observe` found nothing: the inputs that say so, where parts of it are still there (a machine's disks,
   * a pool's directory). The state keeps it then, and the next update makes it whole again under the same identity.
   */
  remains?(run: Run<Observed>, stored: Inputs): Promise<Inputs | undefined>;
  /** Whether a change that takes effect after a restart would interrupt what was observed. Default: it would not. */
  runs?(observed: Observed): boolean;
  /** Takes away what is there. What is already gone is no error. */
  remove(run: Run<Observed>): Promise<void>;
}

export interface CheckAnswer {
  inputs: Inputs;
  failures: Failure[];
}

/** Names that begin with `__` are ours: they are not displayed, and not part of what the user compares. */
const kept = [
  "__urn",
  "__connection",
  "__accept",
  "__lineage",
  "__secrets",
  "__hostKeys",
  "__through",
  "__driver",
] as const;
const notMade: readonly string[] = [...kept, "__schema", "__pending", "__provider"];

export async function check(
  definition: Definition,
  given: Inputs,
  olds: Inputs | undefined,
  identity: Identity,
): Promise<CheckAnswer> {
  identity.exclusives?.release(identity.urn);
  const driver = identity.driver ?? olds?.__driver;
  const features = driver === undefined ? undefined : featuresOf(driver);
  const { inputs, failures, carried } = validate(definition.fields, given, features);
  const missing = features && lacking({ needs: definition.needs }, given, features);
  if (missing) failures.push({ property: "host", reason: `${definition.kind} ${missing}` });
  if (failures.length === 0) await definition.derive?.(inputs, olds, identity, failures);
  if (failures.length === 0) {
    const asked = complete(definition.fields, inputs);
    definition.validate?.(asked, carried, failures, olds && complete(definition.fields, olds), identity);
    takeExclusives(definition, asked, carried, identity, failures);
  }
  for (const name of kept) if (given[name] !== undefined) inputs[name] = given[name];
  // The default one is not written down: states from before there were several go on as they are.
  if (driver !== undefined && driver !== defaultDriver) inputs.__driver = driver;
  return { inputs, failures: sayValues(definition.fields, inputs, given, failures) };
}

function takeExclusives(
  { kind, exclusives }: Definition,
  inputs: Inputs,
  carried: Record<string, Inputs>,
  identity: Identity,
  failures: Failure[],
): void {
  const { urn, name, exclusives: all } = identity;
  if (!all || !exclusives) return;
  for (const { key, at, what, shares } of exclusives(inputs, carried, identity)) {
    if (holdsUnknown(key) || key.includes(undefined)) continue;
    const other = all.take(JSON.stringify(key), { urn, who: `${kind} "${name}"`, at, shares });
    if (!other) continue;
    const whose = other.urn === urn ? `\`${other.at}\`` : other.who;
    const value = shown(String(key.at(-1)));
    failures.push({ property: at, reason: `${value} is ${what} of ${whose} too: give one of them another \`${at}\`` });
  }
}

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
  const own = (name: string) => name.startsWith("__") && !notMade.includes(name);
  const names = [...Object.keys(definition.outputs), ...Object.keys(state).filter(own)];
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
    for (const name of kept) if (state[name] !== undefined) inputs[name] = state[name];
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

/** Of what was observed, what differs from the state once defaults are filled in. What is as it was keeps its spelling, or its absence. */
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

/** A refusal to touch what carries no mark of ours. */
export function refuse(code: ErrorCode, why: string, hint?: string): never {
  throw new WindroseError(code, why, { hint });
}
