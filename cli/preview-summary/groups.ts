import { isRecord } from "../../provider/basics/record";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { State, Step } from "./digest";

/** What a table is of. */
export interface Group {
  readonly kind: "host" | "component" | "others";
  readonly name: string;
  /** A component's type token. */
  readonly type?: string;
  /** The host that the resource stands on. */
  readonly host?: string;
}

/** The component that the resource belongs to; else its host; else what has neither. */
export function groupOf(step: Step, steps: readonly Step[]): Group {
  const state = step.newState ?? step.oldState;
  const host = hostOf(step);
  const component = componentOf(state?.parent, steps);
  if (component) return { kind: "component", ...component, host };
  if (host !== undefined) return { kind: "host", name: host, host };
  return { kind: "others", name: "" };
}

const ourToken = "pulumi-nodejs:dynamic/windrose:";

/** The nearest parent that is a component: neither the stack nor a resource of its own. */
function componentOf(urn: string | undefined, steps: readonly Step[]): { name: string; type: string } | undefined {
  for (let at = urn, depth = 0; at !== undefined && depth < 100; depth++) {
    const { type, name } = parseUrn(at);
    const token = type.split("$").at(-1)!;
    const known = steps.find((step) => step.urn === at);
    const state = known?.newState ?? known?.oldState;
    if (token === "pulumi:pulumi:Stack") return undefined;
    const resource = state ? state.custom : token.startsWith(ourToken);
    if (!resource) return { name, type: token };
    at = state?.parent;
  }
  return undefined;
}

/** The name that the host has in the program; else the one by which it is reached. */
function hostOf({ urn, oldState, newState }: Step): string | undefined {
  if (parseUrn(urn).type.endsWith(`${ourToken}Host`)) return parseUrn(urn).name;
  for (const state of [newState, oldState]) {
    const found = state?.propertyDependencies.host?.find((other) => parseUrn(other).type.endsWith(`${ourToken}Host`));
    if (found) return parseUrn(found).name;
  }
  return connectionOf(newState) ?? connectionOf(oldState);
}

function connectionOf(state: State | undefined): string | undefined {
  const connection = state?.inputs.__connection;
  if (typeof connection === "string") return connection;
  if (isRecord(connection) && typeof connection.address === "string") return connection.address;
  return undefined;
}
