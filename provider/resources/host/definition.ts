import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord, known } from "../../basics/record";
import { formatSize, sizeProblem } from "../../basics/sizes";
import { shown } from "../../basics/texts";
import { hostProblems } from "../../connections/hosts";
import type { HypervisorFacts } from "../../drivers/model";
import type { SystemFacts } from "../../host-system/facts";
import type { Definition, Run } from "../../lifecycle/definition";
import { newLineage } from "../../lifecycle/ownership";
import type { Failure } from "../../lifecycle/validate";
import { lostLineages } from "../common";
import { table } from "./fields";
import { actualInputs, leaveLineage, noteClaims, noteLineage, prepare, unprepare, wantedOf } from "./preparation";
import { checkHypervisor, checkRequirements } from "./requirements";

interface ObservedHost {
  system: SystemFacts;
  /** Once it was asked: a host may have none yet. */
  hypervisor?: HypervisorFacts;
}

export const host: Definition<ObservedHost> = {
  ...table,
  timeout: 120,
  // It may have no hypervisor yet.
  connects: () => false,
  validate(inputs, _carried, failures, _olds, { name }) {
    const { connection = name } = inputs;
    if (known(connection))
      for (const reason of hostProblems(connection)) failures.push({ property: "connection", reason });
    checkSizes("requirements.freeDisk", asRecord(inputs.requirements).freeDisk, failures);
    checkSizes("capacity.disk", asRecord(inputs.capacity).disk, failures);
    checkPreparation(inputs, failures);
  },
  id: (_inputs, made) => String(made.hostId),
  // The machine is always there, or it is an error: a host that can't be reached is not a host that is gone.
  async observe(run) {
    const system = await run.hypervisor.system.facts();
    // Known from here on: one that does not meet its requirements is kept in the state under its own id.
    run.made.hostId ??= system.machineId;
    noteClaims(run);
    const before = run.previous?.lineage;
    if (known<string>(before) && known(run.given.lineage) && before !== run.given.lineage) noteLineage(run, before);
    if (!run.previous && run.inputs.lineage === undefined) {
      run.made.__unsure = true;
      // There may be no hypervisor yet. Once there is one, it is asked again.
      refuseLost(run, await lostLineages(run).catch(() => []));
    }
    run.inputs.lineage ??= newLineage();
    return { system };
  },
  ensure: async (run) => ({ system: await run.hypervisor.system.facts() }),
  steps: [
    { name: "requirements", run: (run) => checkRequirements(run, run.observed!.system) },
    { name: "preparation", run: (run) => prepare(run, run.observed!.system) },
    { name: "lineage", run: leaveLineage },
    {
      name: "hypervisor",
      run: async (run) => {
        run.observed = { ...run.observed!, hypervisor: await checkHypervisor(run) };
        if (run.made.__unsure !== true) return;
        refuseLost(run, await lostLineages(run));
        delete run.made.__unsure;
      },
    },
  ],
  async outputsOf(run) {
    return { ...systemOutputs(run), ...(await hypervisorOutputs(run)) };
  },
  drift: (run) => actualInputs(run, run.observed!.system),
  remove: unprepare,
};

/**
 * A Host that is new to the state, with machines of this very project and stack on it: the state was lost, or another backend
 * has it. Whatever was made under a new lineage would stand beside what is there: blank disks in the place of full ones.
 */
function refuseLost(run: Run<ObservedHost>, lineages: readonly string[]): void {
  if (lineages.length === 0) return;
  const { project, stack } = run.context;
  const [first] = lineages;
  throw new WindroseError(
    "foreign",
    `the host already has machines of the stack ${project}/${stack}, made under ${lineages.length === 1 ? "the lineage" : "the lineages"} ${lineages.join(", ")}, which the state does not know`,
    {
      hint: `If the state was lost, set \`lineage: "${first}"\` on the Host: all that the stack made there is its own again, as it was. If the Host has another name in the program now, give it \`aliases\`. If another backend has that state, use another stack name. Any other \`lineage\` (\`openssl rand -hex 16\`) leaves them as they are.`,
    },
  );
}

function checkSizes(property: string, sizes: unknown, failures: Failure[]): void {
  for (const [path, size] of Object.entries(asRecord(sizes))) {
    if (!path.startsWith("/")) failures.push({ property, reason: `has the key ${shown(path)}: a path begins with /` });
    const reason = known(size) ? sizeProblem(size, 0, "disk") : undefined;
    if (reason) failures.push({ property: `${property}.${path}`, reason });
  }
}

/** What can never be right across the fields of the preparation. */
function checkPreparation(inputs: Inputs, failures: Failure[]): void {
  const sysctl = asRecord(inputs.sysctl);
  for (const [name, value] of Object.entries(wantedOf({ forwarding: inputs.forwarding }).sysctl)) {
    if (known(sysctl[name]) && String(sysctl[name]) !== value)
      failures.push({ property: `sysctl.${name}`, reason: "says otherwise than `forwarding`" });
  }
  const { bridges } = asRecord(inputs.firewall);
  const seen = new Map<string, string>();
  for (const [key, entry] of Object.entries(asRecord(bridges))) {
    if (!isRecord(entry) || !known(entry.bridge ?? key)) continue;
    const name = String(entry.bridge ?? key);
    if (seen.has(name))
      failures.push({ property: `firewall.bridges.${key}`, reason: `is the same bridge as "${seen.get(name)}"` });
    seen.set(name, key);
    if (Array.isArray(entry.subnets) && entry.subnets.length === 0)
      failures.push({ property: `firewall.bridges.${key}.subnets`, reason: "must have one subnet at least" });
  }
}

function systemOutputs(run: Run<ObservedHost>): Inputs {
  const facts = run.observed!.system;
  return {
    hostId: facts.machineId,
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
