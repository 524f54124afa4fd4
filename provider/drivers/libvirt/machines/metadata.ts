import { createHash } from "node:crypto";
import type { MachineDefinition, MachineFile, Mark, XmlPatch } from "../../model";
import type { TemplateValue, XmlElement } from "../xml";

/** The namespace of our element in a domain's metadata, and the prefix that libvirt is asked to use for it. */
export const metadataNamespace = "urn:pulumi-windrose:domain:1";
export const metadataPrefix = "windrose";

/**
 * What a definition asked for where libvirt keeps only what it made of it: `q35` becomes `pc-q35-7.2`, a CPU mode becomes
 * a model with features once the machine runs. Kept beside the mark, so that the definition reads back as it was written.
 */
export interface Asked {
  cpu?: MachineDefinition["cpu"];
  machineType?: string;
  video?: string;
  boot?: string[];
  hotplugSlots?: number;
  /** Digest of the patch: what of the definition is a patch's work can't be told from its XML. */
  patch?: string;
}

export interface MachineMetadata {
  mark?: Mark;
  entries: Record<string, string>;
  asked?: Asked;
  /** Files that earlier definitions named (left-files.ts). */
  left?: MachineFile[];
}

export function askedOf(definition: Omit<MachineDefinition, "others">): Asked {
  return {
    cpu: definition.cpu,
    machineType: definition.machineType,
    video: definition.video,
    boot: definition.boot.order,
    hotplugSlots: definition.hotplugSlots,
    patch: digestOfPatch(definition.patch),
  };
}

function digestOfPatch(patch: XmlPatch | undefined): string | undefined {
  const { set = {}, remove = [] } = patch ?? {};
  if (Object.keys(set).length === 0 && remove.length === 0) return undefined;
  return createHash("sha256")
    .update(JSON.stringify([set, remove]))
    .digest("hex")
    .slice(0, 16);
}

/** Values of the template `machine-metadata`. */
export function metadataView(from: { mark?: Mark; metadata: Record<string, string> } & Partial<MachineDefinition>) {
  return elementView({
    mark: from.mark,
    entries: from.metadata,
    asked: from.cpu ? askedOf(from as MachineDefinition) : undefined,
  });
}

export function elementView({ mark, entries, asked, left = [] }: MachineMetadata): Record<string, TemplateValue> {
  return {
    left: left.map(({ nvram, loader, variables, tpm }) => ({
      ...{ nvram, loader },
      variables: variables ? "uefi" : undefined,
      tpm: tpm ? "emulator" : undefined,
    })),
    prefix: "",
    mark: mark ? { ...mark } : undefined,
    entries: Object.entries(entries).map(([key, value]) => ({ key, value })),
    asked: asked && {
      values: Object.entries({
        cpu: asked.cpu?.mode,
        cpuModel: asked.cpu?.model,
        machineType: asked.machineType,
        video: asked.video,
        hotplugSlots: asked.hotplugSlots,
        patch: asked.patch,
      }).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
      boot: asked.boot ?? [],
      features: Object.entries(asked.cpu?.features ?? {}).map(([name, policy]) => ({ name, policy })),
    },
  };
}

export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** Our element within a domain's `<metadata>`, whatever prefix it has there. */
export function findMetadata(domain: XmlElement): XmlElement | undefined {
  return domain.find("metadata")?.elements().find(isOurs);
}

export function isOurs(element: XmlElement): boolean {
  const [prefix] = element.name.includes(":") ? element.name.split(":") : [undefined];
  const declared = element.attribute(prefix === undefined ? "xmlns" : `xmlns:${prefix}`);
  return declared === metadataNamespace && localName(element.name) === "machine";
}

const cpuModes: ReadonlySet<string> = new Set(["host-passthrough", "host-model", "maximum", "custom", "default"]);

/** Reads our element. What is missing or makes no sense is left out: others can write into it too. */
export function readMetadata(element: XmlElement): MachineMetadata {
  const get = (name: string) => element.attribute(name) ?? "";
  const mark: Mark = {
    project: get("project"),
    stack: get("stack"),
    urn: get("urn"),
    incarnation: get("incarnation"),
    ...(get("lineage") ? { lineage: get("lineage") } : {}),
  };
  const entries: [string, string][] = [];
  let asked: Asked | undefined;
  const left: MachineFile[] = [];
  for (const child of element.elements()) {
    if (localName(child.name) === "entry") {
      const key = child.attribute("key");
      if (key) entries.push([key, child.attribute("value") ?? ""]);
    } else if (localName(child.name) === "asked") asked = readAsked(child);
    else if (localName(child.name) === "left") {
      const [nvram, loader] = [child.attribute("nvram"), child.attribute("loader")];
      if (nvram !== undefined) left.push({ nvram, ...(loader ? { loader } : {}) });
      else left.push(child.attribute("tpm") === undefined ? { variables: true } : { tpm: true });
    }
  }
  return {
    mark: mark.project && mark.stack && mark.incarnation ? mark : undefined,
    entries: Object.fromEntries(entries),
    asked,
    left,
  };
}

function readAsked(element: XmlElement): Asked {
  const pairs = (name: string, key: string, value?: string) =>
    element
      .elements()
      .filter((child) => localName(child.name) === name)
      .map((child): [string, string] => [child.attribute(key) ?? "", (value && child.attribute(value)) || ""]);
  const mode = element.attribute("cpu");
  const features = pairs("feature", "name", "policy");
  const boot = pairs("boot", "device").map(([device]) => device);
  const slots = Number(element.attribute("hotplugSlots"));
  const asked: Asked = {};
  if (mode !== undefined && cpuModes.has(mode)) {
    asked.cpu = { mode: mode as MachineDefinition["cpu"]["mode"] };
    const model = element.attribute("cpuModel");
    if (model) asked.cpu.model = model;
    if (features.length > 0) asked.cpu.features = Object.fromEntries(features);
  }
  const machineType = element.attribute("machineType");
  if (machineType) asked.machineType = machineType;
  const video = element.attribute("video");
  if (video) asked.video = video;
  const patch = element.attribute("patch");
  if (patch) asked.patch = patch;
  if (boot.length > 0) asked.boot = boot;
  if (element.attribute("hotplugSlots") !== undefined && Number.isSafeInteger(slots) && slots >= 0) {
    asked.hotplugSlots = slots;
  }
  return asked;
}
