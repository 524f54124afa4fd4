import { isDeepStrictEqual } from "node:util";
import { asRecord, type Inputs } from "../../provider/basics/record";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { Consequences, Situation } from "./consequences";
import type { Step } from "./digest";
import { code } from "./markdown";

const ourToken = "dynamic/windrose:KubernetesNode::";

/** What a change of a Kubernetes node takes away from people, in Markdown. */
export function node({ operation, fields, name, olds, handedOn }: Situation): Consequences {
  const it = `node ${code(name)}`;
  const nothing: Consequences = { down: [], lost: [] };
  if (operation === "create") return nothing;
  const cluster = `cluster ${code(String(asRecord(olds.cluster).name ?? name))}`;
  // The node that others join through holds the cluster.
  const first = isFirst(olds) && !handedOn;
  const held = `all that the ${cluster} holds`;
  if (operation === "delete") {
    return first
      ? { down: [`${cluster}, for good`], lost: [held] }
      : { down: [`${it}, drained before, for good`], lost: [] };
  }
  if (operation === "replace") {
    if (first) return { down: [`${cluster}, until it is made anew`], lost: [held] };
    const anew = fields.some(({ path }) => path === "cluster.generation");
    return anew
      ? { down: [`${it}, until it has joined the new cluster`], lost: [] }
      : { down: [`${it}, drained before, until it has joined again`], lost: [] };
  }
  const live = (path: string) => fields.some((field) => field.path === path && field.effect === "live");
  const whiles = [
    ...(live("cluster.version") ? ["it is upgraded"] : []),
    ...(live("definition") ? ["its machine restarts"] : []),
  ];
  const down = whiles.length > 0 ? [`${it}, drained while ${whiles.join(" and ")}`] : [];
  if (live("renewal") && olds.role === "controlPlane") down.push(`the API on ${it}, for a moment`);
  return { down, lost: [] };
}

/** Others join through it. */
const isFirst = ({ role, through }: Inputs): boolean => role === "controlPlane" && through === undefined;

/** Whether another node of the cluster becomes the one that others join through. */
export function isHandedOn({ urn, oldState }: Step, steps: readonly Step[]): boolean {
  const cluster = (inputs: Inputs | undefined) => asRecord(inputs?.cluster);
  return steps.some(({ urn: other, newState }) => {
    if (other === urn || !other.includes(ourToken) || !newState || !isFirst(newState.inputs)) return false;
    const [mine, theirs] = [cluster(oldState?.inputs), cluster(newState.inputs)];
    return mine.name === theirs.name && mine.generation === theirs.generation;
  });
}

/** Name of the node that restarts this machine, which itself leaves that to the next restart. */
export function restartedBy(machine: string, steps: readonly Step[]): string | undefined {
  const found = steps.find(
    ({ op, urn, oldState, newState }) =>
      op === "update" &&
      urn.includes(ourToken) &&
      newState?.propertyDependencies.machine?.includes(machine) &&
      newState.inputs.definition !== undefined &&
      !isDeepStrictEqual(oldState?.inputs.definition, newState.inputs.definition),
  );
  return found && parseUrn(found.urn).name;
}
