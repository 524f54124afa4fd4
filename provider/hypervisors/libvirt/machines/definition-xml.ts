import { WindroseError } from "../../../errors";
import type { MachineDefinition } from "../../model";
import { parseXml, render, serializeXml, type XmlElement } from "../xml";
import { addControllers } from "./buses";
import { keepFilledIn } from "./keep";
import { applyPatch } from "./patch";
import { addRootPorts } from "./ports";
import { machineView, type Virtualization } from "./view";

/**
 * The XML that stores a definition. `stored` is the definition that is there already, with what libvirt filled in by
 * itself.
 */
export function definitionXml(
  definition: MachineDefinition,
  virtualization: Virtualization,
  stored?: XmlElement,
): string {
  if (definition.memory > definition.maxMemory || definition.vcpus > definition.maxVcpus) {
    throw new WindroseError("invalid-input", "A machine can't have more memory or vCPUs than its maximum");
  }
  const domain = parseXml(render("domain", machineView(definition, virtualization)), "The generated definition");
  if (definition.patch) applyPatch(domain, definition.patch);
  if (stored) keepFilledIn(domain, stored, definition.machineType);
  addControllers(domain);
  addRootPorts(domain, definition.hotplugSlots);
  return serializeXml(domain);
}
