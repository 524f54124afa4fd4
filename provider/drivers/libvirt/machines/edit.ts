import { isDeepStrictEqual } from "node:util";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition, ReportedMachine } from "../../model";
import { XmlElement } from "../xml";
import { makeRoom } from "./buses";
import { deviceKey, devicePlace, isModelledDisk, ownKey } from "./device-key";
import { keepMetadata, placeModel } from "./keep";
import { readDisk, readInterface, reportMachine, sameCpu } from "./read";

/**
 * A new definition as an edit of the stored one: what differs is brought to what is asked for, and nothing else is touched.
 * What the model does not know (another program's devices, tuning, timers) stays as it is, and so does what libvirt filled in.
 */
export function editDefinition(stored: XmlElement, generated: XmlElement, definition: MachineDefinition): XmlElement {
  const there = reportMachine(stored, false);
  const domain = stored.clone();
  keepMetadata(generated, stored);
  replace(domain, "metadata", generated.find("metadata"), "uuid");
  if ((there.description ?? "") !== (definition.description ?? ""))
    replace(domain, "description", generated.find("description"), "metadata");
  editSize(domain, generated, there, definition);
  if (!sameCpu(there.cpu, definition.cpu)) editCpu(domain, generated);
  editFirmware(domain, generated, there, definition);
  if (there.clock !== definition.clock) part(domain, "clock").attributes.set("offset", definition.clock);
  const devices = part(domain, "devices");
  const wanted = part(generated, "devices");
  editDevices(devices, wanted, "disk", definition.disks, definition.others?.disks ?? []);
  editDevices(devices, wanted, "interface", definition.interfaces, definition.others?.interfaces ?? []);
  editGraphics(devices, wanted, there, definition);
  editFlags(devices, wanted, there, definition);
  addControllersOf(devices, wanted);
  makeRoom(devices);
  if (!isDeepStrictEqual(plain(there.boot), plain(definition.boot))) editBoot(domain, generated, definition);
  return domain;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** An element that every definition has. */
function part(domain: XmlElement, name: string): XmlElement {
  const found = domain.find(name);
  if (found) return found;
  const made = new XmlElement(name);
  domain.children.push(made);
  return made;
}

/** Puts an element in the place of the one of its name; where there is none, behind `after`. undefined takes it away. */
function replace(parent: XmlElement, name: string, element: XmlElement | undefined, after?: string): void {
  const before = parent.find(name);
  const copy = element?.clone();
  if (before) {
    const at = parent.children.indexOf(before);
    parent.children.splice(at, 1, ...(copy ? [copy] : []));
  } else if (copy) {
    const behind = after === undefined ? undefined : parent.find(after);
    const at = behind ? parent.children.indexOf(behind) + 1 : parent.children.length;
    parent.children.splice(at, 0, copy);
  }
}

function editSize(
  domain: XmlElement,
  generated: XmlElement,
  there: ReportedMachine,
  definition: MachineDefinition,
): void {
  if (there.maxMemory !== definition.maxMemory) replace(domain, "memory", generated.find("memory"));
  if (there.memory !== definition.memory || there.maxMemory !== definition.maxMemory)
    replace(domain, "currentMemory", generated.find("currentMemory"), "memory");
  if (there.vcpus === definition.vcpus && there.maxVcpus === definition.maxVcpus) return;
  const vcpu = part(domain, "vcpu");
  vcpu.children.splice(0, vcpu.children.length, String(definition.maxVcpus));
  if (definition.vcpus < definition.maxVcpus) vcpu.attributes.set("current", String(definition.vcpus));
  else vcpu.attributes.delete("current");
}

/** What the model has of the CPU; topology, NUMA cells and caches stay. */
const modelledCpu = new Set(["model", "feature", "vendor"]);

function editCpu(domain: XmlElement, generated: XmlElement): void {
  const cpu = generated.find("cpu")?.clone();
  const before = domain.find("cpu");
  if (cpu && before)
    for (const child of before.elements()) if (!modelledCpu.has(child.name)) cpu.children.push(child.clone());
  replace(domain, "cpu", cpu, "features");
}

function editFirmware(
  domain: XmlElement,
  generated: XmlElement,
  there: ReportedMachine,
  definition: MachineDefinition,
): void {
  const [os, wanted] = [part(domain, "os"), part(generated, "os")];
  const type = os.find("type");
  if (type && definition.machineType !== undefined && there.machineType !== definition.machineType)
    type.attributes.set("machine", definition.machineType);
  if (there.firmware === definition.firmware) return;
  for (const name of ["firmware", "loader", "nvram"]) replace(os, name, wanted.find(name));
  const firmware = wanted.attribute("firmware");
  if (firmware) os.attributes.set("firmware", firmware);
  else os.attributes.delete("firmware");
}

type Kind = "disk" | "interface";

const aliasKinds = { disk: "disk", interface: "nic" } as const;

/** Children of a device that the model has; whatever else is in it was put there by others, and stays. */
const modelled: Readonly<Record<Kind, ReadonlySet<string>>> = {
  disk: new Set(["driver", "source", "target", "iotune", "readonly", "serial", "boot", "alias", "address"]),
  interface: new Set(["mac", "source", "model", "link", "mtu", "boot", "alias", "address"]),
};

function editDevices(
  devices: XmlElement,
  wanted: XmlElement,
  kind: Kind,
  definitions: readonly (DiskDefinition | InterfaceDefinition)[],
  others: readonly string[],
): void {
  const left = new Map(definitions.map((definition) => [definition.key, definition]));
  const generated = new Map(wanted.elements(kind).map((element) => [deviceKey(element, aliasKinds[kind]), element]));
  for (const element of devices.elements(kind)) {
    const key = deviceKey(element, aliasKinds[kind]);
    const definition = left.get(key) ?? unnamed(element, kind, left);
    if (!definition) {
      if ((kind === "interface" || isModelledDisk(element)) && !others.includes(key)) devices.remove(element);
      continue;
    }
    left.delete(definition.key);
    const at = devices.children.indexOf(element);
    devices.children[at] = editDevice(element, generated.get(definition.key)!, kind, definition);
  }
  for (const key of left.keys()) devices.children.push(generated.get(key)!.clone());
}

/** A device that others made, and that has its key from the next start on: by its target or MAC address. */
function unnamed<T extends DiskDefinition | InterfaceDefinition>(
  element: XmlElement,
  kind: Kind,
  left: ReadonlyMap<string, T>,
): T | undefined {
  if (ownKey(element, aliasKinds[kind]) !== undefined) return undefined;
  const place = devicePlace(element, aliasKinds[kind]);
  return [...left.values()].find((one) => ("target" in one ? one.target : one.mac) === place);
}

function editDevice(
  element: XmlElement,
  generated: XmlElement,
  kind: Kind,
  definition: DiskDefinition | InterfaceDefinition,
): XmlElement {
  const there = kind === "disk" ? readDisk(element) : readInterface(element);
  const alias = generated.find("alias");
  if (isDeepStrictEqual(plain({ ...there, key: "" }), plain({ ...definition, key: "" }))) {
    const same = element.clone();
    if (alias) replace(same, "alias", alias);
    return same;
  }
  const edited = generated.clone();
  for (const child of element.elements()) if (!modelled[kind].has(child.name)) edited.children.push(child.clone());
  const driver = edited.find("driver");
  for (const [name, value] of element.find("driver")?.attributes ?? [])
    if (driver && !["name", "type", "cache", "io", "discard"].includes(name)) driver.attributes.set(name, value);
  if (kind === "disk" && (there as DiskDefinition).path === (definition as DiskDefinition).path)
    replace(edited, "source", element.find("source"));
  const address = element.find("address");
  if (address && placeModel(element) === placeModel(edited)) replace(edited, "address", address);
  replace(edited, "boot", element.find("boot"));
  return edited;
}

function editGraphics(
  devices: XmlElement,
  wanted: XmlElement,
  there: ReportedMachine,
  { graphics }: MachineDefinition,
): void {
  const { keepPassword, ...asked } = graphics ?? {};
  const shown = keepPassword ? { ...there.graphics, password: undefined } : there.graphics;
  const element = devices.elements("graphics").find((one) => ["vnc", "spice"].includes(one.attribute("type") ?? ""));
  if (!isDeepStrictEqual(plain(shown ?? {}), plain(asked))) {
    const next = wanted.find("graphics")?.clone();
    const password = element?.attribute("passwd");
    if (next && keepPassword && password !== undefined) next.attributes.set("passwd", password);
    if (element) devices.remove(element);
    if (next) devices.children.push(next);
    const tablet = (parent: XmlElement) => parent.elements("input").find((one) => one.attribute("type") === "tablet");
    const input = tablet(wanted);
    if (input && !tablet(devices)) devices.children.push(input.clone());
  }
  const type = (parent: XmlElement) => parent.attribute("type", "video/model");
  if (type(devices) !== type(wanted)) replace(devices, "video", wanted.find("video"));
}

/** Devices that are there or not. One that is there stays as it is, whoever made it. */
function editFlags(
  devices: XmlElement,
  wanted: XmlElement,
  there: ReportedMachine,
  definition: MachineDefinition,
): void {
  const agent = (element: XmlElement) => element.attribute("name", "target") === "org.qemu.guest_agent.0";
  const sets: [boolean, boolean, (parent: XmlElement) => XmlElement[]][] = [
    [
      there.serial,
      definition.serial,
      (parent) => [
        ...parent.elements("serial"),
        ...parent.elements("console").filter((one) => one.attribute("type", "target") === "serial"),
      ],
    ],
    [there.guestAgent, definition.guestAgent, (parent) => parent.elements("channel").filter(agent)],
    [there.rng, definition.rng, (parent) => parent.elements("rng")],
  ];
  for (const [is, asked, of] of sets) {
    if (is === asked) continue;
    for (const element of of(devices)) devices.remove(element);
    if (asked) devices.children.push(...of(wanted).map((element) => element.clone()));
  }
}

/** Controllers that new devices need, where the machine has none of the type. */
function addControllersOf(devices: XmlElement, wanted: XmlElement): void {
  for (const controller of wanted.elements("controller")) {
    const type = controller.attribute("type");
    const same = devices.elements("controller").filter((one) => one.attribute("type") === type);
    const real = same.filter((one) => one.attribute("model") !== "none");
    if (controller.attribute("model") === "none" || real.length > 0) continue;
    for (const none of same) devices.remove(none);
    devices.children.push(controller.clone());
  }
}

function editBoot(domain: XmlElement, generated: XmlElement, definition: MachineDefinition): void {
  const [os, wanted] = [part(domain, "os"), part(generated, "os")];
  for (const name of ["kernel", "initrd", "cmdline"]) replace(os, name, wanted.find(name));
  for (const element of os.elements("boot")) os.remove(element);
  os.children.push(...wanted.elements("boot").map((element) => element.clone()));
  const order = definition.boot.order ?? [];
  for (const kind of ["disk", "interface"] as const) {
    for (const element of part(domain, "devices").elements(kind)) {
      const before = element.find("boot");
      if (before) element.remove(before);
      const at = order.indexOf(`${kind}:${deviceKey(element, aliasKinds[kind])}`);
      if (at >= 0) element.children.push(new XmlElement("boot", { order: String(at + 1) }));
    }
  }
}
