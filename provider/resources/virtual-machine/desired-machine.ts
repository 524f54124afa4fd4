import { WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord, known } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { networksOf } from "../../drivers/hypervisor";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition, MachineState } from "../../drivers/model";
import type { Run } from "../../lifecycle/definition";
import { markOf, splitVolumeId } from "../common";
import { entries, madeWithMachine } from "./derive";

export type MachineRun = Run<MachineState>;

const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** The definition that the inputs ask for, with every reference resolved to a path or a name on the host. */
export async function definitionOf(run: MachineRun, seedPath: string | undefined): Promise<MachineDefinition> {
  const { inputs } = run;
  const [disks, interfaces, kernel, initrd] = await Promise.all([
    Promise.all(entries(inputs.disks).map(([key, disk]) => diskOf(run, key, disk))),
    Promise.all(entries(inputs.interfaces).map(([key, nic]) => interfaceOf(run, key, nic))),
    pathOf(run, asRecord(inputs.boot).kernel),
    pathOf(run, asRecord(inputs.boot).initrd),
  ]);
  disks.sort((a, b) => a.target.length - b.target.length || (a.target < b.target ? -1 : 1));
  if (seedPath)
    disks.push({
      key: "seed",
      device: "disk",
      path: seedPath,
      format: "raw",
      bus: "virtio",
      target: "vdz",
      readonly: true,
    });
  const cpu = asRecord(inputs.cpu);
  const boot = asRecord(inputs.boot);
  const graphics = isRecord(inputs.graphics) ? inputs.graphics : undefined;
  const patch = isRecord(inputs.xml) ? inputs.xml : undefined;
  return {
    uuid: String(inputs.uuid),
    name: String(inputs.name),
    mark: markOf(run),
    description: text(inputs.description),
    metadata: asRecord<string>(inputs.metadata),
    vcpus: Number(inputs.vcpus),
    maxVcpus: Number(inputs.maxVcpus),
    memory: sizeInBytes(String(inputs.memory)),
    maxMemory: sizeInBytes(String(inputs.maxMemory)),
    cpu: {
      mode: (cpu.mode ?? "default") as MachineDefinition["cpu"]["mode"],
      model: text(cpu.model),
      features: cpu.features as Record<string, string> | undefined,
    },
    machineType: text(inputs.machineType),
    firmware: inputs.firmware as "bios" | "uefi",
    boot: { order: bootOrder(run, boot.order), kernel, initrd, cmdline: text(boot.cmdline) },
    disks,
    interfaces,
    hotplugSlots: Number(inputs.hotplugSlots),
    graphics: graphics && {
      type: (graphics.type ?? "vnc") as "vnc" | "spice",
      listen: String(graphics.listen ?? "127.0.0.1"),
      port: graphics.port as number | undefined,
      password: text(graphics.password),
      // The password of an adopted machine's display can't be read, so it is kept if the program does not set `graphics`.
      ...(run.given.graphics === undefined ? { keepPassword: true } : {}),
      keymap: text(graphics.keymap),
    },
    video: text(inputs.video),
    serial: inputs.serial === true,
    guestAgent: inputs.guestAgent === true,
    rng: inputs.rng === true,
    clock: inputs.clock as "utc" | "localtime",
    patch: patch && {
      set: patch.set as Record<string, string> | undefined,
      remove: patch.remove as string[] | undefined,
    },
    others: othersDevices(run),
  };
}

/**
 * Keys of devices that are or were this resource's own. The state remembers them under `__devices`, where a run that
 * failed between two of them has put new inputs in the place of the old.
 */
export function ownKeys(run: MachineRun, field: "disks" | "interfaces"): Set<string> {
  const remembered = isRecord(run.made.__devices) ? run.made.__devices[field] : undefined;
  const keys = [run.inputs[field], run.previous?.[field]].flatMap((value) =>
    isRecord(value) ? Object.keys(value) : [],
  );
  return new Set(["seed", ...keys, ...(Array.isArray(remembered) ? remembered.map(String) : [])]);
}

/** Keys of devices that somebody else has plugged in: they stay, and are no drift. */
function othersDevices(run: MachineRun): { disks: string[]; interfaces: string[] } {
  const stored = run.observed?.stored;
  const others = (field: "disks" | "interfaces") => {
    const own = ownKeys(run, field);
    return (stored?.[field] ?? []).map((device) => device.key).filter((key) => !own.has(key));
  };
  return { disks: others("disks"), interfaces: others("interfaces") };
}

/** Classes of devices, which a definition of others may have in the place of single ones. */
const bootClasses = ["hd", "cdrom", "network", "fd"];

/** Keys of disks and interfaces, as the driver tells them apart. */
export function bootOrder({ inputs, observed }: MachineRun, keys: unknown): string[] | undefined {
  if (!Array.isArray(keys) || keys.length === 0) return undefined;
  const has = (field: "disks" | "interfaces", key: string) =>
    Object.hasOwn(asRecord(inputs[field]), key) || observed?.stored[field].some((device) => device.key === key);
  return keys.map(String).map((key) => {
    if (has("disks", key)) return `disk:${key}`;
    return bootClasses.includes(key) && !has("interfaces", key) ? key : `interface:${key}`;
  });
}

async function diskOf(run: MachineRun, key: string, disk: Inputs): Promise<DiskDefinition> {
  const cdrom = disk.device === "cdrom";
  const { path, format } = cdrom
    ? { path: await pathOf(run, disk.iso), format: "raw" as const }
    : madeWithMachine(disk)
      ? {
          path: await run.hypervisor.volumes.pathOf({ pool: String(disk.pool), name: String(disk.volumeName) }),
          format: disk.format as "qcow2" | "raw",
        }
      : await existing(run, String(disk.volume));
  return {
    key,
    device: cdrom ? "cdrom" : "disk",
    path,
    format,
    bus: disk.bus as DiskDefinition["bus"],
    target: String(disk.target),
    readonly: cdrom || disk.readonly === true,
    serial: text(disk.serial),
    cache: text(disk.cache),
    discard: text(disk.discard),
    io: text(disk.io),
    limits: isRecord(disk.limits) ? (disk.limits as DiskDefinition["limits"]) : undefined,
  };
}

async function interfaceOf(run: MachineRun, key: string, nic: Inputs): Promise<InterfaceDefinition> {
  const source =
    nic.bridge !== undefined
      ? { bridge: String(nic.bridge) }
      : nic.direct !== undefined
        ? { direct: String(nic.direct) }
        : { network: await networkName(run, String(nic.network)) };
  return {
    key,
    mac: String(nic.mac),
    source,
    model: String(nic.model),
    link: nic.link as "up" | "down",
    mtu: nic.mtu as number | undefined,
  };
}

export async function networkName(run: MachineRun, uuid: string): Promise<string> {
  const network = await networksOf(run.hypervisor).find(uuid);
  if (!network) throw new WindroseError("not-found", `the network ${uuid} is not on the host`);
  return network.name;
}

async function existing(run: MachineRun, id: string): Promise<{ path: string; format: "qcow2" | "raw" }> {
  const { pool, name } = splitVolumeId(id);
  const volume = await run.hypervisor.volumes.find(pool, name);
  if (!volume) throw new WindroseError("not-found", `the volume ${name} is not on the host`);
  return { path: volume.path, format: volume.format === "qcow2" ? "qcow2" : "raw" };
}

export async function pathOf(run: MachineRun, reference: unknown): Promise<string | undefined> {
  if (!known<string>(reference)) return undefined;
  return reference.startsWith("/") ? reference : (await existing(run, reference)).path;
}
