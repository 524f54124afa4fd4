import type { z as zod } from "zod";
import { asRecord, type Inputs, isRecord, unknown } from "../basics/record";
import { formatSize, parseSize, sizeProblem } from "../basics/sizes";
import type { ChoiceName, FeatureName, Features, LiveName } from "../drivers/features";
import type { Interruption, LostByField } from "./interruption";

/**
 * Field tables: the one list from which the argument types, `check`, `diff`, the update path, the reference
 * documentation and the conformance tests are made.
 */

/** What a change of a field does. */
export type Effect = "live" | "restart" | "replace" | "local";

export const effectWords: Readonly<Record<Effect, string>> = {
  live: "live",
  restart: "after a restart",
  replace: "replaces it",
  local: "state only",
};

/** What the effect is a function of. It asks no host: a preview needs no way to one. */
export interface Change {
  /** undefined: the field was not set. */
  readonly old: unknown;
  readonly new: unknown;
  /** The whole resource's inputs before and after, with defaults filled in. */
  readonly oldInputs: Readonly<Record<string, unknown>>;
  readonly newInputs: Readonly<Record<string, unknown>>;
  /** What the field stands among: its group or entry as it will be, or the whole inputs. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** Those of the driver of the resource's host. */
  readonly features: Features;
  /** The old outputs, as far as they are known: what earlier runs made, and what they still owe. */
  readonly state: Readonly<Record<string, unknown>>;
}

interface Refusal {
  /** Why such a change is never made, and what to do instead. */
  refuse: string;
}

/** An effect, with what it does beside. */
export interface Judgement {
  readonly effect: Effect;
  /** Words that say more than the effect's own. They are for people alone: nothing is decided by them. */
  readonly says?: string;
  /** What it takes away for a while, though the resource stays. Absent: nothing. */
  readonly interrupts?: Interruption;
  /** Data that it loses, though the resource stays. Absent: none. */
  readonly loses?: LostByField;
}

/** What a rule says of a change; a refusal is raised by `check` on the field. */
export type Verdict = Effect | Judgement | Refusal;

export interface EffectFunction {
  (change: Change): Verdict;
  /** The rule in words, for the documentation. */
  readonly text?: string;
  /** What the driver must be able to do while the machine runs; without it the change takes effect after a restart. */
  readonly live?: LiveName;
}

export type EffectRule = Effect | Judgement | EffectFunction;

/** A rule with its words: `worded("live upward", (change) => …)`. */
export function worded(text: string, rule: (change: Change) => Verdict, live?: LiveName): EffectFunction {
  return Object.assign((change: Change) => rule(change), { text, live });
}

/** zod, as the maker of a type gets it. A table does not import it. */
export type Zod = typeof zod;

/**
 * Makes a field's type, when the first value is checked: programs construct resources and check none, and loading zod takes
 * longer than loading all the tables.
 */
export type TypeMaker<T extends zod.ZodType = zod.ZodType> = (z: Zod) => T;

/** Content of a length in bytes of UTF-8. `instead`: what to do with more. */
export function contentOf(most: number, instead = "") {
  const says = `has more than ${formatSize(most)}${instead && `: ${instead}`}`;
  return (z: Zod) => z.string().refine((text) => Buffer.byteLength(text) <= most, says);
}

interface Described {
  readonly doc: string;
  /** Only some drivers have it. `check` refuses it on a host of another; the documentation says which have it. */
  readonly needs?: FeatureName;
}

/** The kinds of resources there are, by their names in a program. */
export type Kind =
  | "Host"
  | "HostBridge"
  | "StoragePool"
  | "Image"
  | "Volume"
  | "Network"
  | "VirtualMachine"
  | "Snapshot"
  | "Command"
  | "KubernetesNode";

