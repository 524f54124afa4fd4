import type { MachineDefinition } from "../../model";
import { XmlElement } from "../xml";
import { keepBuses } from "./buses";
import { deviceKey, isModelledDisk } from "./device-key";
import { machineFamily } from "./machine-type";
import { isOurs } from "./metadata";
import { hasRootPorts } from "./ports";

/** Whether a type names no version, so that the hypervisor chooses it. */
function isFamily(type: string): boolean {
  return type === machineFamily(type);
}

/** What tells a device from its fellows, within one definition and between two. */
function identity(device: XmlElement, position: number): string {
  const alias = device.attribute("name", "alias");
  if (alias?.startsWith("ua-")) return `${device.name} ${alias}`;
  switch (device.name) {
    case "controller":
      return `controller ${device.attribute("type")} ${device.attribute("index") ?? "0"}`;
    case "disk":
      return `disk at ${device.attribute("dev", "target")}`;
    case "interface":
      return `interface ${device.attribute("address", "mac")?.toLowerCase()}`;
    case "channel":
      return `channel ${device.attribute("name", "target")}`;
    default:
      return `${device.name} ${position}`;
  }
}

/** What a device's place depends on: another bus or model gets a place of its own. */
export function placeModel(device: XmlElement): string {
  const attributes = [
    device.attribute("model"),
    device.attribute("bus"),
    device.attribute("bus", "target"),
    device.attribute("type", "model"),
    device.name === "channel" ? device.attribute("type", "target") : undefined,
  ];
  return attributes.map((value) => value ?? "").join(" ");
}

function byIdentity(devices: XmlElement): Map<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  const counts = new Map<string, number>();
  for (const device of devices.elements()) {
    const position = counts.get(device.name) ?? 0;
    counts.set(device.name, position + 1);
    found.set(identity(device, position), device);
  }
  return found;
}

/** Devices that were made without a key are known by their target or MAC address. */
function unaliased(device: XmlElement): string | undefined {
  if (device.name === "disk") return `disk at ${device.attribute("dev", "target")}`;
  if (device.name === "interface") return `interface ${device.attribute("address", "mac")?.toLowerCase()}`;
  return undefined;
}

/**
 * Carries over into a new definition what libvirt filled in by itself into the stored one: the exact machine type, the
 * address of each device that stays, PCI controllers, and the controllers and hubs of other buses that these addresses
 * name. A guest's devices would move otherwise, and change names.
 * Nothing but the rest of the metadata is carried over to another family of machine types.
 */
export function keepFilledIn(generated: XmlElement, stored: XmlElement, askedType: string | undefined): void {
  keepMetadata(generated, stored);
  const storedType = stored.attribute("machine", "os/type") ?? "";
  const type = generated.find("os/type");
  const wanted = askedType ?? storedType;
  if (machineFamily(wanted) !== machineFamily(storedType)) return;
  if (type && (askedType === undefined || isFamily(askedType))) type.attributes.set("machine", storedType);
  keepFirmware(generated, stored);

  const devices = generated.find("devices");
  const storedDevices = stored.find("devices");
  if (!devices || !storedDevices) return;
  const before = byIdentity(storedDevices);
  for (const [name, device] of byIdentity(devices)) {
    if (device.find("address")) continue;
    const earlier = before.get(name) ?? before.get(unaliased(device) ?? "");
    const address = earlier?.find("address");
    if (earlier && address && placeModel(earlier) === placeModel(device)) device.children.push(address.clone());
  }
  keepBuses(devices, storedDevices);
  if (!hasRootPorts(storedType) && machineFamily(storedType) !== "pc") return;
  const present = byIdentity(devices);
  for (const [name, controller] of before) {
    if (controller.name !== "controller" || controller.attribute("type") !== "pci" || present.has(name)) continue;
    devices.children.push(controller.clone());
  }
}

/**
 * Devices of others in a definition that is generated: disks and interfaces that are nobody's here, and disks that the model
 * does not know (a floppy, a LUN, one behind a network).
 */
export function keepOthers(generated: XmlElement, stored: XmlElement, { others, boot }: MachineDefinition): void {
  const devices = generated.find("devices");
  if (!devices) return;
  const family = (domain: XmlElement) => machineFamily(domain.attribute("machine", "os/type") ?? "");
  const places = family(generated) === family(stored);
  for (const [kind, name, keys] of [
    ["disk", "disk", others?.disks ?? []],
    ["nic", "interface", others?.interfaces ?? []],
  ] as const) {
    for (const element of stored.all(`devices/${name}`)) {
      const key = deviceKey(element, kind);
      if (!keys.includes(key) && (kind === "nic" || isModelledDisk(element))) continue;
      const copy = element.clone();
      for (const part of ["boot", ...(places ? [] : ["address"])]) {
        const before = copy.find(part);
        if (before) copy.remove(before);
      }
      const at = boot.order?.indexOf(`${name}:${key}`) ?? -1;
      if (at >= 0) copy.children.push(new XmlElement("boot", { order: String(at + 1) }));
      devices.children.push(copy);
    }
  }
}

/** What other programs keep in the metadata stays theirs. */
export function keepMetadata(generated: XmlElement, stored: XmlElement): void {
  const metadata = generated.find("metadata");
  if (!metadata) return;
  for (const element of stored.find("metadata")?.elements() ?? []) {
    if (!isOurs(element)) metadata.children.push(element.clone());
  }
}

/** The firmware's files that libvirt chose; another NVRAM would lose the guest's boot entries. */
function keepFirmware(generated: XmlElement, stored: XmlElement): void {
  const os = generated.find("os");
  const storedOs = stored.find("os");
  if (!os || !storedOs || os.attribute("firmware") !== "efi" || storedOs.attribute("firmware") !== "efi") return;
  for (const name of ["loader", "nvram"]) {
    const element = storedOs.find(name);
    if (element && !os.find(name)) os.children.push(element.clone());
  }
}
