import { asRecord, unknown } from "../../basics/record";

/**
 * Which generation of each cluster the program asks for, as far as its resources were checked in this process. The engine
 * asks what depends on a resource that it is about to replace with the OLD inputs of that, and deletes by the state alone:
 * that all of a cluster goes is known there from here only.
 */
const generations = new Map<string, Set<string>>();

const textOf = (generation: unknown): string => String(generation ?? 1);

/** `{ name, generation }`, as a program gives them. */
export function noteCluster(cluster: unknown): void {
  const { name, generation } = asRecord<unknown>(cluster);
  if (typeof name !== "string" || name === unknown || generation === unknown) return;
  const noted = generations.get(name) ?? new Set();
  generations.set(name, noted.add(textOf(generation)));
}

/** Whether another generation of this cluster is asked for, and none but that. */
export function asksAnew(cluster: unknown): boolean {
  const { name, generation } = asRecord<unknown>(cluster);
  const noted = generations.get(String(name));
  // Two clusters of one name: nobody knows which is which.
  return noted?.size === 1 && !noted.has(textOf(generation));
}

export function forgetClusters(): void {
  generations.clear();
}
