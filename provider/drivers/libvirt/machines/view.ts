import { WindroseError } from "../../../basics/errors";
import type { DiskDefinition, GraphicsDefinition, InterfaceDefinition, MachineDefinition } from "../../model";
import type { TemplateValue } from "../xml";
import { metadataView } from "./metadata";

/** What the host says about the machines that it can run. */
export interface Virtualization {
  /** `kvm`: the hardware helps; `qemu`: everything is emulated. */
  type: "kvm" | "qemu";
  arch: string;
  /** The CPU modes that its libvirt knows; `maximum` is there since libvirt 7.1. */
  cpuModes: readonly string[];
}

/** libvirt takes no other characters in an alias that is a user's own (src/conf/domain_conf.c). */
const aliasPattern = /^[A-Za-z0-9_-]+$/;

export function deviceAlias(kind: "disk" | "nic", key: string): string {
  if (!aliasPattern.test(key)) {
    throw new WindroseError("invalid-input", `"${key}" can't be the key of a device: letters, digits, - and _ alone`);
  }
  return `ua-${kind}-${key}`;
}

/** Names of the limits in the definition and in `DOMAIN_SET_BLOCK_IO_TUNE`, which are the same but for a suffix. */
export const limitNames = [
  ["totalBytes", "total_bytes_sec"],
  ["readBytes", "read_bytes_sec"],
  ["writeBytes", "write_bytes_sec"],
  ["totalIops", "total_iops_sec"],
  ["readIops", "read_iops_sec"],
  ["writeIops", "write_iops_sec"],
] as const;

type View = Record<string, TemplateValue>;

export function diskView(disk: DiskDefinition, bootOrder?: number): View {
  const block = disk.path?.startsWith("/dev/") ?? false;
  const limits = limitNames.flatMap(([field, name]) => {
    const value = disk.limits?.[field];
    return value ? [{ name, value }] : [];
  });
  return {
    type: block ? "block" : "file",
    sourceAttribute: block ? "dev" : "file",
    device: disk.device,
    format: disk.format,
    cache: disk.cache,
    io: disk.io,
    discard: disk.discard,
    path: disk.path,
    target: disk.target,
    bus: disk.bus,
    limits: limits.length > 0 ? limits : undefined,
    readonly: disk.readonly || disk.device === "cdrom",
    serial: disk.serial,
    bootOrder,
    alias: deviceAlias("disk", disk.key),
  };
}

export function interfaceView(nic: InterfaceDefinition, bootOrder?: number): View {
  const { source } = nic;
  const [type, sourceAttribute, name] =
    "network" in source
      ? ["network", "network", source.network]
      : "bridge" in source
        ? ["bridge", "bridge", source.bridge]
        : ["direct", "dev", source.direct];
  return {
    type,
    sourceAttribute,
    source: name,
    direct: type === "direct",
    mac: nic.mac,
    model: nic.model,
    link: nic.link,
    mtu: nic.mtu,
    bootOrder,
    alias: deviceAlias("nic", nic.key),
  };
}

function graphicsView({ keepPassword: _keepPassword, ...graphics }: GraphicsDefinition): View {
  return graphics;
}

/** What the machine gets where it asks for graphics and names no adapter: every firmware and kernel drives it. */
export const defaultVideo = "vga";

/** Machine types by architecture where none is asked for; elsewhere libvirt's own default. */
const defaultMachineTypes: ReadonlyMap<string, string> = new Map([
  ["x86_64", "q35"],
  ["aarch64", "virt"],
  ["riscv64", "virt"],
]);

/** Classes of devices that firmware can be told to try, in place of single devices (`disk:KEY`, `interface:KEY`). */
const bootClasses = new Set(["hd", "cdrom", "network", "fd"]);

