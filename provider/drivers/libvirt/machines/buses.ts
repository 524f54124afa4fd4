import { XmlElement } from "../xml";

/**
 * Buses other than PCI: USB, disks' own, virtio-serial, smart cards. libvirt adds controllers and hubs for devices that lack a
 * place, and takes no address on one that it does not find.
 */

/** Ports of a USB hub, and of an XHCI controller that does not say how many it has (src/conf/domain_addr.h, QEMU's own). */
const hubPorts = 8;
const xhciPorts = 4;

interface UsbPlace {
  readonly bus: string;
  /** `1.2`: the second port of the hub in the controller's first. */
  readonly port: string;
}

function usbPlace(device: XmlElement): UsbPlace | undefined {
  const address = device.find("address");
  const port = address?.attribute("port");
  return address?.attribute("type") === "usb" && port ? { bus: address.attribute("bus") ?? "0", port } : undefined;
}

const isHubAt =
  ({ bus, port }: UsbPlace) =>
  (device: XmlElement) => {
    const place = device.name === "hub" ? usbPlace(device) : undefined;
    return place?.bus === bus && place.port === port;
  };

const isController = (type: string, index: string) => (device: XmlElement) =>
  device.name === "controller" && device.attribute("type") === type && (device.attribute("index") ?? "0") === index;

/** The devices that one sits on, going by its address: a controller, or a hub, which sits on another one. */
function parents(device: XmlElement): ((other: XmlElement) => boolean)[] {
  const address = device.find("address");
  if (!address) return [];
  const controller = address.attribute("controller") ?? "0";
  switch (address.attribute("type")) {
    case "usb": {
      const { bus, port } = usbPlace(device) ?? { bus: address.attribute("bus") ?? "0", port: "" };
      const upper = port.split(".").slice(0, -1).join(".");
      return [isController("usb", bus), ...(upper ? [isHubAt({ bus, port: upper })] : [])];
    }
    case "drive":
      return [isController(device.attribute("bus", "target") ?? "scsi", controller)];
    case "virtio-serial":
      return [isController("virtio-serial", controller)];
    case "ccid":
      return [isController("ccid", controller)];
    default:
      return [];
  }
}

/** Adds to `devices` what their addresses name, from those that are stored, and so on for what was added. */
export function keepBuses(devices: XmlElement, stored: XmlElement): void {
  const waiting = devices.elements();
  for (let device = waiting.shift(); device; device = waiting.shift()) {
    for (const isParent of parents(device)) {
      if (devices.elements().some(isParent)) continue;
      const parent = stored.elements().find(isParent)?.clone();
      if (!parent) continue;
      devices.children.push(parent);
      waiting.push(parent);
    }
  }
  keepPorts(devices, stored);
  makeRoom(devices);
}

/** Places of disks on a controller of the kind, as libvirt gives them out by the name of the target: `sdh` is the eighth. */
const units: Readonly<Record<string, number>> = { scsi: 7, sata: 6 };

/** 0 for `sda`, 25 for `sdz`, 26 for `sdaa`. */
function positionOf(disk: XmlElement): number {
  const letters = (disk.attribute("dev", "target") ?? "").slice(2);
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}

const disksOn = (devices: XmlElement, bus: string): XmlElement[] =>
  devices.elements("disk").filter((disk) => disk.attribute("bus", "target") === bus);

/**
 * An address for a SCSI disk for which libvirt would add a second controller, of a model that few guests drive: a place on
 * the first one, where that is virtio's, which has room for all. `definitions`: the devices that it is to get along with.
 */
export function scsiPlace(disk: XmlElement, definitions: readonly XmlElement[]): XmlElement | undefined {
  const first = units.scsi!;
  const fits = (devices: XmlElement) =>
    devices.elements().some((each) => isController("scsi", "0")(each) && each.attribute("model") === "virtio-scsi");
  if (positionOf(disk) < first || !definitions.every(fits)) return undefined;
  const addresses = definitions.flatMap((devices) => devices.elements().map((device) => device.find("address")));
  const taken = new Set(
    addresses.flatMap((address) =>
      address?.attribute("type") === "drive" && address.attribute("controller") === "0"
        ? [Number(address.attribute("unit"))]
        : [],
    ),
  );
  let unit = first;
  while (taken.has(unit)) unit++;
  return new XmlElement("address", { type: "drive", controller: "0", bus: "0", target: "0", unit: String(unit) });
}

