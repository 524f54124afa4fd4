import { hasCode, WindroseError } from "../../../basics/errors";
import type { Work } from "../../../basics/work";
import type { DiskDefinition, GraphicsDefinition, InterfaceDefinition } from "../../model";
import { attempt } from "../errors";
import { Affect, type DomainHandle, ErrorNumber, isLibvirtError } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml, render, serializeXml, XmlElement } from "../xml";
import { currentXml, isActive, powerOf, type Sides, sides, storedXml } from "./access";
import { hasFreeUsbPort, scsiPlace } from "./buses";
import { deviceKey, devicePlace, ownKey } from "./device-key";
import { freePorts, hasRootPorts, isFree, needsPort } from "./ports";
import { diskView, interfaceView, limitNames } from "./view";

/** Devices of a machine that is there, running or not. Each side is changed by itself, where it needs it. */

type Kind = "disk" | "nic";
type Side = "live" | "config";

const elementNames = { disk: "disk", nic: "interface" } as const;
const words = { disk: "disk", nic: "interface" } as const;

/** Milliseconds for a guest to let go of a device. */
const detachDeadline = 30_000;
/** Milliseconds after which it is asked again: a guest that is booting may have missed it. */
const detachAgain = 10_000;

function diskElement(disk: DiskDefinition): XmlElement {
  return parseXml(render("disk", diskView(disk)), "The generated disk");
}

function interfaceElement(nic: InterfaceDefinition): XmlElement {
  return parseXml(render("interface", interfaceView(nic)), "The generated interface");
}

/**
 * A device by its key. Of an adopted one the running machine does not know the alias before its next start: `stored` says what
 * its place is.
 */
export function findDevice(domain: XmlElement, kind: Kind, key: string, stored?: XmlElement): XmlElement | undefined {
  const devices = domain.all(`devices/${elementNames[kind]}`);
  const own = devices.find((device) => deviceKey(device, kind) === key);
  if (own) return own;
  const named = stored && stored !== domain ? findDevice(stored, kind, key) : undefined;
  if (!named) return undefined;
  const place = devicePlace(named, kind);
  return devices.find((device) => ownKey(device, kind) === undefined && devicePlace(device, kind) === place);
}

function eachSide({ stored, running }: Sides): [Side, XmlElement][] {
  return [...(running ? ([["live", running]] as [Side, XmlElement][]) : []), ["config", stored]];
}

/** Whether a device that is there already under a key is the one that is wanted. */
function isSame(kind: Kind, present: XmlElement, wanted: XmlElement): boolean {
  if (kind === "nic") {
    return present.attribute("address", "mac")?.toLowerCase() === wanted.attribute("address", "mac")?.toLowerCase();
  }
  const path = (disk: XmlElement) => disk.attribute("file", "source") ?? disk.attribute("dev", "source");
  return path(present) === path(wanted);
}

async function attach(
  session: LibvirtSession,
  uuid: string,
  kind: Kind,
  key: string,
  wanted: XmlElement,
): Promise<void> {
  const both = await sides(session, uuid);
  const { domain, running } = both;
  let flags = 0;
  for (const [side, definition] of eachSide(both)) {
    const present = findDevice(definition, kind, key, both.stored);
    if (!present) flags |= Affect[side];
    else if (!isSame(kind, present, wanted)) {
      throw new WindroseError(
        "in-use",
        `The machine ${domain.name} has another ${words[kind]} under the key "${key}" already`,
        { hint: "Detach that one first, or choose another key." },
      );
    }
  }
  if (flags === 0) return;
  const isUsb = wanted.attribute("bus", "target") === "usb";
  if (isUsb && eachSide(both).some(([side, definition]) => flags & Affect[side] && !hasFreeUsbPort(definition))) {
    throw new WindroseError(
      "capacity-exceeded",
      `The machine ${domain.name} has no free USB port for the ${words[kind]} ${key}`,
      { hint: "Detach another USB device first, or use another bus." },
    );
  }
  if (running && flags & Affect.live) refuseWithoutPort(domain, running, wanted, kind, key);
  await attempt(`attaching the ${words[kind]} ${key} to ${domain.name}`, async () => {
    if (wanted.attribute("bus", "target") === "scsi") await prepareScsi(session, both, flags, wanted);
    const send = (device: XmlElement, side: Side) =>
      session.call("DOMAIN_ATTACH_DEVICE_FLAGS", { domain, xml: serializeXml(device), flags: Affect[side] });
    if (flags & Affect.config) await send(wanted, "config");
    if (!running || !(flags & Affect.live)) return;
    // The running machine gets it where the next start will have it: a guest names interfaces by their place.
    const stored = parseXml(await storedXml(session, domain), "A machine's stored definition");
    const address = findDevice(stored, kind, key)?.find("address");
    const placed = wanted.clone();
    if (address && !wanted.find("address") && isFree(running, address)) placed.children.push(address.clone());
    await send(placed, "live");
  });
}

