import { asRecord, type Inputs } from "../../basics/record";
import {
  type Consequences,
  lastsOf,
  type Neighbour,
  type Outage,
  type PlannedChange,
} from "../../lifecycle/consequences";

export function consequences(change: PlannedChange, others: readonly Neighbour[]): Consequences {
  const { operation, olds, name } = change;
  if (operation === "create") return {};
  if (operation === "update") return whileItStays(change);
  const replaced = operation === "replace";
  if (isFirst(olds) && !isHandedOn(olds, others)) {
    const cluster = String(asRecord(olds.cluster).name ?? name);
    return {
      down: [{ what: "cluster", name: cluster, lasts: replaced ? "until-recreated" : "for-good" }],
      lost: [{ what: "cluster", name: cluster }],
    };
  }
  return { down: [replaced ? untilItIsBack(change) : { what: "node", name, drained: true, lasts: "for-good" }] };
}

function whileItStays({ fields, name, news, references }: PlannedChange): Consequences {
  // Whether the machine has anything to restart for, only the host knows.
  const restarts = news.definition !== undefined && fields.some(({ path }) => path === "definition");
  return {
    down: [
      ...lastsOf(fields, "node").map((lasts): Outage => ({ what: "node", name, drained: true, lasts })),
      ...lastsOf(fields, "api").map((lasts): Outage => ({ what: "api", node: name, lasts })),
    ],
    restarts: restarts && references.machine ? [references.machine.urn] : [],
  };
}

/** To a new cluster nothing is taken along, so nothing is drained. */
function untilItIsBack({ fields, name }: PlannedChange): Outage {
  const elsewhere = fields.some(({ path, effect }) => path === "cluster.generation" && effect === "replace");
  return elsewhere
    ? { what: "node", name, drained: false, lasts: "until-in-new-cluster" }
    : { what: "node", name, drained: true, lasts: "until-rejoined" };
}

/** Others join through it, and it holds the cluster. */
const isFirst = ({ role, through }: Inputs): boolean => role === "controlPlane" && through === undefined;

/** Whether another node of the cluster becomes the one that others join through. */
function isHandedOn(olds: Inputs, others: readonly Neighbour[]): boolean {
  const clusterOf = (inputs: Inputs) => {
    const { name, generation } = asRecord(inputs.cluster);
    return JSON.stringify([name, String(generation)]);
  };
  return others.some(
    ({ kind, news }) =>
      kind === "KubernetesNode" && news !== undefined && isFirst(news) && clusterOf(news) === clusterOf(olds),
  );
}
