import { hasCode } from "../../errors";
import type { DiskDefinition, InterfaceDefinition } from "../../hypervisors/model";
import { known } from "../../lifecycle";
import { type Inputs, isRecord } from "../../schema";
import { sizeInBytes as bytes, formatSize } from "../../sizes";
import { sameSize, splitVolumeId } from "../common";
import { type MachineRun, networkName } from "./definition";
import { entries, madeWithMachine } from "./derive";

/** The inputs as they really are, of what is seen on the host; the rest stays as the state has it. */
export async function drift(run: MachineRun): Promise<Inputs> {
  const { inputs } = run;
  const { stored, power, autostart, name } = run.observed!;
  const off = power === "shutoff" || power === "crashed";
  const real: Inputs = {
    name,
    vcpus: stored.vcpus,
    maxVcpus: stored.maxVcpus,
    memory: formatSize(stored.memory),
    maxMemory: formatSize(stored.maxMemory),
    firmware: stored.firmware,
    clock: stored.clock,
    serial: stored.serial,
    guestAgent: stored.guestAgent,
    rng: stored.rng,
    running: !off,
    paused: power === "paused",
    autostart,
  };
  if (inputs.description !== undefined || stored.description) real.description = stored.description;
  if (inputs.metadata !== undefined) real.metadata = stored.metadata;
  if (isRecord(inputs.boot)) {
    const boot: Inputs = { ...inputs.boot };
    if (boot.cmdline !== undefined) boot.cmdline = stored.boot.cmdline;
    real.boot = boot;
  }
  real.disks = await disks(run, stored.disks);
  real.interfaces = await interfaces(run, stored.interfaces);
  for (const field of Object.keys(real)) {
    // An empty map where none was given is no drift.
    if (isRecord(real[field]) && Object.keys(real[field]).length === 0 && inputs[field] === undefined)
      delete real[field];
  }
  return real;
}

async function disks(run: MachineRun, there: DiskDefinition[]): Promise<Inputs> {
  const given = isRecord(run.previous?.disks) ? run.previous.disks : {};
  const found = await Promise.all(
    entries(given).map(async ([key, disk]): Promise<[string, Inputs] | undefined> => {
      const present = there.find((other) => other.key === key);
      if (!present) return undefined;
      const real: Inputs = { ...disk };
      if (disk.bus !== undefined || present.bus !== "virtio") real.bus = present.bus;
      if (disk.cache !== undefined || present.cache !== undefined) real.cache = present.cache;
      if (disk.serial !== undefined || present.serial !== undefined) real.serial = present.serial;
      if (madeWithMachine(disk)) {
        const { pool, name } = splitVolumeId(`${disk.pool}/${disk.volumeName}`);
        const volume = await run.hypervisor.volumes.find(pool, name);
        if (!volume) return undefined;
        if (known<string>(disk.size) && !sameSize(volume.capacity, bytes(disk.size)))
          real.size = formatSize(volume.capacity);
      }
      return [key, real];
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}

async function interfaces(run: MachineRun, there: InterfaceDefinition[]): Promise<Inputs> {
  const given = isRecord(run.previous?.interfaces) ? run.previous.interfaces : {};
  const found = await Promise.all(
    entries(given).map(async ([key, nic]): Promise<[string, Inputs] | undefined> => {
      const present = there.find((other) => other.key === key);
      if (!present) return undefined;
      const real: Inputs = { ...nic, mac: present.mac };
      if (nic.model !== undefined || present.model !== "virtio") real.model = present.model;
      if (nic.link !== undefined || present.link !== "up") real.link = present.link;
      if (nic.network !== undefined) {
        const name = await networkName(run, String(nic.network)).catch((error: unknown) => {
          if (hasCode(error, "not-found")) return undefined;
          throw error;
        });
        // Plugged into another network: the other's name shows, and `up` plugs it back.
        if (!("network" in present.source) || present.source.network !== name)
          real.network = Object.values(present.source)[0];
      }
      return [key, real];
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}
