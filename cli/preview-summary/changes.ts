import { asWindroseError } from "../../provider/basics/errors";
import type { Consequences, Operation } from "../../provider/lifecycle/consequences";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { Kind } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import type { Digest, Step } from "./digest";
import { differences, type FieldChange, given, inputsOf, type Judged, judge } from "./fields";
import { type Group, groupOf } from "./groups";
import { kindOf, tokenOf } from "./kinds";
import { code } from "./markdown";
import { notesOn, whyReplaced } from "./notes";
import { merged } from "./operations";
import { lossWords, outageWords } from "./outages";
import { type Neighbours, neighboursOf, plannedChange } from "./planned";

/**
 * What a change does to a resource, worst last. `update`: what another package's provider does, which only it knows;
 * `unknown`: the field table could not be asked.
 */
export const effects = ["local", "create", "live", "update", "unknown", "restart", "replace", "delete"] as const;
export type ChangeEffect = (typeof effects)[number];

/** One resource that changes. */
export interface Change {
  readonly urn: string;
  /** One of ours; undefined for another package's. */
  readonly kind?: Kind;
  /** `VirtualMachine`, or another package's type token. */
  readonly type: string;
  readonly name: string;
  readonly group: Group;
  readonly effect: ChangeEffect;
  readonly fields: readonly FieldChange[];
  readonly down: readonly string[];
  readonly lost: readonly string[];
  /** There may be more of both, which only a script or another package knows. */
  readonly unforeseen: boolean;
  /** `up` refuses it while the machine runs. */
  readonly refused: boolean;
  /** Markdown sentences on what the fields don't say. */
  readonly notes: readonly string[];
}

/** Everything that changes, the heaviest first: the engine's own order differs from run to run. */
export function changesOf(digest: Digest): Change[] {
  const all = merged(digest.steps);
  const neighbours = neighboursOf(all);
  const assessed = all.flatMap(({ operation, step }) => {
    const state = step.newState ?? step.oldState;
    // A component and the stack itself do nothing; a foreign resource is custom.
    if (operation === undefined || !state?.custom) return [];
    const [kind, type] = [kindOf(step.urn), tokenOf(step.urn)];
    const place: Place = {
      urn: step.urn,
      name: parseUrn(step.urn).name,
      type: kind ?? type,
      group: groupOf(step, digest.steps),
    };
    return [{ place, operation, step, ours: kind && assess(kind, operation, step, neighbours) }];
  });
  const restarted = new Map(
    assessed.flatMap(({ place, ours }) => (ours?.consequences.restarts ?? []).map((urn) => [urn, place.name] as const)),
  );
  return assessed
    .map(({ place, operation, step, ours }) =>
      ours ? ourChange(place, operation, step, ours, restarted.get(step.urn)) : foreignChange(place, operation, step),
    )
    .sort(byWeight);
}

function byWeight(one: Change, other: Change): number {
  const weight = (change: Change) => effects.indexOf(change.effect) + (change.lost.length > 0 ? effects.length : 0);
  return (
    weight(other) - weight(one) ||
    compareText(one.type, other.type) ||
    compareText(one.name, other.name) ||
    compareText(one.urn, other.urn)
  );
}

/** By code units: the order must not depend on the machine's language. */
export const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

type Place = Pick<Change, "urn" | "type" | "name" | "group">;

/** One of our resources, by its field table and by what its definition says of the change. */
interface Assessed {
  readonly kind: Kind;
  readonly judged: Judged;
  /** Why its fields can't be judged. */
  readonly unread?: string;
  readonly consequences: Consequences;
}

function assess(kind: Kind, operation: Operation, step: Step, neighbours: Neighbours): Assessed {
  const definition = definitions[kind];
  let judged: Judged = { fields: [], refused: [], olds: {}, news: {} };
  let unread: string | undefined;
  try {
    judged = judge(definition, operation === "create" ? { ...step, oldState: undefined } : step);
  } catch (error) {
    unread = asWindroseError(error).why;
    judged = { ...judged, olds: { ...step.oldState?.outputs } };
  }
  const change = plannedChange(definition, operation, step, judged);
  return { kind, judged, unread, consequences: definition.consequences?.(change, neighbours.of(step.urn)) ?? {} };
}

function ourChange(
  place: Place,
  operation: Operation,
  step: Step,
  { kind, judged, unread, consequences }: Assessed,
  restartedBy: string | undefined,
): Change {
  const stays = operation !== "create" && step.oldState?.retainOnDelete === true;
  const fields =
    operation === "create" ? given(definitions[kind].fields, judged.news) : operation === "delete" ? [] : judged.fields;
  const notes = notesOn({ operation, step, judged, consequences, restartedBy, stays });
  if (unread !== undefined) notes.unshift(`Its fields can't be judged: ${code(unread)}.`);
  const change = { ...place, kind, fields, notes, refused: judged.refused.length > 0 };
  if (stays && operation === "delete") return { ...change, effect: "local", down: [], lost: [], unforeseen: false };
  const { down = [], lost = [], unforeseen = false } = consequences;
  return {
    ...change,
    effect: operation !== "update" ? operation : unread === undefined ? worst(fields) : "unknown",
    down: down.map(outageWords),
    lost: stays ? [] : lost.map(lossWords),
    unforeseen,
  };
}

function worst(fields: readonly FieldChange[]): ChangeEffect {
  const found = fields.map((field): ChangeEffect => field.effect);
  return found.sort((one, other) => effects.indexOf(other) - effects.indexOf(one))[0] ?? "local";
}

/** Of another package the engine's operation is all that is known. */
function foreignChange(place: Place, operation: Operation, step: Step): Change {
  const stays = operation === "delete" && step.oldState?.retainOnDelete === true;
  const fields = operation === "create" ? inputsOf(step) : operation === "delete" ? [] : differences(step);
  const notes = stays ? ["Stays where it is, and is forgotten (`retainOnDelete`)."] : [];
  const effect = stays ? "local" : operation;
  if (operation === "replace" && !fields.some((field) => field.effect === "replace")) notes.push(whyReplaced(step));
  const unforeseen = operation !== "create" && !stays;
  return { ...place, effect, fields, down: [], lost: [], unforeseen, refused: false, notes };
}
