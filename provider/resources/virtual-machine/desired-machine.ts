import { WindroseError } from "../../basics/errors";
import { asRecord, isRecord, known } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { networksOf } from "../../drivers/hypervisor";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition, MachineState } from "../../drivers/model";
import type { Run } from "../../lifecycle/definition";
import { markOf, splitVolumeId } from "../common";
import type { DiskInputs, InterfaceInputs, MachineInputs } from "./fields";

export type MachineRun = Run<MachineState, MachineInputs>;

/** The definition that the inputs ask for, with every reference resolved to a path or a name on the host. */
export async function definitionOf(run: MachineRun, seedPath: string | undefined): Promise<MachineDefinition> {
  const { inputs } = run;
  const { boot, cpu, graphics, xml } = inputs;
  const [disks, interfaces, kernel, initrd] = await Promise.all([
    Promise.all(Object.entries(inputs.disks ?? {}).map(([key, disk]) => diskOf(run, key, disk))),
    Promise.all(Object.entries(inputs.interfaces ?? {}).map(([key, nic]) => interfaceOf(run, key, nic))),
    pathOf(run, boot?.kernel),
    pathOf(run, boot?.initrd),
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
  return {
    uuid: inputs.uuid,
    name: inputs.name,
    mark: markOf(run),
    description: inputs.description,
    metadata: inputs.metadata ?? {},
    vcpus: inputs.vcpus,
    maxVcpus: inputs.maxVcpus,
    memory: sizeInBytes(inputs.memory),
    maxMemory: sizeInBytes(inputs.maxMemory),
    cpu: { mode: cpu?.mode ?? "default", model: cpu?.model, features: cpu?.features },
    machineType: inputs.machineType,
    firmware: inputs.firmware,
    boot: { order: bootOrder(run, boot?.order), kernel, initrd, cmdline: boot?.cmdline },
    disks,
    interfaces,
    hotplugSlots: inputs.hotplugSlots,
    graphics: graphics && {
      type: graphics.type,
      listen: graphics.listen,
      port: graphics.port,
      password: graphics.password,
      // The password of an adopted machine's display can't be read, so it is kept if the program does not set `graphics`.
      ...(run.given.graphics === undefined ? { keepPassword: true } : {}),
      keymap: graphics.keymap,
    },
    video: inputs.video,
    serial: inputs.serial,
    guestAgent: inputs.guestAgent,
    rng: inputs.rng,
    clock: inputs.clock,
    patch: xml && { set: xml.set, remove: xml.remove },
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
export function bootOrder({ inputs, observed }: MachineRun, keys: readonly string[] | undefined): string[] | undefined {
  if (keys === undefined || keys.length === 0) return undefined;
  const has = (field: "disks" | "interfaces", key: string) =>
    Object.hasOwn(asRecord(inputs[field]), key) || observed?.stored[field].some((device) => device.key === key);
  return keys.map((key) => {
    if (has("disks", key)) return `disk:${key}`;
    return bootClasses.includes(key) && !has("interfaces", key) ? key : `interface:${key}`;
  });
}

async function diskOf(run: MachineRun, key: string, disk: DiskInputs): Promise<DiskDefinition> {
  const cdrom = disk.device === "cdrom";
  const { path, format } = cdrom
    ? { path: await pathOf(run, disk.iso), format: "raw" as const }
    : disk.volume === undefined
      ? {
          path: await run.hypervisor.volumes.pathOf({ pool: String(disk.pool), name: disk.volumeName }),
          format: disk.format,
        }
      : await existing(run, disk.volume);
  return {
    key,
    device: disk.device,
    path,
    format,
    bus: disk.bus,
    target: disk.target,
    readonly: cdrom || disk.readonly,
    serial: disk.serial,
    cache: disk.cache,
    discard: disk.discard,
    io: disk.io,
    limits: disk.limits,
  };
}

async function interfaceOf(run: MachineRun, key: string, nic: InterfaceInputs): Promise<InterfaceDefinition> {
  const source =
    nic.bridge !== undefined
      ? { bridge: nic.bridge }
      : nic.direct !== undefined
        ? { direct: nic.direct }
        : { network: await networkName(run, String(nic.network)) };
  return { key, mac: nic.mac, source, model: nic.model, link: nic.link, mtu: nic.mtu };
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
