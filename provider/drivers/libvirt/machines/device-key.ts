import type { DeviceKeys } from "../../hypervisor";
import { placeKey } from "../../model";
import { XmlElement } from "../xml";
import { deviceAlias } from "./view";

type Kind = "disk" | "nic";

/** The key in our alias; undefined for a device that others made, whatever alias it has. */
export function ownKey(element: XmlElement, kind: Kind): string | undefined {
  const alias = element.attribute("name", "alias") ?? "";
  const prefix = `ua-${kind}-`;
  return alias.startsWith(prefix) ? alias.slice(prefix.length) : undefined;
}

/** Which device of its machine it is, whoever made it: the target of a disk, the MAC address of an interface. */
export function devicePlace(element: XmlElement, kind: Kind): string {
  const place =
    kind === "disk" ? element.attribute("dev", "target") : element.attribute("address", "mac")?.toLowerCase();
  return place ?? "";
}

/** What a disk or interface is known by: the key in our alias; of others' devices `@` and the target or MAC address. */
export function deviceKey(element: XmlElement, kind: Kind): string {
  return ownKey(element, kind) ?? placeKey(devicePlace(element, kind));
}

/** Whether a disk is one that the model can ask for; a floppy, a LUN, one behind a network are not. */
export function isModelledDisk(element: XmlElement): boolean {
  const type = element.attribute("type");
  return ["disk", "cdrom"].includes(element.attribute("device") ?? "disk") && (type === "file" || type === "block");
}

/** Writes our aliases onto devices of a definition, by their targets and MAC addresses. */
export function nameDevices(domain: XmlElement, keys: DeviceKeys): void {
  for (const [kind, name, names] of [
    ["disk", "disk", keys.disks],
    ["nic", "interface", keys.interfaces],
  ] as const) {
    for (const element of domain.all(`devices/${name}`)) {
      const key = Object.hasOwn(names, deviceKey(element, kind)) ? names[deviceKey(element, kind)] : undefined;
      if (key === undefined) continue;
      for (const alias of element.elements("alias")) element.remove(alias);
      element.children.push(new XmlElement("alias", { name: deviceAlias(kind, key) }));
    }
  }
}
