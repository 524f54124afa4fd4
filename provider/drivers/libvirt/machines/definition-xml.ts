import { WindroseError } from "../../../basics/errors";
import type { MachineDefinition } from "../../model";
import { parseXml, render, serializeXml, type XmlElement } from "../xml";
import { addControllers } from "./buses";
import { editDefinition } from "./edit";
import { keepFilledIn, keepOthers } from "./keep";
import { keepLeftFiles } from "./left-files";
import { machineFamily } from "./machine-type";
import { findMetadata, readMetadata } from "./metadata";
import { applyPatch } from "./patch";
import { addRootPorts } from "./ports";
import { machineView, type Virtualization } from "./view";

/**
 * The XML that stores a definition. `stored` is the definition that is there already. It is edited, so that nothing of it
 * changes but what is asked for; a patch can be told from neither side's XML, and other machine types have no place for what
 * is there: then the definition is generated, and what libvirt filled in is carried over.
 */
export function definitionXml(
  definition: MachineDefinition,
  virtualization: Virtualization,
  stored?: XmlElement,
): string {
  if (definition.memory > definition.maxMemory || definition.vcpus > definition.maxVcpus) {
    throw new WindroseError("invalid-input", "A machine can't have more memory or vCPUs than its maximum");
  }
  const generated = parseXml(render("domain", machineView(definition, virtualization)), "The generated definition");
  let domain = generated;
  if (stored && isEditable(definition, stored)) domain = editDefinition(stored, generated, definition);
  else {
    if (definition.patch) applyPatch(domain, definition.patch);
    if (stored) {
      keepFilledIn(domain, stored, definition.machineType);
      keepOthers(domain, stored, definition);
    }
  }
  if (stored) keepLeftFiles(domain, stored);
  addControllers(domain);
  addRootPorts(domain, definition.hotplugSlots);
  return serializeXml(domain);
}

function isEditable({ patch, machineType }: MachineDefinition, stored: XmlElement): boolean {
  const ours = findMetadata(stored);
  const patched = ours && readMetadata(ours).asked?.patch !== undefined;
  const type = stored.attribute("machine", "os/type") ?? "";
  return !patch && !patched && (machineType === undefined || machineFamily(machineType) === machineFamily(type));
}
