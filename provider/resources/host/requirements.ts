import { hasCode, refuse, WindroseError } from "../../basics/errors";
import { asRecord } from "../../basics/record";
import { formatSize, sizeInBytes } from "../../basics/sizes";
import type { HypervisorFacts } from "../../drivers/model";
import type { SystemFacts } from "../../host-system/facts";
import type { Run } from "../../lifecycle/definition";

/** What the host must have, whatever is on it: checked before anything is changed. */
export async function checkRequirements(run: Run<unknown>, system: SystemFacts): Promise<void> {
  const asked = asRecord(run.inputs.requirements);
  const missing: string[] = [];
  const lack = system.virtualizationLack;
  if (lack && asked.virtualization === "required") missing.push(lack.why);
  if (lack && (asked.virtualization ?? "preferred") === "preferred")
    run.context.tell("warning", `${lack.why}: ${lack.effect}`);
  if (typeof asked.cpus === "number" && system.cpus < asked.cpus)
    missing.push(`it has ${system.cpus} CPUs, ${asked.cpus} are required`);
  if (typeof asked.memory === "string" && system.memory < sizeInBytes(asked.memory))
    missing.push(`it has ${formatSize(system.memory)} of memory, ${asked.memory} are required`);
  for (const [path, size] of Object.entries(asRecord(asked.freeDisk))) {
    const free = await run.hypervisor.system.freeSpace(path);
    if (free < sizeInBytes(String(size)))
      missing.push(`${path} has ${Math.floor(free / 2 ** 20)}MiB free, ${size} are required`);
  }
  if (missing.length > 0) refuse("requirement-not-met", missing.join("; "));
}

/** What the hypervisor must be, once it is there. */
export async function checkHypervisor(run: Run<unknown>): Promise<HypervisorFacts> {
  const facts = await hypervisorFacts(run);
  const asked = asRecord(run.inputs.requirements);
  const missing: string[] = [];
  if (facts.virtualization !== "kvm" && asked.virtualization === "required")
    missing.push(`its ${facts.hypervisor} can't use hardware virtualization (KVM)`);
  if (typeof asked.hypervisorVersion === "string" && older(facts.version, asked.hypervisorVersion))
    missing.push(`its ${facts.hypervisor} is ${facts.version}, ${asked.hypervisorVersion} is required`);
  if (missing.length > 0) refuse("requirement-not-met", missing.join("; "));
  return facts;
}

async function hypervisorFacts(run: Run<unknown>): Promise<HypervisorFacts> {
  try {
    return await run.hypervisor.host.facts();
  } catch (error) {
    const bare = (run.inputs.packages ?? "none") === "none" && run.inputs.services === undefined;
    if (!bare || !hasCode(error, "hypervisor-unavailable")) throw error;
    throw new WindroseError(error.code, error.why, {
      hint: `${error.hint} Or set \`packages: "auto"\` on the Host, which installs and starts it.`,
      cause: error,
    });
  }
}

function older(version: string, wanted: string): boolean {
  const parts = (text: string) => text.split(".").map(Number);
  const [have, want] = [parts(version), parts(wanted)];
  for (let i = 0; i < want.length; i++) if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) < want[i]!;
  return false;
}
