import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { asRecord, type Inputs } from "../../basics/record";
import type { SystemFacts } from "../../host-system/facts";
import {
  type ActualPreparation,
  type FirewallBridge,
  type Holder,
  isWanted,
  type SettingValue,
  type WantedPreparation,
} from "../../host-system/preparation/model";
import type { Run } from "../../lifecycle/definition";

/** Between the fields of a Host and what its system is asked for. */

interface Service {
  enabled?: boolean;
  running?: boolean;
}
interface File {
  content: string;
  mode?: string;
  owner?: string;
  adopt?: boolean;
}
interface BridgeEntry {
  bridge?: string;
  subnets?: string[];
  masquerade?: boolean;
}

const forwardingNames = { ipv4: "net.ipv4.ip_forward", ipv6: "net.ipv6.conf.all.forwarding" } as const;

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);

export function wantedOf(inputs: Inputs): WantedPreparation {
  const { packages, services } = inputs;
  return {
    packages: Array.isArray(packages) ? (packages as string[]) : packages === "auto" ? ["auto"] : [],
    packageNames: asRecord<string>(inputs.packageNames),
    services: services === undefined ? undefined : servicesOf(services),
    users: asRecord<string[]>(inputs.users),
    sysctl: {
      ...Object.fromEntries(forwarded(inputs.forwarding).map((name) => [forwardingNames[name], "1"])),
      ...Object.fromEntries(Object.entries(asRecord(inputs.sysctl)).map(([name, value]) => [name, String(value)])),
    },
    modules: list<string>(inputs.modules),
    firewall: Object.entries(bridgesOf(inputs)).map(([key, entry]) => bridgeOf(key, entry)),
    files: Object.entries(asRecord<File>(inputs.files)).map(([path, file]) => ({
      path,
      content: file.content,
      mode: file.mode ?? "0644",
      owner: file.owner ?? "root:root",
      adopt: file.adopt ?? false,
    })),
    settings: asRecord<Record<string, SettingValue>>(inputs.libvirt),
    apparmorPaths: list<string>(inputs.apparmorPaths),
  };
}

function servicesOf(value: unknown): Record<string, Service> {
  return Array.isArray(value)
    ? Object.fromEntries((value as string[]).map((name) => [name, {}]))
    : asRecord<Service>(value);
}

function forwarded(value: unknown): ("ipv4" | "ipv6")[] {
  const asked = asRecord(value);
  return (["ipv4", "ipv6"] as const).filter((name) => asked[name] === true);
}

const bridgesOf = (inputs: Inputs) => asRecord<BridgeEntry>(asRecord(inputs.firewall).bridges);

function bridgeOf(key: string, entry: BridgeEntry): FirewallBridge {
  const { bridge = key, subnets = [], masquerade = false } = entry;
  return { bridge, subnets, masquerade };
}

/** The inputs as they really are: what stands as it was asked for keeps its spelling. */
function inputsOf(inputs: Inputs, actual: ActualPreparation): Inputs {
  const wanted = wantedOf(inputs);
  const result: Inputs = {};
  if (wanted.packages.length > 0) {
    const missing = actual.missingPackages.length > 0;
    result.packages = missing ? [...actual.packages] : inputs.packages;
  }
  Object.assign(result, actualServices(inputs, wanted, actual));
  if (inputs.users !== undefined) result.users = actual.users;
  if (inputs.modules !== undefined) result.modules = actual.modules;
  if (inputs.apparmorPaths !== undefined) result.apparmorPaths = actual.apparmorPaths;
  if (inputs.sysctl !== undefined) {
    result.sysctl = Object.fromEntries(
      Object.entries(asRecord(inputs.sysctl)).map(([name, value]) => [
        name,
        actual.sysctl[name] === wanted.sysctl[name] ? value : actual.sysctl[name],
      ]),
    );
  }
  if (inputs.forwarding !== undefined) {
    const routes = forwarded(inputs.forwarding).map((name) => [name, actual.sysctl[forwardingNames[name]] === "1"]);
    result.forwarding = { ...asRecord(inputs.forwarding), ...Object.fromEntries(routes) };
  }
  if (inputs.firewall !== undefined)
    result.firewall = { ...asRecord(inputs.firewall), bridges: actualBridges(inputs, actual) };
  if (inputs.files !== undefined) result.files = actualFiles(inputs, actual);
  if (inputs.libvirt !== undefined) result.libvirt = actual.settings;
  return result;
}

function actualServices(inputs: Inputs, wanted: WantedPreparation, actual: ActualPreparation): Inputs {
  const wrong = Object.entries(actual.services).flatMap(([name, is]) => {
    const asked = wanted.services?.[name] ?? {};
    const { enabled = true, running = true } = asked;
    const right = (is.enabled ?? enabled) === enabled && (is.running ?? running) === running;
    // What is not looked at stays as it was asked for.
    return right ? [] : [[name, { ...asked, ...is }] as const];
  });
  if (wrong.length === 0) return inputs.services === undefined ? {} : { services: inputs.services };
  return { services: { ...wanted.services, ...Object.fromEntries(wrong) } };
}

