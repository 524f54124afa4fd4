import { type Features, featureWords, hasFeature } from "../drivers/features";
import { driversWith } from "../drivers/registry";
import type { Field, Leaf } from "./schema";

/** Why a field is refused on a host whose driver does not have what it needs. */
export function lacking({ needs }: Pick<Field, "needs">, value: unknown, features: Features): string | undefined {
  // Not wanted, and not there.
  if (needs === undefined || value === false || hasFeature(features, needs)) return undefined;
  return `needs a driver with ${featureWords[needs]}, which the driver of its host does not have${those(driversWith(needs))}`;
}

/** Why a choice is refused: another driver may have it. */
export function lackingChoice({ choices }: Leaf, value: unknown, features: Features): string | undefined {
  if (choices === undefined || (features[choices] as readonly unknown[]).includes(value)) return undefined;
  const there = features[choices].map((one) => JSON.stringify(one)).join(", ");
  return `can't be ${JSON.stringify(value)} with the driver of its host${there ? `, which has ${there}` : ""}`;
}

const those = (names: readonly string[]) => (names.length > 0 ? `; drivers that have it: ${names.join(", ")}` : "");
