import { asRecord, type Inputs } from "../../provider/basics/record";
import type { Neighbour, Operation, PlannedChange } from "../../provider/lifecycle/consequences";
import type { Definition } from "../../provider/lifecycle/definition";
import { pick } from "../../provider/lifecycle/diff";
import { parseUrn } from "../../provider/lifecycle/ownership";
import { complete } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import type { State, Step } from "./digest";
import type { Judged } from "./fields";
import { kindOf } from "./kinds";
import type { Happening } from "./operations";

/** A change as a resource's definition takes it, to say what it takes away from people. */
export function plannedChange(
  { fields }: Definition,
  operation: Operation,
  step: Step,
  { fields: changed, olds, news }: Judged,
): PlannedChange {
  const state: Inputs = { ...step.oldState?.outputs };
  const found = asRecord(state.__found);
  return {
    name: parseUrn(step.urn).name,
    id: step.oldState?.id,
    operation,
    fields: changed,
    olds: complete(fields, olds, found),
    news: complete(fields, news, found),
    state,
    references: referencesOf(fields, step),
  };
}

/** By what the engine knows of dependencies: an id alone does not tell what is yet to be made. */
function referencesOf(fields: Definition["fields"], { oldState, newState }: Step): PlannedChange["references"] {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([input, spec]) => {
      if (spec.shape !== "leaf" || !spec.references) return [];
      const { kinds } = spec.references;
      const urns = [newState, oldState].flatMap((state) => state?.propertyDependencies[input] ?? []);
      const urn = urns.find((one) => kinds.some((kind) => kind === kindOf(one)));
      return urn === undefined ? [] : [[input, { urn, name: parseUrn(urn).name }]];
    }),
  );
}

/** All resources of ours that the preview holds. */
export interface Neighbours {
  of(urn: string): Neighbour[];
}

export function neighboursOf(happenings: readonly Happening[]): Neighbours {
  const all = happenings.flatMap(({ operation, step }) => {
    const { urn, oldState, newState } = step;
    const kind = kindOf(urn);
    if (kind === undefined) return [];
    const { fields } = definitions[kind];
    const inputs = (state: State | undefined) => state && complete(fields, pick(fields, { ...state.inputs }));
    const neighbour: Neighbour = {
      kind,
      name: parseUrn(urn).name,
      operation,
      leftOver: oldState?.pendingDelete === true,
      olds: inputs(oldState),
      news: inputs(newState),
    };
    return [{ urn, neighbour }];
  });
  return { of: (urn) => all.flatMap((one) => (one.urn === urn ? [] : [one.neighbour])) };
}
