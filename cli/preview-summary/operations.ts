import type { Operation } from "../../provider/lifecycle/consequences";
import type { Step } from "./digest";

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  delete: "delete",
};

/** All that happens to one resource. */
export interface Happening {
  /** undefined: nothing does. */
  readonly operation?: Operation;
  readonly step: Step;
}

/** The steps of one resource together: with `--show-replacement-steps` a replacement has several. */
export function merged(steps: readonly Step[]): Happening[] {
  const byResource = new Map<string, Happening>();
  for (const step of steps) {
    const operation = Object.hasOwn(operations, step.op) ? operations[step.op]! : undefined;
    const leftOver = operation === "delete" && step.oldState?.pendingDelete === true;
    const key = `${leftOver} ${step.urn}`;
    const other = byResource.get(key);
    if (other?.operation === undefined) byResource.set(key, { operation, step });
    else if (operation !== undefined) byResource.set(key, together(other, { operation, step }));
  }
  return [...byResource.values()];
}

function together(one: Happening, { operation, step }: Happening): Happening {
  return {
    operation: one.operation === operation ? operation : "replace",
    step: {
      ...(one.step.op === "replace" ? one.step : step),
      oldState: one.step.oldState ?? step.oldState,
      newState: one.step.newState ?? step.newState,
      replaceReasons: [...new Set([...one.step.replaceReasons, ...step.replaceReasons])],
      detailedDiff: one.step.detailedDiff ?? step.detailedDiff,
    },
  };
}