/** `T`: what a known value is once it is canonical. `Sure`: a run has one in any case, given or filled in. */
export interface Leaf<out T = unknown, out Sure extends boolean = boolean> extends Described {
  readonly shape: "leaf";
  /** For the compiler alone. */
  readonly typed?: { readonly value: T; readonly sure: Sure };
  /** Checks a known value and makes it canonical. */
  readonly type: zod.ZodType;
  /** The type as TypeScript has it. */
  readonly typeText: string;
  readonly effect: EffectRule;
  readonly required?: boolean;
  /** Value where none is given: filled in when the field is read, never stored in the state. */
  readonly default?: unknown | ((inputs: Readonly<Record<string, unknown>>) => unknown);
  /** For the documentation, where the default is computed. */
  readonly defaultText?: string;
  readonly secret?: boolean;
  /** Its texts are kept byte by byte (files, scripts, user data). Default: as definitions carry them (`texts.ts`). */
  readonly content?: boolean;
  /** An empty text says as much as none, and is kept as none; `blank`: so does one of white space alone. */
  readonly absent?: "empty" | "blank";
  /** Made once by `check` where it is not given, and then kept. */
  readonly derived?: boolean;
  /** Made by `check`, or found by `read`: no program gives it, so it is no argument. */
  readonly internal?: boolean;
  /** Of a choice: the feature that says which of the values a driver has. */
  readonly choices?: ChoiceName;
  /** A reference: the value is the id of another resource. What it carries along is known at preview, and not stored. */
  readonly references?: { readonly kinds: readonly Kind[]; readonly carries: readonly string[] };
}

export interface Group<F extends Fields = Fields, out Sure extends boolean = boolean> extends Described {
  readonly shape: "group";
  /** For the compiler alone. */
  readonly typed?: { readonly sure: Sure };
  readonly fields: F;
  readonly required?: boolean;
  /** What giving or taking away the whole group does. Default: what its fields do. */
  readonly effect?: EffectRule;
}

export interface Keyed<F extends Fields = Fields> extends Described {
  readonly shape: "keyed";
  readonly entry: F;
  /** What adding and removing an entry does. */
  readonly added: EffectRule;
  readonly removed: EffectRule;
  /** Name of the entry's type in TypeScript. */
  readonly entryName: string;
}

export type Field = Leaf | Group | Keyed;
export type Fields = Readonly<Record<string, Field>>;

/** An output that is no input: its type, what it says, and whether it is secret. */
interface OutputField extends Described {
  readonly typeText: string;
  readonly secret?: boolean;
}
export type OutputFields = Readonly<Record<string, OutputField>>;

/** A resource's table: all that its class needs, and the argument types and the reference are made from. */
export interface Table {
  readonly kind: Kind;
  /** Only hosts of some drivers can have it. */
  readonly needs?: FeatureName;
  readonly fields: Fields;
  readonly outputs: OutputFields;
}

type LeafOptions = Partial<Omit<Leaf, "shape" | "type" | "typeText" | "typed" | "doc" | "effect">>;

/** Where a field is declared without any. */
type NoOptions = Record<never, never>;

/** Whether a field with these options has a value in every run. */
type IsSure<O> = O extends { required: true } | { derived: true } | { default: unknown } ? true : false;

function leaf<T extends zod.ZodType, const O extends LeafOptions = NoOptions>(
  make: TypeMaker<T>,
  typeText: string,
  doc: string | (() => string),
  effect: EffectRule,
  options: O = {} as O,
): Leaf<zod.output<T>, IsSure<O>> {
  let type: zod.ZodType | undefined;
  return {
    shape: "leaf",
    get type() {
      type ??= make((require("zod") as typeof import("zod")).z);
      return type;
    },
    typeText,
    get doc() {
      return typeof doc === "string" ? doc : doc();
    },
    effect,
    ...options,
  };
}

/** Longest text that a field takes, unless it says otherwise: characters. */
const maxText = 4096;
/** Entries of a dictionary. */
const maxEntries = 256;

/** Any text, of a length in characters. */
export function textOf(max: number) {
  return (z: Zod) => z.string().max(max, `has more than ${max} characters`);
}

/** Names and paths are one line. The other rules for texts are the same for all (`texts.ts`). */
const oneLine = (text: string) => !/[\t\n\r]/.test(text);

