import { isDeepStrictEqual } from "node:util";
import { asRecord, type Inputs, known } from "../../basics/record";
import { sizeInBytes as bytes, formatSize } from "../../basics/sizes";
import { networksOf } from "../../drivers/hypervisor";
import type { DiskDefinition, InterfaceDefinition, NetworkState } from "../../drivers/model";
import { sameSize, splitVolumeId } from "../common";
import { entries, madeWithMachine } from "./derive";
import { type MachineRun, pathOf } from "./desired-machine";

/** Devices as they are. One that is there no more is left out; what somebody else has plugged in is not looked at. */

async function each(
  devices: unknown,
  defaults: unknown,
  real: (key: string, given: Inputs, asked: Inputs) => Promise<Inputs | undefined>,
): Promise<Inputs> {
  // With its defaults, to compare; without them, to keep what was not given not given.
  const complete = asRecord(defaults);
  const found = await Promise.all(
    entries(devices).map(async ([key, given]): Promise<[string, Inputs] | undefined> => {
      const inputs = await real(key, given, { ...given, ...asRecord(complete[key]) });
      return inputs && [key, inputs];
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}

const ofDisk = ["device", "bus", "target", "serial", "cache", "discard", "io"] as const;

export function disksAsTheyAre(run: MachineRun, disks: unknown, there: DiskDefinition[]): Promise<Inputs> {
  return each(disks, run.inputs.disks, async (key, given, asked) => {
    const present = there.find((other) => other.key === key);
    if (!present) return undefined;
    const real: Inputs = { ...given };
    for (const name of ofDisk) if (present[name] !== asked[name]) real[name] = present[name];
    const cdrom = asked.device === "cdrom";
    if (!cdrom && present.readonly !== (asked.readonly === true)) real.readonly = present.readonly;
    if (cdrom && present.path !== (await pathOf(run, asked.iso).catch(() => present.path))) real.iso = present.path;
    const limits = Object.fromEntries(Object.entries(asRecord(asked.limits)).filter(([, value]) => value));
    if (!isDeepStrictEqual(limits, { ...present.limits })) real.limits = { ...present.limits };
    if (!madeWithMachine(asked)) return real;
    const { pool, name } = splitVolumeId(`${asked.pool}/${asked.volumeName}`);
    const volume = await run.hypervisor.volumes.find(pool, name);
    if (!volume) return undefined;
    if (known<string>(asked.size) && !sameSize(volume.capacity, bytes(asked.size)))
      real.size = formatSize(volume.capacity);
    return real;
  });
}

const ofInterface = ["mac", "model", "link", "mtu"] as const;

export function interfacesAsTheyAre(run: MachineRun, nics: unknown, there: InterfaceDefinition[]): Promise<Inputs> {
  return each(nics, run.inputs.interfaces, async (key, given, asked) => {
    const present = there.find((other) => other.key === key);
    if (!present) return undefined;
    const real: Inputs = { ...given };
    for (const name of ofInterface) if (present[name] !== asked[name]) real[name] = present[name];
    const network =
      asked.network === undefined ? undefined : await networksOf(run.hypervisor).find(String(asked.network));
    const wanted: unknown = asked.bridge ?? asked.direct ?? network?.name;
    const [kind, name] = Object.entries(present.source)[0]!;
    const field = (["network", "bridge", "direct"] as const).find((one) => asked[one] !== undefined);
    // Plugged in elsewhere: the other's name shows, and `up` plugs it back.
    if (field && (kind !== field || name !== wanted)) real[field] = name;
    if (known<string>(asked.address) && network && !reserved(network, present.mac, asked.address)) delete real.address;
    return real;
  });
}

function reserved(network: NetworkState, mac: string, address: string): boolean {
  return network.reservations.some((one) => one.mac.toLowerCase() === mac && one.address === address);
}
