import { hasCode, WindroseError } from "../../basics/errors";
import { timeLeft, type Work } from "../../basics/work";
import type { SystemFacts } from "../../drivers/model";
import type { Transport } from "../../transports/transport";
import { lacksRoot } from "../commands";
import { changeScript, madeText } from "./change";
import { type Claim, describeThing, planClaims } from "./claims";
import { actualPreparation } from "./drift";
import { firewallThings, firewallUnit, foreignDrops } from "./firewall";
import { sysctlValue } from "./kernel";
import {
  type ActualPreparation,
  type Holder,
  keyOf,
  nothingWanted,
  type Thing,
  type WantedPreparation,
  type WantedThing,
} from "./model";
import { fileValue, type Observed, type ObserveRequest, observeScript, parseObserved } from "./observe";
import { type Family, familyOf, resolvePackages } from "./packages";
import { exitCodes } from "./script";
import { candidates, companions, deciding, hypervisorServices, isFixed, refuseFixed, unitOf } from "./services";
import { type Touched, touchedBy } from "./touched-units";

/**
 * What is put on a host beside what its hypervisor holds, as claims that the host itself keeps. It is looked at by one
 * command and changed by one more (two where packages come first), which holds a lock on the host, writes each claim before the change, and
 * does nothing where something has changed since it was observed: then it begins again.
 */
export interface HostPreparation {
  /** What stands of what a holder wants. Nothing wanted: no command. */
  read(wanted: WantedPreparation, holder: Holder, system: SystemFacts): Promise<ActualPreparation>;
  /** Brings the host to just what the holder wants, and takes back what it wanted before. Answers warnings for people. */
  apply(request: ApplyRequest, work: Work): Promise<string[]>;
  /** Takes back all that the holder has claimed. `previous`: what it is known to have wanted. Answers warnings. */
  release(request: ReleaseRequest, work: Work): Promise<string[]>;
}

export interface ApplyRequest {
  readonly wanted: WantedPreparation;
  /** What is known to have been wanted before: it saves an observation. */
  readonly previous?: WantedPreparation;
  readonly holder: Holder;
  readonly system: SystemFacts;
  readonly removePackages: boolean;
  /** Whether no state knows the holder yet. */
  readonly creating: boolean;
  /** Told before the host is changed, and at the end, whether the holder may have claims on it. */
  readonly note?: (holds: boolean) => void;
}

export interface ReleaseRequest {
  readonly previous: WantedPreparation;
  readonly holder: Holder;
  readonly system: SystemFacts;
  readonly removePackages: boolean;
  /** As in `ApplyRequest`. */
  readonly note?: (holds: boolean) => void;
}

/** How often a change is begun again that somebody else came before. */
const attempts = 5;
/** Milliseconds to wait for somebody else's change: one that installs packages takes its time. */
const lockWait = 600_000;

export function isWanted(wanted: WantedPreparation): boolean {
  return (
    [wanted.packages, wanted.modules, wanted.firewall, wanted.files, wanted.apparmorPaths].some(
      (all) => all.length > 0,
    ) || [wanted.services ?? {}, wanted.users, wanted.sysctl, wanted.libvirt].some((all) => Object.keys(all).length > 0)
  );
}

