import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { connectionProblems } from "../connections";
import { asWindroseError, hasCode } from "../errors";
import type { HypervisorFacts, SystemFacts } from "../hypervisors/model";
import type { Definition, Run } from "../lifecycle";
import { known, refuse } from "../lifecycle";
import { newLineage } from "../ownership";
import { WindroseResource } from "../resource";
import { field, type Inputs, isRecord } from "../schema";
import { formatSize, sizeInBytes } from "../sizes";
import type { HostArgs, HostOutputs } from "./arguments";

const fields = {
  connection: field.of(
    z.union([z.string().min(1).max(1024), z.record(z.string(), z.unknown())]),
    "string | ConnectionArgs",
    "How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used, and never stored.",
    "local",
    { defaultText: "the resource's name" },
  ),
  acceptReplacement: field.text(
    "The id of the machine that stood here before: lets another machine answer in its place.",
    "local",
    { pattern: /^[0-9a-f-]{32,36}$/, says: "must be a machine's id" },
  ),
  requirements: field.group("What the host must have; checked before anything on it is changed.", {
    virtualization: field.choice(
      "`required`: hardware virtualization (KVM); `preferred`: a warning without; `none`: emulation is accepted, 10 to 30 times slower.",
      "live",
      ["required", "preferred", "none"],
      { default: "preferred" },
    ),
    cpus: field.integer("Logical CPUs, at least.", "live", { min: 1, max: 8192 }),
    memory: field.size("Memory, at least.", "live"),
    freeDisk: field.dictionary('Free disk space by path, at least: `{ "/var/lib/libvirt/images": "20GiB" }`.', "live"),
    hypervisorVersion: field.text("The hypervisor's version, at least.", "live", {
      pattern: /^\d+(\.\d+){0,2}$/,
      says: "must be a version, as `7.2`",
    }),
  }),
  capacity: field.group("What previews may count on before the host is known.", {
    cpus: field.integer("Logical CPUs.", "local", { min: 1, max: 8192 }),
    memory: field.size("Memory.", "local"),
  }),
  timeout: field.integer(
    "Seconds that looking at the host may take.",
    "local",
    { min: 1, max: 86_400 },
    { default: 120 },
  ),
} as const;

const outputs = {
  hostId: {
    typeText: "string",
    doc: "The machine's id (/etc/machine-id), which tells it from another behind the same address.",
  },
  lineage: {
    typeText: "string",
    doc: "Random, made with this resource: what stands on the host derives its identity from it.",
  },
  hostname: { typeText: "string", doc: "The host's own name." },
  os: { typeText: "string", doc: "Distribution and version, `debian 12`." },
  arch: { typeText: "string", doc: "`x86_64`." },
  cpus: { typeText: "number", doc: "Logical CPUs." },
  memory: { typeText: "string", doc: "Memory, as a size." },
  hypervisor: { typeText: "string", doc: "`QEMU`." },
  version: { typeText: "string", doc: "The hypervisor's version." },
  virtualization: { typeText: '"kvm" | "emulation"', doc: "Whether guests run on the CPU itself." },
} as const;

interface ObservedHost {
  system: SystemFacts;
  /** Once it was asked: a host may have none yet. */
  hypervisor?: HypervisorFacts;
}

export const host: Definition<ObservedHost> = {
  kind: "Host",
  fields,
  outputs,
  timeout: 120,
  validate(inputs, _carried, failures) {
    if (known(inputs.connection))
      for (const reason of connectionProblems(inputs.connection)) failures.push({ property: "connection", reason });
    const requirements = isRecord(inputs.requirements) ? inputs.requirements : {};
    for (const [path, size] of Object.entries(isRecord(requirements.freeDisk) ? requirements.freeDisk : {})) {
      const property = `requirements.freeDisk.${path}`;
      if (!path.startsWith("/")) failures.push({ property, reason: "a path begins with /" });
      if (known<string>(size) && !sizeParses(size))
        failures.push({ property, reason: "is not a size; write it as `20GiB`" });
    }
  },
  id: (_inputs, made) => String(made.hostId),
  // The machine is always there, or it is an error: a host that can't be reached is not a host that is gone.
  async observe(run) {
    const system = await run.hypervisor.system.facts();
    // Known from here on: one that does not meet its requirements is kept in the state under its own id.
    run.made.hostId ??= system.machineId;
    return { system };
  },
  ensure: async (run) => ({ system: await run.hypervisor.system.facts() }),
  steps: [
    { name: "requirements", run: checkRequirements },
    { name: "hypervisor", run: checkHypervisor },
  ],
  async outputsOf(run) {
    const observed = run.observed!;
    return { ...systemOutputs(observed.system, run.previous), ...(await hypervisorOutputs(run)) };
  },
  drift: () => ({}),
  // Nothing of ours is on the host itself.
  remove: async () => {},
};

