import { WindroseError } from "../../../basics/errors";
import type { XmlPatch } from "../../model";
import { type Path, readPath, type Step } from "../../patch-path";
import { XmlElement } from "../xml";

function parsePath(text: string): Path {
  const path = readPath(text);
  if (typeof path !== "string") return path;
  throw new WindroseError("invalid-input", `The patch's path "${text.slice(0, 200)}" ${path}`);
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
