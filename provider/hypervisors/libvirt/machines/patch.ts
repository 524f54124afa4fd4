import { WindroseError } from "../../../errors";
import type { XmlPatch } from "../../model";
import { XmlElement } from "../xml";

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
interface Step {
  name: string;
  index?: number;
  condition?: { attribute: string; value: string };
}

interface Path {
  text: string;
  steps: Step[];
  attribute?: string;
}

const namePattern = "[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?";
const stepPattern = new RegExp(
  `^/(?:(@)(${namePattern})$|(${namePattern})(?:\\[(?:([1-9][0-9]{0,3})|@(${namePattern})=(?:'([^']*)'|"([^"]*)"))\\])?)`,
);

const identities = new Set(["name", "uuid", "metadata"]);

function parsePath(text: string): Path {
  const bad = (why: string) => new WindroseError("invalid-input", `The patch's path "${text.slice(0, 200)}" ${why}`);
  const steps: Step[] = [];
  let attribute: string | undefined;
  let rest = text;
  while (rest !== "") {
    const match = stepPattern.exec(rest);
    if (!match || attribute !== undefined) throw bad("is not one of the form /domain/element[n]/@attribute");
    if (match[1]) attribute = match[2];
    else {
      const step: Step = { name: match[3]! };
      if (match[4]) step.index = Number(match[4]);
      if (match[5]) step.condition = { attribute: match[5], value: match[6] ?? match[7] ?? "" };
      steps.push(step);
    }
    rest = rest.slice(match[0].length);
  }
  if (steps[0]?.name !== "domain" || steps[0].index || steps[0].condition) throw bad("does not begin with /domain");
  if (steps.length === 1 && attribute === undefined) throw bad("is the whole definition");
  if (steps[1] && identities.has(steps[1].name)) throw bad("is the machine's identity, which can't be patched");
  if (steps.slice(1).some(({ name }) => name === "alias")) throw bad("is a device's identity, which can't be patched");
  return { text, steps: steps.slice(1), attribute };
}

function matches(parent: XmlElement, step: Step): XmlElement[] {
  const named = parent.elements(step.name);
  if (step.index) return named.slice(step.index - 1, step.index);
  const { condition } = step;
  return condition ? named.filter((element) => element.attribute(condition.attribute) === condition.value) : named;
}

function reach(parent: XmlElement, step: Step, path: Path): XmlElement {
  const [found] = matches(parent, step);
  if (found) return found;
  if (step.index && parent.elements(step.name).length !== step.index - 1) {
    throw new WindroseError(
      "invalid-input",
      `The patch's path "${path.text}" skips an element: there is no ${step.name}[${step.index - 1}]`,
    );
  }
  const made = new XmlElement(step.name);
  if (step.condition) made.attributes.set(step.condition.attribute, step.condition.value);
  parent.children.push(made);
  return made;
}

function set(domain: XmlElement, path: Path, value: string): void {
  const element = path.steps.reduce((parent, step) => reach(parent, step, path), domain);
  if (path.attribute) {
    element.attributes.set(path.attribute, value);
    return;
  }
  for (const child of element.children.splice(0)) if (child instanceof XmlElement) element.children.push(child);
  element.children.unshift(value);
}

function remove(domain: XmlElement, path: Path): (() => void)[] {
  let elements = [{ parent: undefined as XmlElement | undefined, element: domain }];
  for (const step of path.steps) {
    elements = elements.flatMap(({ element: parent }) =>
      matches(parent, step).map((element) => ({ parent: parent as XmlElement | undefined, element })),
    );
  }
  const { attribute } = path;
  return elements.map(({ parent, element }) => () => {
    if (attribute) element.attributes.delete(attribute);
    else parent?.remove(element);
  });
}

/** The namespace of arguments that libvirt passes to QEMU untouched (https://libvirt.org/drvqemu.html). */
const qemuNamespace = "http://libvirt.org/schemas/domain/qemu/1.0";

/** Applies a patch to a definition, in place. A path that is not understood is `invalid-input`, and nothing is changed. */
export function applyPatch(domain: XmlElement, patch: XmlPatch): void {
  const sets = Object.entries(patch.set ?? {}).map(([path, value]) => ({ path: parsePath(path), value }));
  const removes = (patch.remove ?? []).map(parsePath);
  const usesQemu = sets.some(({ path }) => path.steps.some(({ name }) => name.startsWith("qemu:")));
  if (usesQemu && !domain.attributes.has("xmlns:qemu")) domain.attributes.set("xmlns:qemu", qemuNamespace);
  for (const { path, value } of sets) set(domain, path, value);
  // All are found before the first is taken away, so that an index means what it says.
  for (const take of removes.flatMap((path) => remove(domain, path))) take();
}

/** Refuses a patch that is not understood, without a definition to apply it to. */
export function checkPatch(patch: XmlPatch): void {
  for (const path of [...Object.keys(patch.set ?? {}), ...(patch.remove ?? [])]) parsePath(path);
}