const notOneLine = "must be one line, without tabs";

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Ids by kind; of what is not here, any word. */
const ids: Partial<Record<Kind, RegExp>> = {
  StoragePool: new RegExp(`^${uuid}$`),
  Network: new RegExp(`^${uuid}$`),
  VirtualMachine: new RegExp(`^${uuid}$`),
  Volume: new RegExp(`^${uuid}/[^/]+$`),
  Image: new RegExp(`^${uuid}/[^/]+$`),
};

const isId = (kinds: readonly Kind[], value: string) => kinds.some((kind) => (ids[kind] ?? /^[^/]/).test(value));

type TextOptions = LeafOptions & { pattern?: RegExp; says?: string; max?: number; lines?: boolean };
type SizeOptions = LeafOptions & { min?: number; step?: number; of?: "disk" | "memory" };
type GroupOptions = Partial<Omit<Group, "shape" | "typed" | "doc" | "fields">>;
type ReferenceOptions = LeafOptions & { carries?: readonly string[]; orPath?: boolean };

export const field = {
  text: <const O extends TextOptions = NoOptions>(doc: string, effect: EffectRule, options: O = {} as O) => {
    const { pattern, says, max, lines, ...rest }: TextOptions = options;
    const make = (z: Zod) => {
      let type = textOf(max ?? maxText)(z);
      if (!lines) type = type.refine(oneLine, notOneLine);
      if (pattern) type = type.regex(pattern, says ?? `must match ${pattern.source}`);
      return type;
    };
    const empty = pattern || rest.derived ? {} : { absent: "empty" as const };
    return leaf(make, "string", doc, effect, { ...empty, ...rest }) as Leaf<string, IsSure<O>>;
  },
  size: <const O extends SizeOptions = NoOptions>(doc: string, effect: EffectRule, options: O = {} as O) => {
    // What can only be had in whole steps is rounded up here, once: what is read back is then what was asked for.
    const { min = 1, step = 1, of = "memory", ...rest }: SizeOptions = options;
    const make = (z: Zod) =>
      z.union([z.string(), z.number()]).transform((value, context) => {
        const problem = sizeProblem(value, min, of);
        if (problem !== undefined) {
          context.addIssue({ code: "custom", message: problem });
          return z.NEVER;
        }
        return formatSize(Math.ceil(parseSize(value)! / step) * step);
      });
    return leaf(make, "string", doc, effect, rest) as Leaf<string, IsSure<O>>;
  },
  integer: <const O extends LeafOptions = NoOptions>(
    doc: string,
    effect: EffectRule,
    bounds: { min: number; max: number },
    options: O = {} as O,
  ) => leaf((z) => z.number().int().min(bounds.min).max(bounds.max), "number", doc, effect, options),
  flag: <const O extends LeafOptions = NoOptions>(doc: string, effect: EffectRule, options: O = {} as O) =>
    leaf((z) => z.boolean(), "boolean", doc, effect, options),
  choice: <const V extends readonly [string, ...string[]], const O extends LeafOptions = NoOptions>(
    doc: string,
    effect: EffectRule,
    values: V,
    options: O = {} as O,
  ) =>
    leaf((z) => z.enum(values), values.map((value) => JSON.stringify(value)).join(" | "), doc, effect, options) as Leaf<
      V[number],
      IsSure<O>
    >,
  list: <T extends zod.ZodType, const O extends LeafOptions = NoOptions>(
    doc: string,
    effect: EffectRule,
    item: TypeMaker<T>,
    itemText: string,
    options: O = {} as O,
  ) =>
    leaf(
      (z) => z.array(item(z)).max(1024),
      /\W/.test(itemText) ? `(${itemText})[]` : `${itemText}[]`,
      doc,
      effect,
      options,
    ) as Leaf<zod.output<T>[], IsSure<O>>,
  dictionary: <const O extends LeafOptions = NoOptions>(doc: string, effect: EffectRule, options: O = {} as O) =>
    leaf(
      (z) =>
        z
          .record(textOf(256)(z).min(1, "is empty").refine(oneLine, notOneLine), textOf(maxText)(z))
          .refine((all) => Object.keys(all).length <= maxEntries, `has more than ${maxEntries} entries`),
      "{ [key: string]: string }",
      doc,
      effect,
      options,
    ),
  of: leaf,
  reference: <const O extends ReferenceOptions = NoOptions>(
    doc: string,
    effect: EffectRule,
    kinds: readonly [Kind, ...Kind[]],
    options: O = {} as O,
  ) => {
    const { carries = [], orPath, ...rest }: ReferenceOptions = options;
    const make = (z: Zod) =>
      textOf(1024)(z)
        .min(1, "is empty")
        .refine(oneLine, notOneLine)
        .refine(
          (value) => (orPath && value.startsWith("/")) || isId(kinds, value),
          `must be ${orPath ? "a path, a resource" : "a resource"} or its id`,
        );
    const references = { kinds, carries };
    return leaf(make, [...kinds, "string"].join(" | "), doc, effect, { ...rest, references }) as Leaf<
      string,
      IsSure<O>
    >;
  },
  group: <F extends Fields, const O extends GroupOptions = NoOptions>(
    doc: string,
    fields: F,
    options: O = {} as O,
  ): Group<F, IsSure<O>> => ({
    shape: "group",
    doc,
    fields,
    ...options,
  }),
  keyed: <F extends Fields>(
    doc: string,
    entryName: string,
    entry: F,
    effects: { added: EffectRule; removed: EffectRule; needs?: FeatureName },
  ): Keyed<F> => ({
    shape: "keyed",
    doc,
    entryName,
    entry,
    ...effects,
  }),
} as const;