/** libvirt's own error for this has no number of its own. */
function refuseWithoutPort(
  domain: DomainHandle,
  running: XmlElement,
  wanted: XmlElement,
  kind: Kind,
  key: string,
): void {
  const machineType = running.attribute("machine", "os/type") ?? "";
  if (!hasRootPorts(machineType) || !needsPort(wanted) || freePorts(running) > 0) return;
  throw new WindroseError(
    "capacity-exceeded",
    `The running machine ${domain.name} has no free PCI slot for the ${words[kind]} ${key}`,
    { hint: "Raise `hotplugSlots` and restart the machine; or detach another device first." },
  );
}

/** Makes a controller where there is none, and chooses the disk's place on it: libvirt's own choice few guests drive. */
async function prepareScsi(session: LibvirtSession, both: Sides, flags: number, wanted: XmlElement): Promise<void> {
  const controller = new XmlElement("controller", { type: "scsi", index: "0", model: "virtio-scsi" });
  const { domain } = both;
  let missing = 0;
  const definitions: XmlElement[] = [];
  for (const [side, definition] of eachSide(both)) {
    if (!(flags & Affect[side])) continue;
    const devices = definition.find("devices")?.clone() ?? new XmlElement("devices");
    definitions.push(devices);
    if (devices.elements("controller").some((element) => element.attribute("type") === "scsi")) continue;
    missing |= Affect[side];
    devices.children.push(controller.clone());
  }
  if (missing !== 0)
    await session.call("DOMAIN_ATTACH_DEVICE_FLAGS", { domain, xml: serializeXml(controller), flags: missing });
  const place = scsiPlace(wanted, definitions);
  if (place) wanted.children.push(place);
}

async function detach(session: LibvirtSession, uuid: string, kind: Kind, key: string, work: Work): Promise<void> {
  const both = await sides(session, uuid);
  const { domain, running, stored } = both;
  await attempt(`detaching the ${words[kind]} ${key} from ${domain.name}`, async () => {
    const live = running && findDevice(running, kind, key, stored);
    if (live) await unplug(session, domain, { kind, key, device: live, stored }, work);
    const config = findDevice(stored, kind, key);
    if (config) {
      const args = { domain, xml: serializeXml(config), flags: Affect.config };
      await session.call("DOMAIN_DETACH_DEVICE_FLAGS", args);
    }
  });
}

/** Asks the guest to let the device go and waits until libvirt says that it is gone. */
async function unplug(
  session: LibvirtSession,
  domain: DomainHandle,
  { kind, key, device, stored }: { kind: Kind; key: string; device: XmlElement; stored: XmlElement },
  work: Work,
): Promise<void> {
  const alias = device.attribute("name", "alias") ?? "";
  const started = Date.now();
  const end = Math.min(started + detachDeadline, work.deadline);
  const gone = await session.using(async (client) => {
    const watch = await client.watch(
      ["device-removed", "device-removal-failed", "lifecycle"],
      ({ body }) => body.domain.uuid === domain.uuid && (!("alias" in body) || body.alias === alias),
    );
    try {
      let asked = Number.NEGATIVE_INFINITY;
      for (;;) {
        if (!isActive(await powerOf(session, domain))) return true;
        const running = parseXml(await currentXml(session, domain), "A running machine's definition");
        if (!findDevice(running, kind, key, stored)) return true;
        const now = Date.now();
        if (now >= end) return false;
        if (now - asked >= detachAgain) {
          asked = now;
          await askToLetGo(session, domain, alias);
        }
        work.progress(`waiting for the guest to release the ${words[kind]} ${key}`);
        const deadline = Math.max(1, Math.min(end, asked + detachAgain) - Date.now());
        await watch.next(undefined, { deadline, signal: work.signal }).catch((error: unknown) => {
          if (!hasCode(error, "timeout")) throw error;
        });
      }
    } finally {
      watch.close();
    }
  });
  if (gone) return;
  throw new WindroseError(
    "guest-not-ready",
    `The guest of ${domain.name} did not release the ${words[kind]} ${key} within ${Math.round((Date.now() - started) / 1000)} s`,
    { hint: "Once the guest has booted and no longer uses the device, run the command again." },
  );
}

async function askToLetGo(session: LibvirtSession, domain: DomainHandle, alias: string): Promise<void> {
  try {
    await session.call("DOMAIN_DETACH_DEVICE_ALIAS", { domain, alias, flags: Affect.live });
  } catch (error) {
    // Gone meanwhile, or QEMU says that the guest was asked already: the definition tells.
    const expected = [ErrorNumber.DEVICE_MISSING, ErrorNumber.OPERATION_FAILED, ErrorNumber.INTERNAL_ERROR];
    if (!isLibvirtError(error, ...expected, ErrorNumber.OPERATION_INVALID)) throw error;
  }
}

/** The wanted device with the place and boot order that it has on this side, which a change must not move. */
function inItsPlace(wanted: XmlElement, present: XmlElement): XmlElement {
  const copy = wanted.clone();
  for (const name of ["address", "boot"]) {
    const element = present.find(name);
    if (element && !copy.find(name)) copy.children.push(element.clone());
  }
  // A device of somebody else's has an alias of libvirt's own on the running side, none on the stored one.
  const alias = copy.find("alias");
  const presentAlias = present.find("alias");
  if (alias) copy.remove(alias);
  if (presentAlias) copy.children.push(presentAlias.clone());
  return copy;
}

