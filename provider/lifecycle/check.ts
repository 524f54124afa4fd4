import { holdsUnknown, type Inputs } from "../basics/record";
import { shown } from "../basics/texts";
import { defaultDriver, featuresOf } from "../drivers/registry";
import type { Definition, Identity } from "./definition";
import { keptNames } from "./hidden-names";
import { lacking } from "./needs";
import { sayValues } from "./reasons";
import { complete } from "./schema";
import { type Failure, validate } from "./validate";

export interface CheckAnswer {
  inputs: Inputs;
  failures: Failure[];
}

export async function check(
  definition: Definition,
  given: Inputs,
  olds: Inputs | undefined,
  identity: Identity,
): Promise<CheckAnswer> {
  identity.exclusives?.release(identity.urn);
  const driver = identity.driver ?? olds?.__driver;
  const features = driver === undefined ? undefined : featuresOf(driver);
  const { inputs, failures, carried } = validate(definition.fields, given, features);
  const missing = features && lacking({ needs: definition.needs }, given, features);
  if (missing) failures.push({ property: "host", reason: `${definition.kind} ${missing}` });
  if (failures.length === 0) await definition.derive?.(inputs, olds, identity, failures);
  if (failures.length === 0) {
    const asked = complete(definition.fields, inputs);
    definition.validate?.(asked, carried, failures, olds && complete(definition.fields, olds), identity);
    takeExclusives(definition, asked, carried, identity, failures);
  }
  for (const name of keptNames(definition)) if (given[name] !== undefined) inputs[name] = given[name];
  // The default one is not written down: states from before there were several go on as they are.
  if (driver !== undefined && driver !== defaultDriver) inputs.__driver = driver;
  return { inputs, failures: sayValues(definition.fields, inputs, given, failures) };
}

function takeExclusives(
  { kind, exclusives }: Definition,
  inputs: Inputs,
  carried: Record<string, Inputs>,
  identity: Identity,
  failures: Failure[],
): void {
  const { urn, name, exclusives: all } = identity;
  if (!all || !exclusives) return;
  for (const { key, at, what, shares } of exclusives(inputs, carried, identity)) {
    if (holdsUnknown(key) || key.includes(undefined)) continue;
    const other = all.take(JSON.stringify(key), { urn, who: `${kind} "${name}"`, at, shares });
    if (!other) continue;
    const whose = other.urn === urn ? `\`${other.at}\`` : other.who;
    const value = shown(String(key.at(-1)));
    failures.push({ property: at, reason: `${value} is ${what} of ${whose} too: give one of them another \`${at}\`` });
  }
}
