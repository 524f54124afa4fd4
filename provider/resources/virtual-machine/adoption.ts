import { WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { type DiskDefinition, type InterfaceDefinition, isPlaceKey, type MachineState } from "../../drivers/model";
import { compare, type Row } from "../../lifecycle/compare";
import { derivedMac, derivedSuffix } from "../../lifecycle/ownership";
import { complete, notGiven } from "../../lifecycle/schema";
import { markOf, sameSize, splitVolumeId } from "../common";
import { derivedVolumeName, entries, firstFree, inOrder, madeWithMachine } from "./derive";
import { type MachineRun, networkName, pathOf } from "./desired-machine";
import { busOf } from "./device-fields";
import { asItIs } from "./drift";
import { fields } from "./fields";
import { isDerivedName, madeVolumes, rememberAdopted } from "./volumes";

/**
 * Taking a machine over that is there already. It loses nothing by that: its devices stay in their places and get the keys of
 * the program, and what the program does not say is as it was found. What would need a restart or another machine is refused
 * before anything is touched, with the values that fit.
 */

/** These always follow the program and its defaults; they are never taken from the machine that is there. */
const notFound = new Set(["running", "paused", "defined"]);

export async function adopt(run: MachineRun, there: MachineState): Promise<MachineState> {
  if (run.inputs.name === undefined) run.inputs.name = there.name;
  const problems: string[] = [];
  const disks = await matchDisks(run, there, problems);
  const interfaces = await matchInterfaces(run, there, problems);
  const renamed = withKeys(there, disks, interfaces);
  run.observed = renamed;
  await settle(run);
  const real = await asItIs(run, run.given);
  const found = notGiven(fields, run.given, real);
  for (const name of Object.keys(found)) if (notFound.has(name)) delete found[name];
  // What is asked for sets its own maximum, unless that is given too.
  if (run.given.memory !== undefined) delete found.maxMemory;
  if (run.given.vcpus !== undefined) delete found.maxVcpus;
  problems.push(...differences(run, real, found));
  if (problems.length > 0) {
    throw new WindroseError(
      "replace-refused",
      `the machine "${there.name}" differs from the program in what can't be changed while it is adopted`,
      {
        hint: `To adopt it as it is: ${problems.join("; ")}.`,
      },
    );
  }
  run.made.__found = found;
  Object.assign(run.inputs, complete(fields, run.given, found));
  run.inputs.name ??= there.name;
  await settle(run);
  await rememberVolumes(run, disks);
  const keys = { disks: keysOf(disks), interfaces: keysOf(interfaces) };
  await run.hypervisor.machines.adopt(there.uuid, markOf(run), keys, run.inputs.machineType);
  return (await run.hypervisor.machines.find(there.uuid)) ?? renamed;
}

/**
 * A machine of ours that the state does not know has its disks already. One that would become another by what is derived now
 * (a Volume that was renamed, a disk that came before others) would be pulled out, or boot as another: it is refused.
 */
export async function refuseOtherDisks(run: MachineRun, there: MachineState): Promise<void> {
  const problems: string[] = [];
  for (const [key, disk] of entries(run.inputs.disks)) {
    const found = there.stored.disks.find((one) => hasKey(one) && one.key === key);
    if (!found || found.device === "cdrom") continue;
    const at = `disks.${key}`;
    if (disk.target !== undefined && disk.target !== found.target)
      problems.push(`set \`${at}.target: "${found.target}"\``);
    const path = await wantedPath(run, disk);
    if (path === undefined || found.path === undefined || path === found.path) continue;
    const volume = await run.hypervisor.volumes.findByPath(found.path);
    const name = volume?.name ?? found.path;
    problems.push(
      madeWithMachine(disk)
        ? `set \`${at}.volumeName: "${name}"\``
        : `give the Volume of \`${at}\` \`volumeName: "${name}"\` and \`adopt: true\``,
    );
  }
  if (problems.length === 0) return;
  throw new WindroseError(
    "replace-refused",
    `the machine "${there.name}" is there with other disks than its program has`,
    {
      hint: `To keep them: ${problems.join("; ")}.`,
    },
  );
}

/** Devices by the keys that they have from now on. */
type Matches<T> = ReadonlyMap<string, T>;

/** The keys that are still to be given, by those that the devices have now. */
function keysOf(matches: Matches<{ key: string }>): Record<string, string> {
  return Object.fromEntries([...matches].flatMap(([key, device]) => (device.key === key ? [] : [[device.key, key]])));
}

function withKeys(
  there: MachineState,
  disks: Matches<DiskDefinition>,
  interfaces: Matches<InterfaceDefinition>,
): MachineState {
  const copy = structuredClone(there);
  for (const side of [copy.stored, ...(copy.running ? [copy.running] : [])]) {
    for (const [key, { target }] of disks) for (const disk of side.disks) if (disk.target === target) disk.key = key;
    for (const [key, { mac }] of interfaces) for (const nic of side.interfaces) if (nic.mac === mac) nic.key = key;
  }
  return copy;
}

/** Whether a device has a key of ours already. */
const hasKey = ({ key }: DiskDefinition | InterfaceDefinition) => !isPlaceKey(key);

/**
 * Which disk of the machine is which of the program: by our alias, by its file, by the target that the program gives; else by
 * its size, where that leaves no doubt.
 */
async function matchDisks(run: MachineRun, there: MachineState, problems: string[]): Promise<Matches<DiskDefinition>> {
  const matches = new Map<string, DiskDefinition>();
  const left = new Set(there.stored.disks.filter((disk) => disk.key !== "seed"));
  const wanted = new Map(inOrder(run.given));
  const match = (key: string, disk: DiskDefinition | undefined) => {
    if (!disk) return;
    matches.set(key, disk);
    left.delete(disk);
    wanted.delete(key);
  };
  for (const key of [...wanted.keys()])
    match(
      key,
      [...left].find((disk) => hasKey(disk) && disk.key === key),
    );
  for (const [key, disk] of [...wanted]) {
    const path = await wantedPath(run, disk);
    if (path !== undefined)
      match(
        key,
        [...left].find((one) => one.path === path),
      );
  }
  for (const [key, { target }] of [...wanted])
    if (target !== undefined)
      match(
        key,
        [...left].find((one) => one.target === target),
      );
  // One that the program names by its file is another, which is plugged in beside those that are there.
  const unnamed = [...wanted].filter(([, disk]) => disk.volumeName === undefined && disk.volume === undefined);
  const pairs: [string, DiskDefinition][] = [];
  for (const [key, disk] of unnamed)
    for (const one of left) if (!hasKey(one) && (await mayBe(run, disk, one))) pairs.push([key, one]);
  for (const [key, disk] of unnamed) {
    const candidates = [...left].filter((one) => one.device === (disk.device ?? "disk") && !hasKey(one));
    if (candidates.length === 0) continue;
    const [only, ...others] = pairs.filter(([other]) => other === key);
    const rivals = pairs.filter(([other, one]) => one === only?.[1] && other !== key);
    if (only && others.length === 0 && rivals.length === 0) match(key, only[1]);
    else {
      const names = await Promise.all(candidates.map((one) => nameOf(run, one)));
      const what = disk.device === "cdrom" ? "`target`" : "`volumeName` or `target`";
      problems.push(`set the ${what} of \`disks.${key}\` to one of: ${names.sort().join(", ")}`);
    }
  }
  for (const [key, disk] of wanted) {
    if (disk.target !== undefined && there.stored.disks.some((one) => one.target === disk.target))
      problems.push(`\`disks.${key}.target\` is another disk's, choose a free one`);
    if (!madeWithMachine(disk) || disk.volumeName === undefined || disk.size !== undefined || disk.image !== undefined)
      continue;
    if (!(await run.hypervisor.volumes.find(String(disk.pool), String(disk.volumeName))))
      problems.push(
        `\`disks.${key}.volumeName\` is not a file of its pool, and without \`size\` or \`image\` none can be made`,
      );
  }
  for (const [key, there] of matches) {
    const disk = asRecord(run.inputs.disks?.[key]);
    if (madeWithMachine(disk)) problems.push(...(await volumeProblems(run, key, disk, there)));
    else if (disk.volume !== undefined && (await wantedPath(run, disk)) !== there.path)
      problems.push(
        `\`disks.${key}.volume\` must be its file (${await nameOf(run, there)}): a Volume with \`adopt: true\` and that \`volumeName\``,
      );
  }
  return matches;
}

/** Whether a disk may be the one of the program, by what that says. */
async function mayBe(run: MachineRun, disk: Inputs, there: DiskDefinition): Promise<boolean> {
  if (there.device !== (disk.device ?? "disk")) return false;
  if (there.device === "cdrom" || typeof disk.size !== "string") return true;
  const volume = there.path === undefined ? undefined : await run.hypervisor.volumes.findByPath(there.path);
  return volume !== undefined && sameSize(volume.capacity, sizeInBytes(disk.size));
}

async function nameOf(run: MachineRun, { path, target }: DiskDefinition): Promise<string> {
  const volume = path === undefined ? undefined : await run.hypervisor.volumes.findByPath(path);
  return `${target}: ${volume ? `"${volume.name}"` : (path ?? "no file")}`;
}

async function wantedPath(run: MachineRun, disk: Inputs): Promise<string | undefined> {
  if (disk.device === "cdrom") return pathOf(run, disk.iso);
  if (disk.volume !== undefined) return pathOf(run, disk.volume);
  if (disk.volumeName === undefined) return undefined;
  return run.hypervisor.volumes.pathOf({ pool: String(disk.pool), name: String(disk.volumeName) });
}

/** A disk that is taken over must be a file of the pool and of the format that the program names. */
async function volumeProblems(run: MachineRun, key: string, disk: Inputs, there: DiskDefinition): Promise<string[]> {
  const at = `disks.${key}`;
  const volume = there.path === undefined ? undefined : await run.hypervisor.volumes.findByPath(there.path);
  if (!volume)
    return [
      `\`${at}\` is ${there.path ?? "no file"}, which is in no storage pool: add a StoragePool whose \`path\` is its directory, and use it as \`${at}.pool\``,
    ];
  const problems: string[] = [];
  if (volume.pool !== disk.pool) {
    const pool = await run.hypervisor.pools.find(volume.pool);
    problems.push(`\`${at}.pool\` must be the pool "${pool?.name ?? volume.pool}", where ${volume.name} is`);
  }
  if (disk.volumeName !== undefined && disk.volumeName !== volume.name)
    problems.push(
      `set \`${at}.volumeName: "${volume.name}"\`, which is its file, or give the other file a key of its own`,
    );
  if (there.format !== disk.format) problems.push(`set \`${at}.format: "${there.format}"\``);
  return problems;
}

/** By our alias, by its MAC address; else the only one on both sides that is plugged into the same. */
async function matchInterfaces(
  run: MachineRun,
  there: MachineState,
  problems: string[],
): Promise<Matches<InterfaceDefinition>> {
  const matches = new Map<string, InterfaceDefinition>();
  const left = new Set(there.stored.interfaces);
  const wanted = new Map(entries(run.given.interfaces));
  const match = (key: string, nic: InterfaceDefinition | undefined) => {
    if (!nic) return;
    matches.set(key, nic);
    left.delete(nic);
    wanted.delete(key);
  };
  for (const key of [...wanted.keys()])
    match(
      key,
      [...left].find((nic) => hasKey(nic) && nic.key === key),
    );
  for (const [key, { mac }] of [...wanted])
    if (mac !== undefined)
      match(
        key,
        [...left].find((nic) => nic.mac === mac),
      );
  const sources = new Map<string, string>();
  for (const [key, nic] of wanted) if (nic.mac === undefined) sources.set(key, await sourceOf(run, nic));
  for (const [key, source] of sources) {
    const candidates = [...left].filter((nic) => JSON.stringify(nic.source) === source && !hasKey(nic));
    const rivals = [...sources.values()].filter((other) => other === source);
    if (candidates.length === 1 && rivals.length === 1) match(key, candidates[0]);
    else if (candidates.length > 0)
      problems.push(`set \`interfaces.${key}.mac\` to one of: ${candidates.map((nic) => nic.mac).join(", ")}`);
  }
  return matches;
}

async function sourceOf(run: MachineRun, nic: Inputs): Promise<string> {
  if (nic.bridge !== undefined) return JSON.stringify({ bridge: nic.bridge });
  if (nic.direct !== undefined) return JSON.stringify({ direct: nic.direct });
  return JSON.stringify({ network: await networkName(run, String(nic.network)) });
}

/** What the program gives and the machine does not have, and that is not changed while it runs, or never. */
function differences(run: MachineRun, real: Inputs, found: Inputs): string[] {
  const { given } = run;
  const names = Object.keys(real).filter((name) => (given as Inputs)[name] !== undefined);
  const olds = { ...given, ...Object.fromEntries(names.map((name) => [name, real[name]])) };
  const rows = compare(fields, olds, given, run.hypervisor.features, { __found: found });
  const runs = run.observed!.running !== undefined;
  const mayRestart = complete(fields, given).restart !== "refuse";
  const refused = rows.filter(
    (row) => row.refuse !== undefined || row.effect === "replace" || (row.effect === "restart" && runs && !mayRestart),
  );
  return refused.map(describe);
}

function describe({ path, old, effect }: Row): string {
  const set = old === undefined ? `leave \`${path}\` out` : `set \`${path}: ${short(old)}\``;
  return effect === "restart" ? `${set}, or \`restart\` to "defer" or "now"` : set;
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : "as `virsh dumpxml` shows it";
}

/** Whoever made a file keeps it when the machine is deleted. What this stack made itself, under a state that is lost, is its own. */
async function rememberVolumes(run: MachineRun, disks: Matches<DiskDefinition>): Promise<void> {
  const { project, stack } = run.context;
  const mark = run.observed!.stored.mark;
  const ours = mark?.project === project && mark.stack === stack;
  for (const key of disks.keys()) {
    const disk = asRecord(run.inputs.disks?.[key]);
    if (!madeWithMachine(disk)) continue;
    const id = `${disk.pool}/${disk.volumeName}`;
    if (ours && isDerivedName(run, key, String(disk.volumeName))) madeVolumes(run)[key] = id;
    else rememberAdopted(run, id);
  }
}

/**
 * Names of devices that the program leaves to the host: as the machine has them; else as earlier runs made them; else
 * derived as `check` derives them.
 */
export async function settle(run: MachineRun): Promise<void> {
  const { inputs, context, observed } = run;
  const disks = inOrder(inputs);
  const used = new Set([
    ...disks.map(([, disk]) => disk.target),
    ...(observed?.stored.disks ?? []).map((one) => one.target),
  ]);
  for (const [key, disk] of disks) {
    const there = observed?.stored.disks.find((one) => one.key === key);
    if (disk.target === undefined) {
      disk.target = there?.target ?? firstFree(busOf(disk) === "virtio" ? "vd" : "sd", used);
      used.add(disk.target);
    }
    if (disk.volumeName !== undefined || !madeWithMachine(disk)) continue;
    disk.volumeName = (await fileOf(run, key, there)) ?? derivedName(run, key, disk);
  }
  for (const [key, nic] of entries(inputs.interfaces)) {
    nic.mac ??=
      observed?.stored.interfaces.find((one) => one.key === key)?.mac ??
      derivedMac(context.project, context.stack, context.name, key);
  }
}

async function fileOf(run: MachineRun, key: string, there: DiskDefinition | undefined): Promise<string | undefined> {
  const volume = there?.path === undefined ? undefined : await run.hypervisor.volumes.findByPath(there.path);
  if (volume) return volume.name;
  const made = isRecord(run.made.volumes) ? run.made.volumes[key] : undefined;
  return typeof made === "string" ? splitVolumeId(made).name : undefined;
}

function derivedName({ inputs, given, context }: MachineRun, key: string, disk: Inputs): string {
  const lineage = typeof given.__lineage === "string" ? given.__lineage : inputs.uuid;
  return derivedVolumeName(inputs.name, key, derivedSuffix(lineage, context.urn), disk);
}
