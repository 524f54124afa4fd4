import { WindroseError } from "../../../basics/errors";
import {
  type DiskDefinition,
  type DiskLimits,
  type GraphicsDefinition,
  type InterfaceDefinition,
  type MachineDefinition,
  type MachineFile,
  placeKey,
  type ReportedMachine,
} from "../../model";
import { parseXml, type XmlElement } from "../xml";
import { deviceKey } from "./device-key";
import { filesIn } from "./left-files";
import { machineFamily } from "./machine-type";
import { type Asked, findMetadata, readMetadata } from "./metadata";
import { freePorts, hasRootPorts } from "./ports";
import { defaultVideo, emulatedModes, limitNames } from "./view";

/** Binary and decimal units of libvirt's memory elements (`virScaleInteger`, src/util/virutil.c). */
const units: ReadonlyMap<string, number> = new Map([
  ["b", 1],
  ["bytes", 1],
  ["KB", 1e3],
  ["k", 2 ** 10],
  ["KiB", 2 ** 10],
  ["MB", 1e6],
  ["M", 2 ** 20],
  ["MiB", 2 ** 20],
  ["GB", 1e9],
  ["G", 2 ** 30],
  ["GiB", 2 ** 30],
  ["TB", 1e12],
  ["T", 2 ** 40],
  ["TiB", 2 ** 40],
]);

function protocol(why: string): WindroseError {
  return new WindroseError("protocol", `A machine's definition ${why}`);
}

function count(text: string | undefined, what: string): number {
  const trimmed = text?.trim() ?? "";
  const number = /^[0-9]{1,15}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw protocol(`has no number as its ${what}`);
  return number;
}

function bytes(element: XmlElement | undefined, what: string): number {
  const unit = units.get(element?.attribute("unit") ?? "KiB");
  if (unit === undefined) throw protocol(`has an unknown unit in its ${what}`);
  return count(element?.text(), what) * unit;
}

/** A value that is given only where there is one, so that what reads back has no fields that nobody wrote. */
function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== "")) as T;
}

export function readDisk(element: XmlElement): DiskDefinition {
  const device = element.attribute("device") ?? "disk";
  const source = element.find("source");
  const limits: DiskLimits = {};
  for (const [field, name] of limitNames) {
    const text = element.text(`iotune/${name}`);
    const value = text === undefined ? 0 : count(text, "limits");
    if (value > 0) limits[field] = value;
  }
  return present<DiskDefinition>({
    key: deviceKey(element, "disk"),
    device: device as DiskDefinition["device"],
    path: source?.attribute("file") ?? source?.attribute("dev"),
    format: (element.attribute("type", "driver") ?? "raw") as DiskDefinition["format"],
    bus: (element.attribute("bus", "target") ?? "ide") as DiskDefinition["bus"],
    target: element.attribute("dev", "target") ?? "",
    readonly: element.find("readonly") !== undefined,
    serial: element.text("serial"),
    cache: element.attribute("cache", "driver"),
    discard: element.attribute("discard", "driver"),
    io: element.attribute("io", "driver"),
    limits: Object.keys(limits).length > 0 ? limits : undefined,
  });
}

function readSource(element: XmlElement): InterfaceDefinition["source"] {
  const source = element.find("source");
  const network = source?.attribute("network");
  if (network !== undefined) return { network };
  const bridge = source?.attribute("bridge");
  if (bridge !== undefined) return { bridge };
  return { direct: source?.attribute("dev") ?? "" };
}

export function readInterface(element: XmlElement): InterfaceDefinition {
  const mac = element.attribute("address", "mac")?.toLowerCase() ?? "";
  const mtu = element.attribute("size", "mtu");
  return present<InterfaceDefinition>({
    key: deviceKey(element, "nic"),
    mac,
    source: readSource(element),
    model: element.attribute("type", "model") ?? "",
    link: element.attribute("state", "link") === "down" ? "down" : "up",
    mtu: mtu === undefined ? undefined : count(mtu, "MTU"),
  });
}