function actualBridges(inputs: Inputs, actual: ActualPreparation): Inputs {
  return Object.fromEntries(
    Object.entries(bridgesOf(inputs)).flatMap(([key, entry]) => {
      const { bridge, subnets } = bridgeOf(key, entry);
      const standing = actual.firewall.find((one) => one.bridge === bridge)?.subnets ?? [];
      const left = subnets.filter((subnet) => standing.includes(subnet));
      return left.length > 0 ? [[key, { ...entry, subnets: left }]] : [];
    }),
  );
}

function actualFiles(inputs: Inputs, actual: ActualPreparation): Inputs {
  return Object.fromEntries(
    actual.files.map(({ path, content, mode, owner }) => {
      const given = asRecord<File>(inputs.files)[path]!;
      const is = {
        content,
        ...(mode === (given.mode ?? "0644") ? {} : { mode }),
        ...(owner === (given.owner ?? "root:root") ? {} : { owner }),
      };
      return [path, { ...given, ...is }];
    }),
  );
}

function holderOf(run: Run<unknown>): Holder {
  const { project, stack, urn } = run.context;
  return { lineage: String(run.inputs.lineage), project, stack, urn };
}

/**
 * Whether something on the host may be this one's, by its state. An update that failed leaves its own inputs in the state,
 * so they do not tell it: what was asked for may never have been put there, and what no longer is may still be there.
 */
function mayHold({ made, previous }: Run<unknown>): boolean {
  if (typeof made.__claims === "boolean") return made.__claims;
  return previous !== undefined && isWanted(wantedOf(previous));
}

/** Before anything else of an update can fail. */
export function noteClaims(run: Run<unknown>): void {
  run.made.__claims = mayHold(run);
}

const noteOf = (run: Run<unknown>) => (holds: boolean) => {
  run.made.__claims = holds;
};

/** Brings the host to what is asked for. Where nothing is, and nothing was put there, no command is run. */
export async function prepare(run: Run<unknown>, system: SystemFacts): Promise<void> {
  const wanted = wantedOf(run.inputs);
  const owes = mayHold(run) && system.claimed === true;
  run.made.__claims = owes;
  if (!isWanted(wanted) && !system.claimed) return;
  try {
    const warnings = await run.hypervisor.system.preparation.apply(
      {
        wanted,
        previous: run.previous && wantedOf(run.previous),
        holder: holderOf(run),
        system,
        removePackages: run.inputs.removePackages === true,
        creating: run.previous === undefined,
        note: noteOf(run),
      },
      run.context,
    );
    for (const warning of warnings) run.context.tell("warning", warning);
  } catch (error) {
    // Others have claims on this host; without root's rights there can be none of ours.
    if (isWanted(wanted)) throw error;
    if (owes || run.made.__claims === true) throw stillThere(error);
    if (!hasCode(error, "permission-denied", "sudo-password")) throw error;
  }
}

/** The error says what could not be done; this, what that leaves. */
function stillThere(error: unknown): WindroseError {
  const { code, why, hint } = asWindroseError(error);
  return new WindroseError(code, `what was put on the host before could not be taken back: ${why}`, {
    hint: `${hint} The next run takes it back.`,
    cause: error,
  });
}

/** Takes back all that was put on the host. */
export async function unprepare(run: Run<unknown>): Promise<void> {
  if (typeof run.inputs.lineage !== "string") return;
  const system = await run.hypervisor.system.facts();
  if (!system.claimed) return;
  const owes = mayHold(run);
  try {
    const warnings = await run.hypervisor.system.preparation.release(
      {
        previous: wantedOf(run.inputs),
        holder: holderOf(run),
        system,
        removePackages: run.inputs.removePackages === true,
        note: noteOf(run),
      },
      run.context,
    );
    for (const warning of warnings) run.context.tell("warning", warning);
  } catch (error) {
    if (owes || run.made.__claims === true) throw stillThere(error);
    if (!hasCode(error, "permission-denied", "sudo-password")) throw error;
  }
}

/** Claims of lineages that this Host had before: what they hold is held by the one that it has now. */
export async function leaveLineage(run: Run<unknown>): Promise<void> {
  const lineages = lineagesBefore(run).filter((lineage) => lineage !== run.inputs.lineage);
  if (lineages.length > 0) {
    const system = await run.hypervisor.system.facts();
    const previous = wantedOf(run.previous ?? run.inputs);
    for (const lineage of system.claimed ? lineages : []) {
      const holder = { ...holderOf(run), lineage };
      await run.hypervisor.system.preparation.release({ previous, holder, system, removePackages: false }, run.context);
    }
  }
  delete run.made.__lineageBefore;
}

export function noteLineage(run: Run<unknown>, before: string): void {
  run.made.__lineageBefore = [...new Set([...lineagesBefore(run), before])];
}

/** More than one where an update that was to leave the first failed. */
function lineagesBefore({ made: { __lineageBefore: before } }: Run<unknown>): string[] {
  return (Array.isArray(before) ? before : [before]).filter((lineage) => typeof lineage === "string");
}

/** For `read`: what is asked for, as it is. */
export async function actualInputs(run: Run<unknown>, system: SystemFacts): Promise<Inputs> {
  const wanted = wantedOf(run.inputs);
  if (!isWanted(wanted)) return {};
  return inputsOf(run.inputs, await run.hypervisor.system.preparation.read(wanted, holderOf(run), system));
}
