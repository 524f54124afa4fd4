import type { z } from "zod";
import { didYouMean } from "../basics/nearest";
import { type Inputs, isRecord, unknown } from "../basics/record";
import { keptTexts, shown } from "../basics/texts";
import type { Features } from "../drivers/features";
import { lacking, lackingChoice } from "./needs";
import { type Fields, keyPattern, type Leaf } from "./schema";

/** A reason why an input is refused, on the property that it is about. */
export interface Failure {
  /** `disks.data.size` */
  readonly property: string;
  readonly reason: string;
  /** There is no such field, here or on such a host: its value says nothing. */
  readonly unfielded?: true;
}

export interface Checked {
  /** Canonical: sizes in their largest unit, references as ids, nothing that was not given. */
  readonly inputs: Inputs;
  readonly failures: Failure[];
  /** What references carried along (`interfaces.lan.network` → the network's own inputs); not stored. */
  readonly carried: Record<string, Inputs>;
}

/**
 * Checks what the program gave against the field table and makes it canonical. A value that is not yet known is let
 * through as it is, and so is a list or text that holds one. `features`: those of the host's driver; undefined: it is not known
 * yet, and what it may lack is not looked at.
 */
export function validate(fields: Fields, given: Inputs, features?: Features): Checked {
  const failures: Failure[] = [];
  const carried: Record<string, Inputs> = {};
  const inputs = walk(fields, given, "", { failures, carried, all: fields, features });
  return { inputs, failures, carried };
}

/** What a walk through a field table finds, and what it asks. */
interface Walk {
  readonly failures: Failure[];
  readonly carried: Record<string, Inputs>;
  /** The whole table of the resource. */
  readonly all: Fields;
  readonly features?: Features;
}

function walk(fields: Fields, given: Inputs, prefix: string, on: Walk): Inputs {
  const { failures, all, features } = on;
  const result: Inputs = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name) && !name.startsWith("__"))
      failures.push({ property: prefix + name, reason: noField(name, fields, all), unfielded: true });
  }
  for (const [name, spec] of Object.entries(fields)) {
    const property = prefix + name;
    const value = given[name] ?? undefined;
    const needed = features && value !== undefined ? lacking(spec, value, features) : undefined;
    if (value === undefined) {
      if (spec.shape !== "keyed" && spec.required) failures.push({ property, reason: "is required" });
    } else if (spec.shape === "leaf" && spec.internal) {
      failures.push({ property, reason: "is not an argument: the provider sets it" });
    } else if (needed !== undefined) {
      failures.push({ property, reason: needed, unfielded: true });
    } else if (value === unknown) {
      result[name] = value;
    } else if (spec.shape === "leaf") {
      const kept = leaf(spec, value, property, on);
      if (kept !== undefined) result[name] = kept;
    } else if (!isRecord(value)) {
      failures.push({ property, reason: "must be an object" });
    } else if (spec.shape === "group") {
      result[name] = walk(spec.fields, value, `${property}.`, on);
    } else {
      const entries: [string, unknown][] = [];
      for (const [key, entry] of Object.entries(value)) {
        const at = `${property}.${key}`;
        if (!keyPattern.test(key)) {
          failures.push({
            property: at,
            reason: "keys may have only lowercase letters, digits and hyphens (at most 32)",
          });
        } else if (entry === unknown) entries.push([key, entry]);
        else if (entry === undefined || entry === null) continue;
        else if (!isRecord(entry)) failures.push({ property: at, reason: "must be an object" });
        else entries.push([key, walk(spec.entry, entry, `${at}.`, on)]);
      }
      result[name] = Object.fromEntries(entries);
    }
  }
  return result;
}

