import { WindroseError } from "../basics/errors";
import type { Inputs } from "../basics/record";
import type { Kind } from "./schema";

/**
 * States of earlier releases. Outputs carry `__schema`; one `upgrade` runs before everything that reads a state. A field
 * that an old state lacks has the value that it had before it existed, which need not be today's default: a step that
 * brings a new default writes the old one into the state.
 */
export const schemaVersion = 1;

type Step = (properties: Inputs, kind: Kind) => Inputs;

/** Steps by the version that they start from. */
const steps: Readonly<Record<number, Step>> = {};

export function upgrade(kind: Kind, properties: Inputs): Inputs {
  // Inputs that come in from a program carry no version: they are of today.
  let version = typeof properties.__schema === "number" ? properties.__schema : schemaVersion;
  if (version > schemaVersion) {
    throw new WindroseError(
      "state-too-new",
      `the state of this ${kind} has schema ${version}, this release knows ${schemaVersion}`,
    );
  }
  let result = properties;
  for (; version < schemaVersion; version++) {
    const step = steps[version];
    if (!step) throw new WindroseError("internal", `no upgrade from schema ${version} of ${kind}`);
    result = { ...step(result, kind), __schema: version + 1 };
  }
  return result;
}