export function createPreparation(transport: Transport): HostPreparation {
  const observe = async (request: ObserveRequest, work?: Work): Promise<Observed> => {
    try {
      const { code, stdout, stderr } = await transport.exec(["sh", "-s"], {
        root: true,
        stdin: observeScript(request),
        signal: work?.signal,
        maxOutput: 64 * 1024 * 1024,
      });
      if (code === 0) return parseObserved(stdout, request);
      throw new WindroseError("command-failed", `the host could not be looked at: ${stderr.trim().slice(-300)}`);
    } catch (error) {
      throw needsRoot(error);
    }
  };

  const change = async (request: ApplyRequest, work: Work): Promise<string[]> => {
    const warnings: string[] = [];
    let installed = false;
    for (let attempt = 1; ; attempt++) {
      const outcome = await changeOnce(request, work, warnings, installed);
      if (outcome === "done") {
        if (request.creating) await made(request.holder, work);
        return warnings;
      }
      if (outcome === "installed") installed = true;
      if (attempt >= attempts)
        throw new WindroseError("in-use", "what is claimed on the host changes all the time", {
          hint: "Others prepare the same host. Run the command again.",
        });
    }
  };

  /** `installed`: packages are there now, and what came with them has to be looked at. */
  const changeOnce = async (
    request: ApplyRequest,
    work: Work,
    warnings: string[],
    installed: boolean,
  ): Promise<"done" | "installed" | "stale"> => {
    const { wanted, previous = nothingWanted, holder, system, removePackages, creating } = request;
    const family = familyFor(wanted, previous, system);
    const before = things(previous, system, family, undefined);
    const first = things(wanted, system, family, undefined);
    const asked = { things: distinct([...first, ...before]), family, units: units(wanted), change: true };
    let seen = await observe(asked, work);
    const dead = creating ? deadCreations(seen, holder) : [];
    const mine = claimedThings(seen, holder, dead);
    if (mine.length > 0) request.note?.(true);
    const asking = new Set(first.map(keyOf));
    if (mine.some((claim) => !seen.has(claim) && !asking.has(claim.holders[holder.lineage]?.with ?? ""))) {
      // A run that was cut off has claimed more than the state knows.
      const known = mine.some((thing) => thing.kind === "package")
        ? (family ?? familyOf(system.distributions))
        : family;
      seen = await observe({ ...asked, family: known, things: distinct([...asked.things, ...mine]) }, work);
    }
    const missing = first.filter((thing) => thing.kind === "package" && seen.value(thing) !== thing.value);
    const packagesMissing = missing.length > 0;
    if (packagesMissing && installed) {
      const names = missing.map((thing) => thing.name).join(", ");
      throw new WindroseError(
        "command-failed",
        `${names} could be installed, and yet no package of that name is there`,
        {
          hint: "Another package provides it. Give that one's name, or set it in `packageNames`.",
        },
      );
    }
    const all = packagesMissing ? [...first, ...there(wanted, seen)] : things(wanted, system, family, seen, holder);
    refuseForeignFiles(all, seen);
    for (const [name, { enabled }] of Object.entries(wanted.services ?? {}))
      refuseFixed(unitOf(name), seen.units.get(unitOf(name)), enabled);
    const plan = planClaims({
      claims: seen.claims,
      holder,
      wanted: all,
      touched: all.flatMap((thing) => touchedBy(thing, seen.units)).filter((one) => !isApart(one, seen)),
      actual: seen,
      dead,
      ...(packagesMissing
        ? { only: { set: ["package"], claim: ["enabled", "running", "member", "sysctl", "module"] } }
        : {}),
    });
    const script = changeScript({
      plan,
      observed: seen,
      holder,
      family:
        family ?? (plan.remove.some((claim) => claim.kind === "package") ? familyOf(system.distributions) : undefined),
      removePackages,
      packagesOnly: packagesMissing,
      creating,
      over: [...dead, ...(seen.making.has(holder.lineage) && !creating ? [holder.lineage] : [])],
    });
    if (script) {
      if (plan.write.length > 0) request.note?.(true);
      const who = `${holder.project}/${holder.stack}`;
      // Less than there is: that the lock is held is to be said, not that time ran out.
      const wait = Math.max(0, Math.floor((Math.min(lockWait, timeLeft(work)) / 1000) * 0.9) - 1);
      const ended = await run(script.text(wait, who, seen.digest), work);
      if (ended === "stale") return "stale";
      warnings.push(...ended);
    }
    if (packagesMissing) return "installed";
    request.note?.(plan.after.some(({ holders }) => holders[holder.lineage] !== undefined));
    if (wanted.firewall.length > 0) warnings.push(...dropWarnings(seen, wanted));
    return "done";
  };

  /** The creation is over: from here on only the state may hold its claims. */
  const made = async (holder: Holder, work: Work) => {
    await transport.exec(["sh", "-c", madeText([holder.lineage])], { root: true, signal: work.signal });
  };

  const run = async (text: string, work: Work): Promise<string[] | "stale"> => {
    const left: string[] = [];
    const onLine = (line: string, stream: "stdout" | "stderr") => {
      if (stream !== "stdout") return;
      if (line.startsWith("left\t")) left.push(line.slice(5));
      else work.progress((line.startsWith("progress\t") ? line.slice(9) : line.trim()).slice(0, 120));
    };
    let result: Awaited<ReturnType<Transport["exec"]>>;
    try {
      result = await transport.exec(["sh", "-s"], {
        root: true,
        stdin: text,
        timeout: timeLeft(work),
        signal: work.signal,
        onLine,
      });
    } catch (error) {
      throw needsRoot(error);
    }
    const said = result.stderr.trim();
    if (result.code === 0) return left;
    if (result.code === exitCodes.stale) return "stale";
    if (result.code === exitCodes.locked)
      throw new WindroseError(
        "in-use",
        `the host is being prepared by another${said ? `: ${said.slice(0, 200)}` : ""}`,
        {
          hint: "Run the command again once that is done.",
        },
      );
    throw new WindroseError("command-failed", said.slice(-800) || `a command ended with ${result.code}`);
  };

  return {
    async read(wanted, holder, system) {
      if (!isWanted(wanted)) return actualPreparation(wanted, [], new Map(), undefined, holder);
      const family = familyFor(wanted, nothingWanted, system);
      const packages = resolved(wanted, system);
      const asked = things(wanted, system, family, undefined);
      const seen = await observe({ things: asked, family, units: units(wanted) });
      return actualPreparation(wanted, things(wanted, system, family, seen, holder), packages, seen, holder);
    },
    apply: change,
    async release(request, work) {
      return change({ ...request, wanted: nothingWanted, creating: false }, work);
    },
  };
}