/** With the field that was probably meant, here or, of the very name, elsewhere in the resource. */
function noField(name: string, fields: Fields, all: Fields): string {
  const here = argumentsOf(fields);
  const meant = didYouMean(name, here);
  const others = meant === "" ? placesOf(name, all) : [];
  const elsewhere = others.length > 0 ? `; it belongs in ${others.map((place) => `\`${place}\``).join(" or ")}` : "";
  return `unknown field${meant.replace("?", "")}${elsewhere}; valid fields: ${here.join(", ")}`;
}

/** Paths at which a resource has a field of this name: `disks.<key>.size`. */
function placesOf(name: string, fields: Fields, prefix = ""): string[] {
  return Object.entries(fields).flatMap(([field, spec]) => {
    if (spec.shape === "leaf") return field === name && !spec.internal ? [prefix + field] : [];
    const inner = spec.shape === "group" ? spec.fields : spec.entry;
    const within = placesOf(name, inner, `${prefix}${field}.${spec.shape === "group" ? "" : "<key>."}`);
    return field === name ? [prefix + field, ...within] : within;
  });
}

function argumentsOf(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, spec]) => (spec.shape === "leaf" && spec.internal ? [] : [name]));
}

/** The value as it is kept; undefined where it is refused, or says no more than none. */
function leaf(spec: Leaf, given: unknown, property: string, { failures, carried, features }: Walk): unknown {
  const referenced = spec.references ? reference(given, property, carried) : given;
  if (referenced === unknown) return referenced;
  const { value, problems } = keptTexts(referenced, spec.content ? "content" : "definition");
  if (problems.length > 0) {
    for (const { path, reason } of spec.secret ? problems.slice(0, 1) : problems)
      failures.push({ property: placeOf(property, path, spec), reason });
    return undefined;
  }
  if (spec.absent !== undefined && isEmpty(value, spec.absent)) {
    if (spec.required) failures.push({ property, reason: "is required, and empty" });
    return undefined;
  }
  const parsed = spec.type.safeParse(value);
  if (parsed.success) {
    const reason = features && lackingChoice(spec, parsed.data, features);
    if (reason === undefined) return parsed.data;
    failures.push({ property, reason });
    return undefined;
  }
  // What is not yet known can't be judged, wherever in a list or dictionary it is; all else is.
  const issues = parsed.error.issues.flatMap(plainIssues).filter((issue) => at(value, issue.path) !== unknown);
  if (issues.length === 0) return value;
  for (const issue of spec.secret ? issues.slice(0, 1) : issues)
    failures.push({ property: placeOf(property, holderOf(issue), spec), reason: message(issue, spec) });
  return undefined;
}

/** What a key is refused in. */
function holderOf({ code, path }: Issue): readonly PropertyKey[] {
  return code === "invalid_key" ? path.slice(0, -1) : path;
}

function isEmpty(value: unknown, how: "empty" | "blank"): boolean {
  return typeof value === "string" && (how === "blank" ? value.trim() : value) === "";
}

/** The property of a problem. Parts inside a secret are not named. */
function placeOf(property: string, path: readonly PropertyKey[], { secret }: Leaf): string {
  return path.length > 0 && !secret ? `${property}.${path.join(".")}` : property;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const name of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[name];
  return found;
}

type Issue = z.core.$ZodIssue;

/** For a value of one of several types: the issues of the type that fits, or the issue itself if none does. */
function plainIssues(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const ofItsKind = issue.errors.filter(
    (issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  if (ofItsKind.length !== 1) return [issue];
  return ofItsKind[0]!.flatMap((inner) => plainIssues({ ...inner, path: [...issue.path, ...inner.path] }));
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** As words that follow the property's name. They repeat nothing of the value but the keys that are refused. */
function message(issue: Issue, spec: Leaf): string {
  const plain = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case "invalid_union":
      return plain === "invalid input" ? `must be ${spec.typeText}` : plain;
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value));
      return `must be ${values.length > 1 ? "one of " : ""}${values.join(", ")}`;
    }
    case "too_big":
    case "too_small":
      return issue.message.startsWith("Too ") ? boundOf(issue) : plain;
    case "invalid_key":
      return `has the key ${shown(String(issue.path.at(-1)))}, which ${issue.issues[0]?.message ?? "is not valid"}`;
    case "unrecognized_keys":
      return spec.secret ? "has an unknown field in it" : plain;
    default:
      return plain;
  }
}

function boundOf(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  const [least, bound] = issue.code === "too_small" ? [true, issue.minimum] : [false, issue.maximum];
  const most = least ? "at least" : "at most";
  if (issue.origin === "string") return `must have ${bound} characters ${most}`;
  if (issue.origin === "array") return `must have ${bound} entries ${most}`;
  return `must be ${most} ${bound}`;
}

/** By sdk/nodejs/runtime/rpc.ts: a resource inside an output arrives as an object with this signature. */
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const signatureKey = "4dabf18193072939515e22adb298388d";

/** A reference arrives as an id, or as `{id, …what it carries}` from our constructors, or as the SDK's own object. */
function reference(given: unknown, property: string, carried: Record<string, Inputs>): unknown {
  if (!isRecord(given)) return given;
  if (given[signatureKey] === resourceSignature) return given.id || unknown;
  const { id, ...rest } = given;
  carried[property] = rest;
  return id;
}