function missing(domain: DomainHandle, kind: Kind, key: string): WindroseError {
  return new WindroseError("not-found", `The machine ${domain.name} has no ${words[kind]} ${key}`);
}

export async function attachDisk(session: LibvirtSession, uuid: string, disk: DiskDefinition): Promise<void> {
  await attach(session, uuid, "disk", disk.key, diskElement(disk));
}

export async function attachInterface(session: LibvirtSession, uuid: string, nic: InterfaceDefinition): Promise<void> {
  await attach(session, uuid, "nic", nic.key, interfaceElement(nic));
}

export function detachDisk(session: LibvirtSession, uuid: string, key: string, work: Work): Promise<void> {
  return detach(session, uuid, "disk", key, work);
}

export function detachInterface(session: LibvirtSession, uuid: string, key: string, work: Work): Promise<void> {
  return detach(session, uuid, "nic", key, work);
}

export async function updateDisk(session: LibvirtSession, uuid: string, disk: DiskDefinition): Promise<void> {
  const both = await sides(session, uuid);
  const { domain } = both;
  const wanted = diskElement(disk);
  await attempt(`changing the disk ${disk.key} of ${domain.name}`, async () => {
    for (const [side, definition] of eachSide(both)) {
      const present = findDevice(definition, "disk", disk.key, both.stored);
      if (!present) throw missing(domain, "disk", disk.key);
      if (disk.device === "cdrom" && !isSame("disk", present, wanted)) {
        await changeMedium(session, domain, inItsPlace(wanted, present), Affect[side]);
      }
      if (!sameLimits(present, wanted)) await setLimits(session, domain, disk, present, Affect[side]);
    }
  });
}

/** `VIR_DOMAIN_DEVICE_MODIFY_FORCE`: the tray is opened even if the guest holds it shut. */
const forced = 4;

async function changeMedium(
  session: LibvirtSession,
  domain: DomainHandle,
  wanted: XmlElement,
  flags: number,
): Promise<void> {
  const xml = serializeXml(wanted);
  try {
    await session.call("DOMAIN_UPDATE_DEVICE_FLAGS", { domain, xml, flags });
  } catch (error) {
    if (!(flags & Affect.live) || !isLibvirtError(error, ErrorNumber.OPERATION_FAILED)) throw error;
    await session.call("DOMAIN_UPDATE_DEVICE_FLAGS", { domain, xml, flags: flags | forced });
  }
}

function limitsOf(disk: XmlElement): number[] {
  return limitNames.map(([, name]) => Number(disk.text(`iotune/${name}`) ?? 0));
}

function sameLimits(one: XmlElement, other: XmlElement): boolean {
  const others = limitsOf(other);
  return limitsOf(one).every((value, index) => value === others[index]);
}

async function setLimits(
  session: LibvirtSession,
  domain: DomainHandle,
  disk: DiskDefinition,
  present: XmlElement,
  flags: number,
): Promise<void> {
  // A limit that is left out keeps its value; 0 takes it away.
  const parameters = limitNames.map(([field, name]) => ({
    field: name,
    value: { type: "ullong" as const, value: disk.limits?.[field] ?? 0 },
  }));
  const target = present.attribute("dev", "target") ?? disk.target;
  await session.call("DOMAIN_SET_BLOCK_IO_TUNE", { domain, disk: target, parameters, flags });
}

export async function updateInterface(session: LibvirtSession, uuid: string, nic: InterfaceDefinition): Promise<void> {
  const both = await sides(session, uuid);
  const { domain } = both;
  const wanted = interfaceElement(nic);
  await attempt(`changing the interface ${nic.key} of ${domain.name}`, async () => {
    for (const [side, definition] of eachSide(both)) {
      const present = findDevice(definition, "nic", nic.key, both.stored);
      if (!present) throw missing(domain, "nic", nic.key);
      const xml = serializeXml(inItsPlace(wanted, present));
      await session.call("DOMAIN_UPDATE_DEVICE_FLAGS", { domain, xml, flags: Affect[side] });
    }
  });
}

/** The password goes through the RPC alone, never into a message. */
export async function setGraphicsPassword(
  session: LibvirtSession,
  uuid: string,
  graphics: GraphicsDefinition,
): Promise<void> {
  const both = await sides(session, uuid);
  const { domain } = both;
  for (const [side, definition] of eachSide(both)) {
    const present = definition.all("devices/graphics").find((element) => element.attribute("type") === graphics.type);
    if (!present) throw new WindroseError("not-found", `The machine ${domain.name} has no ${graphics.type} display`);
    const wanted = present.clone();
    if (graphics.password) wanted.attributes.set("passwd", graphics.password);
    else wanted.attributes.delete("passwd");
    for (const name of ["passwdValidTo", "connected"]) wanted.attributes.delete(name);
    const xml = serializeXml(wanted);
    await attempt(`setting the password of the display of ${domain.name}`, () =>
      session.call("DOMAIN_UPDATE_DEVICE_FLAGS", { domain, xml, flags: Affect[side] }),
    );
  }
}