function needsRoot(error: unknown): unknown {
  if (!lacksRoot(error) || hasCode(error, "sudo-password")) return error;
  return new WindroseError("permission-denied", "preparing a host needs root's rights on it", {
    hint: "Connect as root, or as a user with passwordless sudo.",
    cause: error,
  });
}

function familyFor(wanted: WantedPreparation, previous: WantedPreparation, system: SystemFacts): Family | undefined {
  const needed = wanted.packages.length + previous.packages.length > 0;
  return needed ? familyOf(system.distributions) : undefined;
}

function resolved(wanted: WantedPreparation, system: SystemFacts): Map<string, readonly string[]> {
  const { packages, packageNames, firewall } = wanted;
  return resolvePackages({ packages, packageNames, firewall: firewall.length > 0 }, system.distributions, system.arch);
}

const hasAuto = (wanted: WantedPreparation): boolean =>
  wanted.services === undefined && wanted.packages.includes("auto");

function units(wanted: WantedPreparation): string[] {
  return hasAuto(wanted) ? [...deciding, ...companions] : [];
}

/** What packages that are about to be installed may bring, and is there before them. */
function there(wanted: WantedPreparation, seen: Observed): WantedThing[] {
  const loaded = hasAuto(wanted) ? companions.filter((name) => seen.units.get(name)?.loaded) : [];
  return loaded.flatMap((name): WantedThing[] => [
    { kind: "enabled", name, value: "enabled" },
    { kind: "running", name, value: "running" },
  ]);
}

/** Whether it was wanted itself, and not only touched with another. */
function isHeld({ holders }: Claim, holder: Holder | undefined): boolean {
  const held = holder && holders[holder.lineage];
  return held !== undefined && held.with === undefined;
}

/**
 * Of what a package brought, what runs beside a service and does not start it is the package's own; and the firewall's unit
 * is ours.
 */
function isApart({ kind, name, by }: Touched, seen: Observed): boolean {
  if (name === firewallUnit) return true;
  const before = seen.claims.find((claim) => keyOf(claim) === keyOf(by))?.before;
  return kind === "running" && before === null && !seen.units.get(by.name)?.triggers?.includes(name);
}

/**
 * All that is wanted, one by one. Which services are libvirt's own, and what can be enabled, is only known once it is
 * there: without `seen`, all that they may be.
 */
