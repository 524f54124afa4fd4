import { type Inputs, isRecord } from "../../provider/basics/record";
import type { Definition } from "../../provider/lifecycle/definition";
import type { Effect, EffectRule, Field, Fields, Kind } from "../../provider/lifecycle/schema";
import type { Look, Which } from "./look";
import type { Place } from "./place";

/** The key under which an entry of a keyed field is tried. */
export const key = "data";

/** How one rule of a field table is tried. The words of this file are explained in docs/tests.md. */
export interface Sample {
  /** The field before and after; undefined: not given. */
  values(place: Place): readonly [unknown, unknown];
  /** Other inputs that it needs, before and after: merged into the kind's base. */
  beside?(place: Place, index: 0 | 1): Inputs;
  /** The effect that the rule has for these values, where the rule is a function. Default: `restart`. */
  effect?: Effect;
  /** Reads the actual value with the host's own tools. */
  seen(look: Look, which: Which): Promise<unknown>;
  /** Changes the host before the first look. */
  prepare?(look: Look): Promise<unknown>;
  /** What `seen` answers before and after. Default: the values. */
  shows?(place: Place): readonly [unknown, unknown];
  /** Changes the field on the host, without the provider, to another value than the second. */
  drift?(look: Look): Promise<unknown>;
  /** Why there is no `drift`. */
  unobserved?: string;
  /** The field that shows the drift, where it is another one (a machine's `disks`). */
  driftPath?: string;
  /** Needs a guest with an operating system, which sees the change or releases a device. */
  guest?: boolean;
  /** The change stops or starts the machine's process, which stays otherwise. */
  ends?: boolean;
  /** A value that `up` refuses because of what is on the host, and the text of the refusal. */
  refused?: { value: unknown; words: RegExp };
}

/** One thing as the host has it. */
interface Found {
  /** Changes when the object is recreated. */
  identity: string;
  /** Stays through a live change: a process, an inode. */
  life: string;
}

/** How the resources of a kind are tried. */
export interface KindSamples {
  readonly kind: Kind;
  /** The test that covers the kind where the conformance run can't. Only the effects of the table are compared here then. */
  readonly triedBy?: string;
  base(place: Place): Inputs;
  /** The base of the samples that need a guest with an operating system. */
  guestBase?(place: Place): Inputs;
  /** The resource as the host has it. */
  find(look: Look): Promise<Found>;
  /** Waits until a recreated object can be told from this one. */
  replaceable?(look: Look): Promise<void>;
  /** A machine that uses the resource (its id) and must keep running through its live changes. */
  companion?(place: Place, id: string): Inputs;
  /** Identities of all resources of the kind on the host. */
  all(look: Look): Promise<string[]>;
  /** By the rule's path: `disks.*.size`, `disks.* added`, `cloudInit`; a rule's other verdicts as `disks.* added (on sata)`. */
  readonly samples: Readonly<Record<string, Sample>>;
  /** Fields that no test can change, with the reason. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** What a field table says of one change. */
export interface Rule {
  readonly kind: Kind;
  readonly definition: Definition;
  readonly path: string;
  readonly rule: EffectRule;
  /** No program sets it. */
  readonly internal: boolean;
  readonly secret: boolean;
}

/** All rules of a kind's table. A field with only one value can't change. */
export function rulesOf(definition: Definition): Rule[] {
  const rules: Rule[] = [];
  const add = (path: string, rule: EffectRule, internal = false, secret = false) =>
    rules.push({ kind: definition.kind, definition, path, rule, internal, secret });
  const walk = (fields: Fields, prefix: string) => {
    for (const [name, spec] of Object.entries(fields) as [string, Field][]) {
      const path = prefix + name;
      if (spec.shape === "leaf") {
        if (!/^"[^"]*"$/.test(spec.typeText)) add(path, spec.effect, spec.internal, spec.secret);
      } else if (spec.shape === "group") {
        if (spec.effect) add(path, spec.effect);
        walk(spec.fields, `${path}.`);
      } else {
        add(`${path}.* added`, spec.added);
        add(`${path}.* removed`, spec.removed);
        walk(spec.entry, `${path}.*.`);
      }
    }
  };
  walk(definition.fields, "");
  return rules;
}

/** All samples of a rule: its first, and those of its other verdicts. */
export function samplesOf(kind: KindSamples, rule: Rule): [string, Sample][] {
  return Object.entries(kind.samples).filter(([name]) => pathOf(name) === rule.path);
}

/** A sample's name without the part in brackets, which tells it from other samples of its rule. */
export function pathOf(name: string): string {
  return name.replace(/ \(.*\)$/, "");
}

/** The path as rows of a diff have it. */
export function rowPath(path: string): string {
  return path.replace(/ .*/, "").replace("*", key);
}

/** The inputs of a sample before (0) and after (1). */
export function inputsOf(kind: KindSamples, path: string, sample: Sample, place: Place, index: 0 | 1): Inputs {
  const base = sample.guest && kind.guestBase ? kind.guestBase(place) : kind.base(place);
  return withValue(merge(base, sample.beside?.(place, index) ?? {}), path, sample.values(place)[index]);
}

/** The inputs with one field set, and the groups around it. */
export function withValue(inputs: Inputs, path: string, value: unknown): Inputs {
  const result = structuredClone(inputs);
  const names = rowPath(path).split(".");
  const last = names.pop()!;
  let at = result;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Inputs;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  return result;
}

/** Deep; undefined takes a field away. */
export function merge(one: Inputs, other: Inputs): Inputs {
  const result: Inputs = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = result[name];
    if (value === undefined) delete result[name];
    // Defined, since an assignment to `__proto__` is none.
    else
      Object.defineProperty(result, name, {
        value: isRecord(value) && isRecord(before) ? merge(before, value) : value,
        ...{ enumerable: true, configurable: true, writable: true },
      });
  }
  return result;
}
