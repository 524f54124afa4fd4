import { isDeepStrictEqual } from "node:util";
import { WindroseError } from "../../basics/errors";
import { isRecord } from "../../basics/record";
import { isPluggable } from "../../drivers/features";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition, ReportedMachine } from "../../drivers/model";
import { owes } from "../../lifecycle/lifecycle";
import { firstFree } from "./derive";
import { type MachineRun, ownKeys } from "./desired-machine";

/** What of a disk changes on the running machine; the rest goes with the definition. */
const liveDisk = (disk: DiskDefinition) => [disk.path, disk.limits ?? {}];

/** Plugs disks and interfaces in and out, on the stored definition and, where it runs, on the machine. */
export async function syncDevices(run: MachineRun, wanted: MachineDefinition): Promise<void> {
  const { machines } = run.hypervisor;
  const { uuid, stored, running } = run.observed!;
  const there = [stored, ...(running ? [running] : [])];

  const own = { disks: ownKeys(run, "disks"), interfaces: ownKeys(run, "interfaces") };
  run.made.__devices = { disks: [...own.disks].sort(), interfaces: [...own.interfaces].sort() };

  for (const disk of wanted.disks) refuseTakenTarget(disk, there, own.disks);

  await syncDisks(run, wanted, there, own.disks);
  await syncInterfaces(run, wanted, there, own.interfaces);
  // The devices now match the inputs, which name the owned ones from here on: `__devices` is no longer needed.
  delete run.made.__devices;
  const password = wanted.graphics?.password;
  const before = isRecord(run.previous?.graphics) ? run.previous.graphics.password : undefined;
  // One that was defined just now has it in its definition.
  const shown = run.found === false ? undefined : (running ?? stored).graphics?.type;
  if (wanted.graphics && shown === wanted.graphics.type && (password !== before || owes(run, "devices")))
    await machines.setGraphicsPassword(uuid, wanted.graphics);
}

/** A target that `check` chose may be that of a disk which somebody else has plugged in meanwhile. */
function refuseTakenTarget(disk: DiskDefinition, there: readonly ReportedMachine[], own: ReadonlySet<string>): void {
  const others = there.flatMap((definition) => definition.disks.filter(({ key }) => !own.has(key)));
  if (!others.some(({ target }) => target === disk.target)) return;
  const taken = new Set(there.flatMap((definition) => definition.disks.map(({ target }) => target)));
  const free = firstFree(disk.target.slice(0, 2), taken);
  throw new WindroseError(
    "in-use",
    `the disk "${disk.key}" is to be ${disk.target}, where the machine has another disk already, which this program did not add`,
    {
      hint: `Set \`disks.${disk.key}.target: "${free}"\`.`,
    },
  );
}

/** What of an interface can't be changed while it is plugged in. */
const fixed = (nic: InterfaceDefinition) => [nic.mac, nic.model, nic.mtu, Object.keys(nic.source)[0]];

/** Where the driver plugs none into a running machine, they go with the definition and wait for its restart. */
async function syncInterfaces(
  run: MachineRun,
  wanted: MachineDefinition,
  there: readonly ReportedMachine[],
  own: ReadonlySet<string>,
): Promise<void> {
  const { machines, features } = run.hypervisor;
  const { uuid } = run.observed!;
  if (!features.live.interfaces) return;
  for (const key of new Set(there.flatMap((definition) => definition.interfaces.map((nic) => nic.key)))) {
    if (own.has(key) && !wanted.interfaces.some((nic) => nic.key === key))
      await machines.detachInterface(uuid, key, run.context);
  }
  for (const nic of wanted.interfaces) {
    if (!own.has(nic.key)) continue;
    const present = there.map((definition) => definition.interfaces.find((other) => other.key === nic.key));
    const other = present.some((found) => found && !isDeepStrictEqual(fixed(found), fixed(nic)));
    if (other) await machines.detachInterface(uuid, nic.key, run.context);
    if (other || present.some((found) => !found)) await machines.attachInterface(uuid, nic);
    else if (present.some((found) => !isDeepStrictEqual([found!.source, found!.link], [nic.source, nic.link])))
      await machines.updateInterface(uuid, nic);
  }
}

async function syncDisks(
  run: MachineRun,
  wanted: MachineDefinition,
  there: readonly ReportedMachine[],
  own: ReadonlySet<string>,
): Promise<void> {
  const { machines, features } = run.hypervisor;
  const { uuid, running } = run.observed!;
  if (features.live.diskBuses.length === 0) return;
  // What a running machine can't take or give goes with the definition, and waits for its restart.
  const waits = (disk: DiskDefinition | undefined) => running && disk && !isPluggable(features, disk);
  for (const key of new Set(there.flatMap((definition) => definition.disks.map((disk) => disk.key)))) {
    if (!own.has(key) || key === "seed" || wanted.disks.some((disk) => disk.key === key)) continue;
    if (!waits(running?.disks.find((disk) => disk.key === key))) await machines.detachDisk(uuid, key, run.context);
  }
  for (const disk of wanted.disks) {
    if (disk.key === "seed" || !own.has(disk.key)) continue;
    const present = there.map((definition) => definition.disks.find((other) => other.key === disk.key));
    const other = present.some((found) => found && found.device === "disk" && found.path !== disk.path);
    if ((other || present.some((found) => !found)) && (waits(disk) || present.some(waits))) continue;
    if (other) await machines.detachDisk(uuid, disk.key, run.context);
    if (other || present.some((found) => !found)) await machines.attachDisk(uuid, disk);
    else if (
      (disk.device === "cdrom" ? features.live.media : features.live.diskLimits) &&
      present.some((found) => !isDeepStrictEqual(liveDisk(found!), liveDisk(disk)))
    )
      await machines.updateDisk(uuid, disk);
  }
}