export function things(
  wanted: WantedPreparation,
  system: SystemFacts,
  family: Family | undefined,
  seen: Observed | undefined,
  holder?: Holder,
): WantedThing[] {
  const result: WantedThing[] = [];
  const add = (kind: Thing["kind"], name: string, value: string) => result.push({ kind, name, value });
  for (const name of new Set([...resolved(wanted, system).values()].flat())) add("package", name, "installed");
  for (const name of wanted.modules) add("module", name, "loaded");
  for (const [name, value] of Object.entries(wanted.sysctl)) add("sysctl", name, sysctlValue(value));
  for (const [user, groups] of Object.entries(wanted.users))
    for (const group of groups) add("member", `${user} ${group}`, "member");
  for (const [file, keys] of Object.entries(wanted.libvirt))
    for (const [key, literal] of Object.entries(keys)) add("setting", `${file} ${key}`, literal);
  for (const file of wanted.files) result.push({ kind: "file", name: file.path, value: fileValue(file), file });
  for (const path of wanted.apparmorPaths) add("apparmor", path, "allowed");
  if (hasAuto(wanted) && family) {
    const claimed = (name: string) =>
      seen?.claims.some((claim) => claim.name === name && isHeld(claim, holder)) === true;
    const own = seen
      ? hypervisorServices(seen.units, claimed)
      : candidates.map((service) => ({ service, begins: service }));
    for (const { service, begins } of own) {
      if (!isFixed(seen?.units.get(begins))) add("enabled", begins, "enabled");
      add("running", service, "running");
    }
  }
  for (const [name, { enabled = true, running = true }] of Object.entries(wanted.services ?? {})) {
    // One that can't be enabled is as it is.
    if (!isFixed(seen?.units.get(unitOf(name)))) add("enabled", unitOf(name), enabled ? "enabled" : "disabled");
    add("running", unitOf(name), running ? "running" : "stopped");
  }
  for (const { name, value } of firewallThings(wanted.firewall)) add("firewall", name, value);
  return distinct(result);
}

function distinct<T extends Thing>(all: readonly T[]): T[] {
  return [...new Map(all.map((thing) => [keyOf(thing), thing] as const).reverse()).values()].reverse();
}

/** Lineages under which this very Host was being created by somebody who died of it. */
function deadCreations(seen: Observed, holder: Holder): string[] {
  return [...seen.making].flatMap(([lineage, urn]) =>
    urn === holder.urn && lineage !== holder.lineage ? [lineage] : [],
  );
}

/** What the holder has claimed by what the host says, and what dead creations of it have. */
function claimedThings(seen: Observed, holder: Holder, dead: readonly string[]): Claim[] {
  return seen.claims.filter(({ holders }) => {
    const all = Object.keys(holders);
    return all.length === 0 || all.some((lineage) => lineage === holder.lineage || dead.includes(lineage));
  });
}

function refuseForeignFiles(all: readonly WantedThing[], seen: Observed): void {
  const claimed = new Set(seen.claims.map(keyOf));
  for (const thing of all) {
    if (!thing.file) continue;
    const value = seen.value(thing);
    if (value === "other")
      throw new WindroseError("already-exists", `${thing.name} on the host is no plain file of at most 1 MiB`, {
        hint: "Choose another path, or remove it by hand.",
      });
    if (value === null || value === thing.value || thing.file.adopt || claimed.has(keyOf(thing))) continue;
    throw new WindroseError("already-exists", `${describeThing(thing)} is there already, with another content`, {
      hint: "Choose another path, or set `adopt: true` on it: what is there now comes back when it is no longer asked for.",
    });
  }
}

function dropWarnings(seen: Observed, wanted: WantedPreparation): string[] {
  const bridges = [...new Set(wanted.firewall.map((one) => one.bridge))];
  return foreignDrops(seen.chains).map((who) => {
    const ways =
      who === "firewalld"
        ? bridges.map((bridge) => `firewall-cmd --permanent --zone=trusted --add-interface=${bridge}`)
        : bridges.map((bridge) => `iptables -I FORWARD -i ${bridge} -j ACCEPT`);
    return `${who} on the host may drop what is routed to or from ${bridges.join(", ")}, whatever our table says; let it through there, for instance by \`${ways.join("; ")}\` (with Docker: the chain DOCKER-USER)`;
  });
}