/** Devices that the model knows; a `lun` or a floppy is none of them. */
function diskElements(domain: XmlElement): XmlElement[] {
  return domain
    .all("devices/disk")
    .filter((element) => ["disk", "cdrom"].includes(element.attribute("device") ?? "disk"));
}

function readGraphics(element: XmlElement): GraphicsDefinition {
  const port = element.attribute("port");
  const fixed = element.attribute("autoport") !== "yes" && port !== undefined && port !== "-1";
  return present<GraphicsDefinition>({
    type: element.attribute("type") as GraphicsDefinition["type"],
    listen: element.attribute("address", "listen") ?? element.attribute("listen") ?? "",
    port: fixed ? count(port, "port") : undefined,
    password: element.attribute("passwd"),
    keymap: element.attribute("keymap"),
  });
}

const modelledGraphics = new Set(["vnc", "spice"]);

function readDisplay(element: XmlElement): ReportedMachine["display"] {
  const { type, listen } = readGraphics(element);
  const port = Number(element.attribute("port"));
  return present({ type, listen, port: Number.isInteger(port) && port > 0 ? port : undefined });
}

function readCpu(domain: XmlElement): MachineDefinition["cpu"] {
  const element = domain.find("cpu");
  const mode = element?.attribute("mode");
  if (!element || !mode) return { mode: "default" };
  const features = element
    .elements("feature")
    .map((feature): [string, string] => [feature.attribute("name") ?? "", feature.attribute("policy") ?? "require"]);
  const model = mode === "custom" ? element.text("model") : undefined;
  return present<MachineDefinition["cpu"]>({
    mode: mode as MachineDefinition["cpu"]["mode"],
    model,
    features: features.length > 0 ? Object.fromEntries(features) : undefined,
  });
}

export function sameCpu(one: MachineDefinition["cpu"], other: MachineDefinition["cpu"]): boolean {
  // Only the mode custom takes a model.
  const plain = (cpu: MachineDefinition["cpu"]) =>
    JSON.stringify([
      cpu.mode,
      cpu.mode === "custom" ? (cpu.model ?? "") : "",
      Object.entries(cpu.features ?? {}).sort(),
    ]);
  return plain(one) === plain(other);
}

/** The CPU as it was asked for, where the stored one is what libvirt keeps of that. */
function reportedCpu(domain: XmlElement, asked: Asked | undefined, running: boolean): MachineDefinition["cpu"] {
  const found = readCpu(domain);
  if (!asked?.cpu) return found;
  // Nobody changes the CPU of a running machine, and libvirt shows there what it was made into.
  if (running || sameCpu(found, asked.cpu)) return asked.cpu;
  if (asked.cpu.mode !== "default") return found;
  const defaults = domain.attribute("type") === "kvm" ? (["host-passthrough"] as const) : emulatedModes;
  return defaults.some((mode) => sameCpu(found, { ...asked.cpu, mode })) ? asked.cpu : found;
}

function reportedMachineType(domain: XmlElement, asked: Asked | undefined): string | undefined {
  const exact = domain.attribute("machine", "os/type");
  if (exact === undefined || asked === undefined) return exact;
  // Whatever was chosen then is kept.
  if (asked.machineType === undefined) return undefined;
  const family = machineFamily(asked.machineType) === asked.machineType;
  return family && machineFamily(exact) === asked.machineType ? asked.machineType : exact;
}

function reportedBoot(domain: XmlElement, asked: Asked | undefined): MachineDefinition["boot"] {
  const classes = domain.all("os/boot").map((element) => element.attribute("dev") ?? "");
  const devices: { order: number; entry: string }[] = [];
  const add = (element: XmlElement, entry: string) => {
    const order = element.attribute("order", "boot");
    if (order !== undefined) devices.push({ order: count(order, "boot order"), entry });
  };
  for (const element of diskElements(domain)) add(element, `disk:${readDisk(element).key}`);
  for (const element of domain.all("devices/interface")) add(element, `interface:${readInterface(element).key}`);
  let order: string[] | undefined = devices.sort((a, b) => a.order - b.order).map(({ entry }) => entry);
  if (order.length === 0) order = classes;
  // libvirt adds the hard disk by itself where nothing else is said.
  const isDefault = asked ? asked.boot === undefined : true;
  if (order.length === 0 || (isDefault && order.length === 1 && order[0] === "hd")) order = undefined;
  return present<MachineDefinition["boot"]>({
    order,
    kernel: domain.text("os/kernel"),
    initrd: domain.text("os/initrd"),
    cmdline: domain.text("os/cmdline"),
  });
}

