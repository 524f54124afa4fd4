import type { z } from "zod";
import { type Fields, type Inputs, isRecord, keyPattern, type Leaf, unknown } from "./schema";

/** A reason why an input is refused, on the property that it is about. */
export interface Failure {
  /** `disks.data.size` */
  readonly property: string;
  readonly reason: string;
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
 * through as it is, and so is a list or text that holds one.
 */
export function validate(fields: Fields, given: Inputs): Checked {
  const failures: Failure[] = [];
  const carried: Record<string, Inputs> = {};
  const inputs = walk(fields, given, "", failures, carried);
  return { inputs, failures, carried };
}

function walk(
  fields: Fields,
  given: Inputs,
  prefix: string,
  failures: Failure[],
  carried: Record<string, Inputs>,
): Inputs {
  const result: Inputs = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name) && !name.startsWith("__")) {
      failures.push({
        property: prefix + name,
        reason: `is no field of it; there are: ${argumentsOf(fields).join(", ")}`,
      });
    }
  }
  for (const [name, spec] of Object.entries(fields)) {
    const property = prefix + name;
    const value = given[name] ?? undefined;
    if (value === undefined) {
      if (spec.shape !== "keyed" && spec.required) failures.push({ property, reason: "is required" });
    } else if (spec.shape === "leaf" && spec.internal) {
      failures.push({ property, reason: "is no argument: it is made by the provider" });
    } else if (value === unknown) {
      result[name] = value;
    } else if (spec.shape === "leaf") {
      result[name] = leaf(spec, value, property, failures, carried);
    } else if (!isRecord(value)) {
      failures.push({ property, reason: "must be an object" });
    } else if (spec.shape === "group") {
      result[name] = walk(spec.fields, value, `${property}.`, failures, carried);
    } else {
      const entries: [string, unknown][] = [];
      for (const [key, entry] of Object.entries(value)) {
        const at = `${property}.${key}`;
        if (!keyPattern.test(key)) {
          failures.push({ property: at, reason: "a key is made of small letters, digits and hyphens, 32 at most" });
        } else if (entry === unknown) entries.push([key, entry]);
        else if (entry === undefined || entry === null) continue;
        else if (!isRecord(entry)) failures.push({ property: at, reason: "must be an object" });
        else entries.push([key, walk(spec.entry, entry, `${at}.`, failures, carried)]);
      }
      result[name] = Object.fromEntries(entries);
    }
  }
  return result;
}

function argumentsOf(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, spec]) => (spec.shape === "leaf" && spec.internal ? [] : [name]));
}

function leaf(
  spec: Leaf,
  given: unknown,
  property: string,
  failures: Failure[],
  carried: Record<string, Inputs>,
): unknown {
  const value = spec.references ? reference(given, property, carried) : given;
  if (value === unknown) return value;
  const parsed = spec.type.safeParse(value);
  if (parsed.success) return parsed.data;
  // What is not yet known can't be judged, wherever in a list or dictionary it is; all else is.
  const issues = parsed.error.issues.filter((issue) => at(value, issue.path) !== unknown);
  if (issues.length === 0) return value;
  // A secret's value must not come back in a message.
  for (const issue of spec.secret ? issues.slice(0, 1) : issues) {
    const place = issue.path.length > 0 && !spec.secret ? `${property}.${issue.path.join(".")}` : property;
    failures.push({ property: place, reason: spec.secret ? "is not valid" : message(issue) });
  }
  return undefined;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const name of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[name];
  return found;
}

function message(issue: z.core.$ZodIssue): string {
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
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
