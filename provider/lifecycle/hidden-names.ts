import type { Definition } from "./definition";

/** Names that begin with `__` are ours: they are not displayed, and not part of what the user compares. */

const ofAll = ["__urn", "__connection", "__accept", "__lineage", "__secrets", "__driver"];

type Keeper = Pick<Definition, "keeps">;

/** Those that a program's constructor sends and a state keeps. */
export const keptNames = ({ keeps = [] }: Keeper): readonly string[] => [...ofAll, ...keeps];

/** Whether a hidden name of a state is a resource's own (`__incarnation`), made by its steps. */
export function isMade(definition: Keeper, name: string): boolean {
  return name.startsWith("__") && ![...keptNames(definition), "__schema", "__pending", "__provider"].includes(name);
}