/**
 * Writes down what libvirt would add by itself for devices without a place, before places on PCI are counted: controllers
 * for disks and channels.
 */
export function addControllers(domain: XmlElement): void {
  const devices = domain.find("devices");
  if (!devices) return;
  const ensure = (type: string, index: number) => {
    if (!devices.elements().some(isController(type, String(index))))
      devices.children.push(new XmlElement("controller", { type, index: String(index) }));
  };
  for (const disk of disksOn(devices, "scsi")) {
    const place = disk.find("address") ? undefined : scsiPlace(disk, [devices]);
    if (place) disk.children.push(place);
  }
  const sata = disksOn(devices, "sata").map((disk) =>
    Number(disk.attribute("controller", "address") ?? Math.floor(positionOf(disk) / units.sata!)),
  );
  for (let index = 1; index <= Math.max(0, ...sata); index++) ensure("sata", index);
  const isVirtio = (device: XmlElement) => device.attribute("type", "target") === "virtio";
  if ([...devices.elements("channel"), ...devices.elements("console")].some(isVirtio)) ensure("virtio-serial", 0);
}

/** Whether a device takes a port of a USB controller. */
function isUsb(device: XmlElement): boolean {
  const type = device.find("address")?.attribute("type");
  if (type !== undefined) return type === "usb";
  switch (device.name) {
    case "hub":
    case "redirdev":
      return true;
    case "disk":
      return device.attribute("bus", "target") === "usb";
    case "input":
      return device.attribute("bus") === "usb";
    case "sound":
      return device.attribute("model") === "usb";
    case "interface":
      return device.attribute("type", "model") === "usb-net";
    case "serial":
      return device.attribute("type", "target") === "usb-serial";
    case "controller":
      return device.attribute("type") === "ccid";
    default:
      return false;
  }
}

const usbControllers = (devices: XmlElement): XmlElement[] =>
  devices.elements("controller").filter((each) => each.attribute("type") === "usb");

const portsOf = (controllers: readonly XmlElement[]): number =>
  controllers.reduce((sum, each) => sum + (Number(each.attribute("ports")) || xhciPorts), 0);

const hubsWithPlace = (devices: XmlElement): XmlElement[] =>
  devices.elements("hub").filter((hub) => usbPlace(hub) !== undefined);

/** A controller that was made with fewer ports than one has today keeps its number, as long as they are enough. */
function keepPorts(devices: XmlElement, stored: XmlElement): void {
  const needed = devices.elements().filter(isUsb).length;
  for (const controller of usbControllers(devices)) {
    const before = stored.elements().find(isController("usb", controller.attribute("index") ?? "0"));
    if (!before || before.attribute("model") !== controller.attribute("model")) continue;
    const ports = before.attribute("ports");
    const room = portsOf([before]) + hubsWithPlace(devices).length * hubPorts;
    if (needed > room) continue;
    if (ports) controller.attributes.set("ports", ports);
    else controller.attributes.delete("ports");
  }
}

/**
 * Where every port is taken and one more is needed, libvirt adds a hub, which needs a port itself: the last device gives its
 * own up, and gets one of the hub's.
 */
export function makeRoom(devices: XmlElement): void {
  const controllers = usbControllers(devices);
  // The companions of older controllers share ports; libvirt is left to itself there.
  if (controllers.length === 0 || controllers.some((each) => !/-xhci$/.test(each.attribute("model") ?? ""))) return;
  const all = devices.elements().filter(isUsb);
  const placed = all.filter((device) => usbPlace(device) !== undefined);
  const ports = portsOf(controllers) + hubsWithPlace(devices).length * hubPorts;
  if (placed.length === all.length || placed.length < ports) return;
  const last = placed.filter(({ name }) => name !== "hub").at(-1);
  const address = last?.find("address");
  if (last && address) last.remove(address);
}

/** Whether a USB device can be plugged in: a hub can't be, so there has to be a port. */
export function hasFreeUsbPort(domain: XmlElement): boolean {
  const devices = domain.find("devices");
  if (!devices) return false;
  const ports = portsOf(usbControllers(devices)) + hubsWithPlace(devices).length * hubPorts;
  return devices.elements().filter(isUsb).length < ports;
}
