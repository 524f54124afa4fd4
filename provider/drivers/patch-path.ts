/**
 * Paths of a patch, a small part of XPath: `/domain`, then steps, each with at most one condition, then at most one
 * attribute.
 *
 *     /domain/devices/disk[2]/driver/@queues         the second disk (counted from 1)
 *     /domain/devices/channel[@type='unix']/source   those with this attribute of this value
 *     /domain/features/smm/@state
 *     /domain/@xmlns:qemu
 *
 * `set` gives an attribute its value, or an element its text, in the first element that the path finds, and makes what
 * is missing on the way (`[@type='unix']` with that attribute, `[3]` where there are two). `remove` takes away every
 * element or attribute that the path finds; none is fine. All of `set` comes first, in its order. Name, UUID, metadata
 * and aliases are ours alone.
 */
export interface Step {
  name: string;
  index?: number;
  condition?: { attribute: string; value: string };
}

export interface Path {
  text: string;
  steps: Step[];
  attribute?: string;
}

const namePattern = "[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?";
const stepPattern = new RegExp(
  `^/(?:(@)(${namePattern})$|(${namePattern})(?:\\[(?:([1-9][0-9]{0,3})|@(${namePattern})=(?:'([^']*)'|"([^"]*)"))\\])?)`,
);

const identities = new Set(["name", "uuid", "metadata"]);

/** The parts of a path; or, as words that follow it, why it is none. */
export function readPath(text: string): Path | string {
  const steps: Step[] = [];
  let attribute: string | undefined;
  let rest = text;
  while (rest !== "") {
    const match = stepPattern.exec(rest);
    if (!match || attribute !== undefined) return "is not one of the form /domain/element[n]/@attribute";
    if (match[1]) attribute = match[2];
    else {
      const step: Step = { name: match[3]! };
      if (match[4]) step.index = Number(match[4]);
      if (match[5]) step.condition = { attribute: match[5], value: match[6] ?? match[7] ?? "" };
      steps.push(step);
    }
    rest = rest.slice(match[0].length);
  }
  if (steps[0]?.name !== "domain" || steps[0].index || steps[0].condition) return "does not begin with /domain";
  if (steps.length === 1 && attribute === undefined) return "is the whole definition";
  if (steps[1] && identities.has(steps[1].name)) return "is the machine's identity, which can't be patched";
  if (steps.slice(1).some(({ name }) => name === "alias")) return "is a device's identity, which can't be patched";
  return { text, steps: steps.slice(1), attribute };
}

/** Why a path can't stand in a patch, as words that follow it; undefined where it can. */
export function pathProblem(text: string): string | undefined {
  const path = readPath(text);
  return typeof path === "string" ? path : undefined;
}
