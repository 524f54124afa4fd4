import { XmlElement } from "../xml";

/**
 * PCI on machine types whose root is PCI Express: a device that is plugged in while the guest runs needs a root port of
 * its own, and ports can't be added then (https://libvirt.org/pci-hotplug.html).
 */
export function hasRootPorts(machineType: string): boolean {
  return /^(pc-q35|q35|virt)(-|$)/.test(machineType);
}

/** Models that sit in a conventional slot, behind one bridge that they share (src/qemu/qemu_domain_address.c). */
const conventionalModels: Readonly<Record<string, ReadonlySet<string>>> = {
  interface: new Set(["e1000", "rtl8139", "ne2k_pci", "pcnet"]),
  sound: new Set(["ac97", "es1370", "ich6"]),
  watchdog: new Set(["i6300esb"]),
};

/** Models of controllers of PCI Express; `sata` 0 and such are part of the machine, and others sit behind the bridge. */
const expressControllers: Readonly<Record<string, ReadonlySet<string>>> = {
  scsi: new Set(["virtio-scsi", "virtio-transitional", "virtio-non-transitional"]),
  usb: new Set(["qemu-xhci", "nec-xhci"]),
};

type PciModel = "express" | "conventional" | "none";

function controllerModel(controller: XmlElement): PciModel {
  const type = controller.attribute("type") ?? "";
  const model = controller.attribute("model") ?? "";
  const isFirst = (controller.attribute("index") ?? "0") === "0";
  switch (type) {
    case "virtio-serial":
      return "express";
    case "scsi":
      return model === "" || expressControllers.scsi!.has(model) ? "express" : "conventional";
    case "usb":
      return expressControllers.usb!.has(model) ? "express" : "none";
    case "sata":
      return isFirst ? "none" : "conventional";
    default:
      return "none";
  }
}

function pciModel(element: XmlElement): PciModel {
  const conventional = conventionalModels[element.name];
  switch (element.name) {
    case "disk":
      return element.attribute("bus", "target") === "virtio" ? "express" : "none";
    case "interface": {
      const model = element.attribute("type", "model") ?? "";
      if (model === "usb-net") return "none";
      return conventional!.has(model) ? "conventional" : "express";
    }
    case "controller":
      return controllerModel(element);
    case "sound":
    case "watchdog":
      return conventional!.has(element.attribute("model") ?? "") ? "conventional" : "none";
    case "serial":
      return element.attribute("type", "target") === "pci-serial" ? "conventional" : "none";
    case "input":
      return element.attribute("bus") === "virtio" ? "express" : "none";
    case "memballoon":
      return element.attribute("model") === "none" ? "none" : "express";
    case "shmem":
      return "conventional";
    case "rng":
    case "hostdev":
    case "filesystem":
    case "vsock":
    case "crypto":
      return "express";
    default:
      return "none";
  }
}

/** Whether a device takes a free root port when it is attached. */
export function needsPort(device: XmlElement): boolean {
  return pciModel(device) !== "none" && device.find("address") === undefined;
}

function pciBus(device: XmlElement): number | undefined {
  const address = device.find("address");
  if (address?.attribute("type") !== "pci") return undefined;
  const bus = Number(address.attribute("bus"));
  return Number.isInteger(bus) ? bus : undefined;
}

function rootPorts(devices: XmlElement): XmlElement[] {
  return devices
    .elements("controller")
    .filter(
      (controller) =>
        controller.attribute("type") === "pci" && (controller.attribute("model") ?? "").startsWith("pcie-root-port"),
    );
}

/** Root ports that no device sits in, of a definition whose addresses libvirt has filled in. */
export function freePorts(domain: XmlElement): number {
  const devices = domain.find("devices");
  if (!devices) return 0;
  const taken = new Set(devices.elements().map(pciBus));
  return rootPorts(devices).filter((port) => !taken.has(Number(port.attribute("index")))).length;
}

/** Whether a machine has the place that an address names, and nothing in it. Places other than PCI's count as taken. */
export function isFree(domain: XmlElement, address: XmlElement): boolean {
  const place = (element: XmlElement | undefined) =>
    element?.attribute("type") === "pci"
      ? ["domain", "bus", "slot", "function"].map((name) => Number(element.attribute(name))).join(" ")
      : undefined;
  const wanted = place(address);
  const devices = domain.find("devices")?.elements() ?? [];
  const buses = devices.filter((device) => device.attribute("type") === "pci" && device.name === "controller");
  const exists = buses.some((bus) => Number(bus.attribute("index")) === Number(address.attribute("bus")));
  return wanted !== undefined && exists && !devices.some((device) => place(device.find("address")) === wanted);
}

/**
 * Adds root ports so that `spare` of them stay free once every device has one. libvirt fills ports in the order of
 * their index, and adds none of its own while there is a free one.
 */
export function addRootPorts(domain: XmlElement, spare: number): void {
  const devices = domain.find("devices");
  if (!devices || !hasRootPorts(domain.attribute("machine", "os/type") ?? "")) return;
  const controllers = devices.elements("controller").filter((element) => element.attribute("type") === "pci");
  let wanted = spare - freePorts(domain);
  const homeless = devices.elements().filter((element) => element.find("address") === undefined);
  wanted += homeless.filter((element) => pciModel(element) === "express").length;
  const hasBridge = controllers.some((element) => element.attribute("model") === "pcie-to-pci-bridge");
  if (!hasBridge && homeless.some((element) => pciModel(element) === "conventional")) wanted += 1;
  if (controllers.length === 0) {
    devices.children.push(new XmlElement("controller", { type: "pci", index: "0", model: "pcie-root" }));
  }
  let index = Math.max(0, ...controllers.map((element) => Number(element.attribute("index")) || 0));
  for (; wanted > 0; wanted--) {
    index++;
    devices.children.push(new XmlElement("controller", { type: "pci", index: String(index), model: "pcie-root-port" }));
  }
}