function reportedSlots(domain: XmlElement, asked: Asked | undefined): number {
  const type = domain.attribute("machine", "os/type") ?? "";
  const wanted = asked?.hotplugSlots;
  if (!hasRootPorts(type)) return wanted ?? 0;
  // A slot that a device took since is still one of those that were asked for.
  return wanted ?? freePorts(domain);
}

/**
 * Keys of the running machine's devices. One that was adopted has its key in the stored definition, and in the running one
 * with its next start: until then its target or MAC address tells.
 */
export function alignKeys(running: ReportedMachine, stored: ReportedMachine): void {
  for (const disk of running.disks)
    if (disk.key === placeKey(disk.target))
      disk.key = stored.disks.find((one) => one.target === disk.target)?.key ?? disk.key;
  for (const nic of running.interfaces)
    if (nic.key === placeKey(nic.mac)) nic.key = stored.interfaces.find((one) => one.mac === nic.mac)?.key ?? nic.key;
}

function filesOf(domain: XmlElement): MachineFile[] | undefined {
  const files = filesIn(domain);
  return files.length > 0 ? files : undefined;
}

/** A definition's XML in terms of the model. What libvirt fills in by itself reads back as it was asked for. */
export function readMachine(xml: string, running: boolean): ReportedMachine {
  const domain = parseXml(xml, "A machine's definition");
  if (domain.name !== "domain") throw protocol("is none");
  return reportMachine(domain, running);
}

export function reportMachine(domain: XmlElement, running: boolean): ReportedMachine {
  const ours = findMetadata(domain);
  const { mark, entries, asked } = ours ? readMetadata(ours) : { mark: undefined, entries: {}, asked: undefined };
  const maxMemory = bytes(domain.find("memory"), "memory");
  const current = domain.find("currentMemory");
  const maxVcpus = count(domain.text("vcpu"), "vcpu");
  const currentVcpus = domain.attribute("current", "vcpu");
  const graphics = domain
    .all("devices/graphics")
    .find((element) => modelledGraphics.has(element.attribute("type") ?? ""));
  const video = domain.attribute("type", "devices/video/model");
  const uefi = domain.attribute("firmware", "os") === "efi" || domain.attribute("type", "os/loader") === "pflash";
  const channels = domain.all("devices/channel");
  return present<ReportedMachine>({
    uuid: domain.text("uuid")?.trim().toLowerCase() ?? "",
    name: domain.text("name") ?? "",
    mark,
    description: domain.text("description"),
    metadata: entries,
    vcpus: currentVcpus === undefined ? maxVcpus : count(currentVcpus, "vcpu"),
    maxVcpus,
    memory: current ? bytes(current, "memory") : maxMemory,
    maxMemory,
    cpu: reportedCpu(domain, asked, running),
    machineType: reportedMachineType(domain, asked),
    firmware: uefi ? "uefi" : "bios",
    boot: reportedBoot(domain, asked),
    disks: diskElements(domain).map(readDisk),
    interfaces: domain.all("devices/interface").map(readInterface),
    hotplugSlots: reportedSlots(domain, asked),
    graphics: graphics && readGraphics(graphics),
    video: video === defaultVideo && asked && asked.video === undefined ? undefined : video,
    serial: domain.find("devices/serial") !== undefined,
    guestAgent: channels.some((element) => element.attribute("name", "target") === "org.qemu.guest_agent.0"),
    rng: domain.find("devices/rng") !== undefined,
    clock: domain.attribute("offset", "clock") === "localtime" ? "localtime" : "utc",
    patched: asked?.patch,
    display: running && graphics ? readDisplay(graphics) : undefined,
    files: running ? undefined : filesOf(domain),
  });
}
