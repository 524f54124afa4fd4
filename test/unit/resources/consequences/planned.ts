import assert from "node:assert/strict";
import type { Inputs } from "../../../../provider/basics/record";
import { defaultDriver, featuresOf } from "../../../../provider/drivers/registry";
import { compare } from "../../../../provider/lifecycle/compare";
import type { Consequences, Neighbour, Operation, PlannedChange } from "../../../../provider/lifecycle/consequences";
import { complete, type Kind } from "../../../../provider/lifecycle/schema";
import { definitions } from "../../../../provider/pulumi/definitions";

export interface Planned {
  readonly olds?: Inputs;
  readonly news?: Inputs;
  /** Outputs that are no inputs. */
  readonly made?: Inputs;
  readonly id?: string;
  readonly references?: PlannedChange["references"];
  readonly others?: readonly Neighbour[];
}

/** What a resource named `it` says of a change, judged by its own field table. */
export function consequencesOf(kind: Kind, operation: Operation, planned: Planned): Consequences {
  const { olds = {}, news = operation === "delete" ? {} : olds, made = {}, id, references = {}, others = [] } = planned;
  const { fields, consequences } = definitions[kind];
  const state = { ...olds, ...made };
  const rows =
    operation === "update" || operation === "replace"
      ? compare(fields, olds, news, featuresOf(defaultDriver), state)
      : [];
  const change: PlannedChange = {
    name: "it",
    id,
    operation,
    fields: rows,
    olds: complete(fields, olds),
    news: complete(fields, news),
    state,
    references,
  };
  assert.ok(consequences, `${kind} says nothing`);
  return consequences(change, others);
}

export function neighbour(kind: Kind, name: string, rest: Partial<Neighbour> = {}): Neighbour {
  const { fields } = definitions[kind];
  const inputs = (given: Inputs | undefined) => given && complete(fields, given);
  return { kind, name, leftOver: false, ...rest, olds: inputs(rest.olds), news: inputs(rest.news) };
}