function bootOrders(definition: MachineDefinition): { classes: string[]; devices: ReadonlyMap<string, number> } {
  const order = definition.boot.order ?? [];
  const classes = order.filter((entry) => bootClasses.has(entry));
  const devices = new Map<string, number>();
  for (const entry of order) if (!bootClasses.has(entry)) devices.set(entry, devices.size + 1);
  if (classes.length > 0 && devices.size > 0) {
    throw new WindroseError("invalid-input", "The boot order names single devices and classes of devices together");
  }
  const known = new Set([
    ...definition.disks.map(({ key }) => `disk:${key}`),
    ...definition.interfaces.map(({ key }) => `interface:${key}`),
    ...(definition.others?.disks ?? []).map((key) => `disk:${key}`),
    ...(definition.others?.interfaces ?? []).map((key) => `interface:${key}`),
  ]);
  for (const entry of devices.keys()) {
    if (!known.has(entry)) {
      throw new WindroseError(
        "invalid-input",
        `The boot order names "${entry}"; it takes hd, cdrom, network, fd, or disk:KEY and interface:KEY`,
      );
    }
  }
  return { classes, devices };
}

/**
 * Emulation's `maximum` costs nothing at boot, and newer user lands need more than the qemu64 of 2006. Before it, `host-model`
 * was all that the emulator can do, too.
 */
export const emulatedModes = ["maximum", "host-model"] as const;

function cpuView({ cpu }: MachineDefinition, { type, cpuModes }: Virtualization): View {
  const features = Object.entries(cpu.features ?? {}).map(([name, policy]) => ({ name, policy }));
  const emulated = type === "qemu";
  switch (cpu.mode) {
    case "default":
      if (!emulated) return { mode: "host-passthrough", check: "none", migratable: true, features };
      return { mode: emulatedModes.find((mode) => cpuModes.includes(mode)) ?? "maximum", features };
    case "maximum":
      if (!cpuModes.includes(cpu.mode)) {
        throw new WindroseError("unsupported", "The CPU mode maximum needs libvirt 7.1, and the host's is older", {
          hint: 'Leave `cpu` out, or set a model: `cpu: { mode: "custom", model: "…" }`.',
        });
      }
      return { mode: cpu.mode, features };
    case "host-passthrough":
      if (emulated) {
        throw new WindroseError(
          "unsupported",
          "The CPU mode host-passthrough needs hardware virtualization, which the host does not have",
          { hint: 'Leave `cpu` out, or set a model: `cpu: { mode: "custom", model: "…" }`.' },
        );
      }
      return { mode: cpu.mode, check: "none", migratable: true, features };
    case "custom":
      if (!cpu.model) throw new WindroseError("invalid-input", "The CPU mode custom needs a model");
      // Emulation lacks some features of most models and goes on without them; a check would refuse the start.
      return { mode: cpu.mode, model: cpu.model, check: emulated ? "none" : undefined, features };
    default:
      return { mode: cpu.mode, features };
  }
}

/** The template's values for a whole machine. */
export function machineView(definition: MachineDefinition, virtualization: Virtualization): View {
  const { classes, devices } = bootOrders(definition);
  const { boot, graphics, disks } = definition;
  const tablet = graphics !== undefined;
  return {
    type: virtualization.type,
    arch: virtualization.arch,
    x86: virtualization.arch === "x86_64" || virtualization.arch === "i686",
    name: definition.name,
    uuid: definition.uuid,
    metadata: { ...metadataView(definition), prefix: "windrose:" },
    description: definition.description,
    memory: definition.memory,
    maxMemory: Math.max(definition.maxMemory, definition.memory),
    vcpus: definition.vcpus < definition.maxVcpus ? definition.vcpus : undefined,
    maxVcpus: Math.max(definition.maxVcpus, definition.vcpus),
    uefi: definition.firmware === "uefi",
    machineType: definition.machineType ?? defaultMachineTypes.get(virtualization.arch),
    kernel: boot.kernel,
    initrd: boot.initrd,
    cmdline: boot.cmdline,
    bootDevices: classes,
    cpu: cpuView(definition, virtualization),
    clock: definition.clock,
    disks: disks.map((disk) => diskView(disk, devices.get(`disk:${disk.key}`))),
    interfaces: definition.interfaces.map((nic) => interfaceView(nic, devices.get(`interface:${nic.key}`))),
    usb: tablet || disks.some(({ bus }) => bus === "usb"),
    scsi: disks.some(({ bus }) => bus === "scsi"),
    guestAgent: definition.guestAgent,
    serial: definition.serial,
    tablet,
    graphics: graphics ? [graphicsView(graphics)] : [],
    video: definition.video ?? (graphics ? defaultVideo : undefined),
    rng: definition.rng,
  };
}
