import { asRecord, type Inputs, isRecord, unknown } from "../basics/record";
import { shown } from "../basics/texts";
import type { Field, Fields } from "./schema";
import type { Failure } from "./validate";

/**
 * The engine prints the value of a property beside the reason, but only of a whole one: `interfaces.lan.address` is `{<nil>}` to
 * it (pkg/resource/deploy/step_generator.go, `issueCheckErrors`). So a reason says itself which value it is about.
 */
export function sayValues(fields: Fields, inputs: Inputs, given: Inputs, failures: readonly Failure[]): Failure[] {
  return failures.map((failure) => {
    const { property, reason } = failure;
    const steps = stepsTo(property, given) ?? stepsTo(property, inputs);
    if (failure.unfielded || !steps || steps.length < 2 || isSecret(fields, steps, given)) return failure;
    const value = at(inputs, steps) ?? at(given, steps);
    const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (!plain || value === unknown || value === "") return failure;
    const text = shown(value);
    if (reason.includes(text)) return failure;
    return { ...failure, reason: verbs.test(reason) ? `${text} ${reason}` : `${reason} (it is ${text})` };
  });
}

/** A reason that goes on from the name of what it is about. */
const verbs = /^(is|must|has|have|holds|needs?|can't|belongs|takes|contradicts|differs|moves|goes|overlaps)\b/;

/** The names and places of a property path, as far as they are there; keys may themselves hold dots and slashes. */
function stepsTo(path: string, value: unknown): string[] | undefined {
  if (path === "") return [];
  const keys = Array.isArray(value) ? value.map((_, index) => String(index)) : Object.keys(asRecord(value));
  const rest = path.replace(/^\[(\d+)\]/, "$1");
  for (const key of keys.sort((one, other) => other.length - one.length)) {
    if (!rest.startsWith(key) || !/^($|[.[])/.test(rest.slice(key.length))) continue;
    const inner = isRecord(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;
    const steps = stepsTo(rest.slice(key.length).replace(/^\./, ""), inner);
    if (steps) return [key, ...steps];
  }
  return undefined;
}

function at(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

/** Whether the field table or the program (`__secrets`) says that the value is secret. */
function isSecret(fields: Fields, steps: readonly string[], given: Inputs): boolean {
  const told = Array.isArray(given.__secrets) ? given.__secrets.map(String) : [];
  if (told.some((path) => path.split(".")[0] === steps[0])) return true;
  let here: Fields | undefined = fields;
  for (const step of steps) {
    const field: Field | undefined = here?.[step];
    if (!field) continue;
    if (field.shape === "leaf") return field.secret === true;
    here = field.shape === "group" ? field.fields : field.entry;
  }
  return false;
}
