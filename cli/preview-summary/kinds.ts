import { parseUrn } from "../../provider/lifecycle/ownership";
import type { Kind } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";

/** The type's own token: the last one of a URN's, which has those of its parents before it. */
export const tokenOf = (urn: string): string => parseUrn(urn).type.split("$").at(-1)!;

/** The kind of one of our resources; undefined for another package's. */
export function kindOf(urn: string): Kind | undefined {
  const name = /^pulumi-nodejs:dynamic\/windrose:(\w+)$/.exec(tokenOf(urn))?.[1];
  return name !== undefined && Object.hasOwn(definitions, name) ? (name as Kind) : undefined;
}
