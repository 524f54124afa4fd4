import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { formatSize } from "../../basics/sizes";
import type { MachineDefinition, ReportedMachine } from "../../drivers/model";
import { bootOrder, type MachineRun, pathOf } from "./desired-machine";
import { disksAsTheyAre, interfacesAsTheyAre } from "./drift-devices";

/** The inputs as they really are, of what is seen on the host; the rest stays as the state has it. */
export async function drift(run: MachineRun, stored: Inputs): Promise<Inputs> {
  const real = await asItIs(run, stored);
  // What a patch made of a field is as the program asked for it.
  const patched = asRecord(run.made.__patched);
  for (const field of Object.keys(real)) if (patched[field] === digest(real[field])) delete real[field];
  return real;
}

/** For the state of a machine with a patch: each field of the definition as the update left it, as a digest. */
export async function leftByPatch(run: MachineRun): Promise<Inputs | undefined> {
  if (!isRecord(run.inputs.xml)) return undefined;
  const { running: _running, paused: _paused, autostart: _autostart, ...real } = await asItIs(run, run.inputs);
  return Object.fromEntries(Object.entries(real).map(([field, value]) => [field, digest(value)]));
}

function digest(value: unknown): string {
  const plain = isRecord(value) ? { ...value, password: undefined } : value;
  return createHash("sha256")
    .update(JSON.stringify(plain ?? null))
    .digest("hex")
    .slice(0, 16);
}

/** `given`: the inputs as they are stored, without defaults. */
export async function asItIs(run: MachineRun, given: Inputs): Promise<Inputs> {
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
    hotplugSlots: stored.hotplugSlots,
    running: !off,
    paused: power === "paused",
    autostart,
    cpu: cpuAsItIs(inputs.cpu, stored.cpu),
    boot: await bootAsItIs(run, stored.boot),
    video: stored.video,
    graphics: graphicsAsTheyAre(inputs.graphics, stored.graphics),
  };
  if (inputs.description !== undefined || stored.description) real.description = stored.description;
  if (inputs.metadata !== undefined) real.metadata = stored.metadata;
  // Where none is asked for, the one that it was made with is kept.
  if (inputs.machineType !== undefined) real.machineType = stored.machineType ?? inputs.machineType;
  // A seed that somebody took out: `up` writes it anew, and says so.
  if (isRecord(inputs.cloudInit) && !stored.disks.some((disk) => disk.key === "seed")) real.cloudInit = undefined;
  real.disks = await disksAsTheyAre(run, given.disks, stored.disks);
  real.interfaces = await interfacesAsTheyAre(run, given.interfaces, stored.interfaces);
  for (const field of Object.keys(real)) {
    // An empty map where none was given is no drift.
    if (isRecord(real[field]) && Object.keys(real[field]).length === 0 && (inputs as Inputs)[field] === undefined)
      delete real[field];
  }
  return real;
}

function cpuAsItIs(given: unknown, there: MachineDefinition["cpu"]): Inputs | undefined {
  const asked = asRecord(given);
  const plain = (cpu: Inputs) => [cpu.mode ?? "default", cpu.model, asRecord(cpu.features)];
  if (isDeepStrictEqual(plain(asked), plain({ ...there }))) return isRecord(given) ? given : undefined;
  return { ...there };
}

async function bootAsItIs(run: MachineRun, there: MachineDefinition["boot"]): Promise<Inputs | undefined> {
  const given = run.inputs.boot;
  const asked: Partial<NonNullable<typeof given>> = given ?? {};
  const real: Inputs = { ...asked };
  if (!isDeepStrictEqual(bootOrder(run, asked.order), there.order))
    real.order = there.order?.map((entry) => entry.replace(/^(disk|interface):/, ""));
  for (const name of ["kernel", "initrd"] as const) {
    if (there[name] !== (await pathOf(run, asked[name]).catch(() => there[name]))) real[name] = there[name];
  }
  if (asked.cmdline !== there.cmdline) real.cmdline = there.cmdline;
  return given || Object.values(real).some((value) => value !== undefined) ? real : undefined;
}

/** The password is shown to nobody, and stays as the state has it. */
function graphicsAsTheyAre(given: unknown, there: ReportedMachine["graphics"]): Inputs | undefined {
  if (!there) return undefined;
  const { password: _password, ...shown } = there;
  if (!isRecord(given)) return { ...shown };
  const { password, ...asked } = given;
  const differs = (["type", "listen", "port", "keymap"] as const).filter((name) => asked[name] !== shown[name]);
  return {
    ...asked,
    ...Object.fromEntries(differs.map((name) => [name, shown[name]])),
    ...(password === undefined ? {} : { password }),
  };
}