/** What a key of a keyed field may be: it becomes part of device aliases and volume names. */
export const keyPattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/**
 * The inputs with every default filled in, deep. What a default is computed from may be unknown; then so is it. `found`: what
 * an adopted object had where the program says nothing; it takes the place of the defaults.
 */
export function complete(fields: Fields, inputs: Readonly<Inputs>, found: Readonly<Inputs> = {}): Inputs {
  const result: Inputs = { ...inputs };
  for (const [name, spec] of Object.entries(fields)) {
    const value = inputs[name];
    const there = found[name];
    if (value === unknown) continue;
    if (spec.shape === "leaf") {
      if (value !== undefined) continue;
      if (there !== undefined) result[name] = there;
      else if (spec.default !== undefined)
        result[name] = typeof spec.default === "function" ? spec.default(result) : spec.default;
    } else if (spec.shape === "group") {
      if (isRecord(value)) result[name] = complete(spec.fields, value, asRecord(there));
      else if (isRecord(there)) result[name] = complete(spec.fields, there);
    } else if (isRecord(value)) {
      result[name] = Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key,
          isRecord(entry) ? complete(spec.entry, entry, asRecord(asRecord(there)[key])) : entry,
        ]),
      );
    }
  }
  return result;
}

/** The actual fields that the program does not set: `found` of `complete`. */
export function notGiven(fields: Fields, given: Readonly<Inputs>, real: Readonly<Inputs>): Inputs {
  const found: Inputs = {};
  for (const [name, spec] of Object.entries(fields)) {
    const [value, is] = [given[name], real[name]];
    if (is === undefined || is === null) continue;
    if (value === undefined) {
      if (spec.shape !== "keyed") found[name] = is;
    } else if (spec.shape === "group" && isRecord(value) && isRecord(is)) {
      found[name] = notGiven(spec.fields, value, is);
    } else if (spec.shape === "keyed" && isRecord(value) && isRecord(is)) {
      found[name] = Object.fromEntries(
        Object.entries(value).flatMap(([key, entry]) =>
          isRecord(entry) && isRecord(is[key]) ? [[key, notGiven(spec.entry, entry, is[key])]] : [],
        ),
      );
    }
  }
  return found;
}