/** What the host must have, whatever is on it: checked before anything is changed. */
async function checkRequirements(run: Run<ObservedHost>): Promise<void> {
  const { system } = run.observed!;
  const asked = isRecord(run.inputs.requirements) ? run.inputs.requirements : {};
  const missing: string[] = [];
  if (!system.kvmDevice) {
    const why = system.cpuVirtualization
      ? "its CPU has hardware virtualization, but there is no /dev/kvm: it may be off in the firmware, or the module kvm is not loaded"
      : "it has no hardware virtualization (KVM)";
    if (asked.virtualization === "required") missing.push(why);
    if ((asked.virtualization ?? "preferred") === "preferred")
      run.context.tell("warning", `${why}: guests are emulated, 10 to 30 times slower`);
  }
  if (typeof asked.cpus === "number" && system.cpus < asked.cpus)
    missing.push(`it has ${system.cpus} CPUs, ${asked.cpus} are required`);
  if (typeof asked.memory === "string" && system.memory < sizeInBytes(asked.memory))
    missing.push(`it has ${formatSize(system.memory)} of memory, ${asked.memory} are required`);
  for (const [path, size] of Object.entries(isRecord(asked.freeDisk) ? asked.freeDisk : {})) {
    const free = await run.hypervisor.system.freeSpace(path);
    if (free < sizeInBytes(String(size)))
      missing.push(`${path} has ${Math.floor(free / 2 ** 20)}MiB free, ${size} are required`);
  }
  if (missing.length > 0) refuse("requirement-not-met", missing.join("; "));
}

async function checkHypervisor(run: Run<ObservedHost>): Promise<void> {
  const facts = await run.hypervisor.host.facts();
  run.observed = { ...run.observed!, hypervisor: facts };
  const asked = isRecord(run.inputs.requirements) ? run.inputs.requirements : {};
  const missing: string[] = [];
  if (facts.virtualization !== "kvm" && asked.virtualization === "required")
    missing.push(`its ${facts.hypervisor} can't use hardware virtualization (KVM)`);
  if (typeof asked.hypervisorVersion === "string" && older(facts.version, asked.hypervisorVersion))
    missing.push(`its ${facts.hypervisor} is ${facts.version}, ${asked.hypervisorVersion} is required`);
  if (missing.length > 0) refuse("requirement-not-met", missing.join("; "));
}

function systemOutputs(facts: SystemFacts, previous: Inputs | undefined): Inputs {
  return {
    hostId: facts.machineId,
    lineage: previous?.lineage ?? newLineage(),
    hostname: facts.hostname,
    os: facts.os,
    arch: facts.arch,
    cpus: facts.cpus,
    memory: formatSize(facts.memory),
  };
}

/** In `read` a hypervisor that is stopped is drift, not an end: what it was stays known. */
async function hypervisorOutputs(run: Run<ObservedHost>): Promise<Inputs> {
  let facts = run.observed!.hypervisor;
  try {
    facts ??= await run.hypervisor.host.facts();
  } catch (error) {
    if (!run.previous || !hasCode(error, "hypervisor-unavailable")) throw error;
    run.context.tell("warning", asWindroseError(error).message);
    const { hypervisor, version, virtualization } = run.previous;
    return { hypervisor, version, virtualization };
  }
  return { hypervisor: facts.hypervisor, version: facts.version, virtualization: facts.virtualization };
}

function sizeParses(text: string): boolean {
  try {
    return sizeInBytes(text) >= 0;
  } catch {
    return false;
  }
}

function older(version: string, wanted: string): boolean {
  const parts = (text: string) => text.split(".").map(Number);
  const [have, want] = [parts(version), parts(wanted)];
  for (let i = 0; i < want.length; i++) if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) < want[i]!;
  return false;
}

export interface Host extends HostOutputs {}
/** A machine with a hypervisor: how it is reached, what it must have, what it is. */
export class Host extends WindroseResource {
  constructor(name: string, args: HostArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(host, name, args, options);
  }
}
