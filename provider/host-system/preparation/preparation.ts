import { hasCode, WindroseError } from "../../basics/errors";
import { timeLeft, type Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { lacksRoot } from "../commands";
import type { SystemFacts } from "../facts";
import type { HostProfile, HostProfiles } from "../profile";
import { changeScript, madeText } from "./change";
import { type Claim, planClaims } from "./claims";
import { describeThing } from "./describe-thing";
import { actualPreparation } from "./drift";
import { firewallUnit, foreignDrops } from "./firewall";
import {
  type ActualPreparation,
  type Holder,
  isWanted,
  keyOf,
  nothingWanted,
  type WantedPreparation,
  type WantedThing,
} from "./model";
import { type Observed, type ObserveRequest, observeScript, parseObserved } from "./observe";
import { familyOf } from "./packages";
import { exitCodes } from "./script";
import { type Touched, touchedBy } from "./touched-units";
import { refuseFixed, unitOf } from "./unit-state";
import { distinct, familyFor, packagesOf, presentCompanions, unitsFor, wantedThings } from "./wanted-things";

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

/** Attempts at a change, since another client may change the host first. */
const attempts = 5;
/** Milliseconds to wait for somebody else's change: one that installs packages takes its time. */
const lockWait = 600_000;

export function createPreparation(transport: Transport, profiles: HostProfiles): HostPreparation {
  const { own } = profiles;
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
    const before = wantedThings(previous, own, system, family, undefined);
    const first = wantedThings(wanted, own, system, family, undefined);
    const units = unitsFor(wanted, own);
    const asked = { profiles, things: distinct([...first, ...before]), family, units, change: true };
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
    const all = packagesMissing
      ? [...first, ...presentCompanions(wanted, seen, own)]
      : wantedThings(wanted, own, system, family, seen, holder);
    refuseForeignFiles(all, seen, own);
    for (const [name, { enabled }] of Object.entries(wanted.services ?? {}))
      refuseFixed(unitOf(name), seen.units.get(unitOf(name)), enabled);
    const plan = planClaims({
      profile: own,
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
      profiles,
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
      if (!isWanted(wanted)) return actualPreparation(wanted, [], new Map(), undefined, holder, own);
      const family = familyFor(wanted, nothingWanted, system);
      const packages = packagesOf(wanted, system, own);
      const asked = wantedThings(wanted, own, system, family, undefined);
      const seen = await observe({ profiles, things: asked, family, units: unitsFor(wanted, own) });
      return actualPreparation(
        wanted,
        wantedThings(wanted, own, system, family, seen, holder),
        packages,
        seen,
        holder,
        own,
      );
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

/**
 * Of what a package brought, what runs beside a service and does not start it is the package's own; and the firewall's unit
 * is ours.
 */
function isApart({ kind, name, by }: Touched, seen: Observed): boolean {
  if (name === firewallUnit) return true;
  const before = seen.claims.find((claim) => keyOf(claim) === keyOf(by))?.before;
  return kind === "running" && before === null && !seen.units.get(by.name)?.triggers?.includes(name);
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

function refuseForeignFiles(all: readonly WantedThing[], seen: Observed, profile: HostProfile): void {
  const claimed = new Set(seen.claims.map(keyOf));
  for (const thing of all) {
    if (!thing.file) continue;
    const value = seen.value(thing);
    if (value === "other")
      throw new WindroseError("already-exists", `${thing.name} on the host is not a plain file of at most 1 MiB`, {
        hint: "Choose another path, or remove it by hand.",
      });
    if (value === null || value === thing.value || thing.file.adopt || claimed.has(keyOf(thing))) continue;
    throw new WindroseError(
      "already-exists",
      `${describeThing(thing, profile)} is there already, with another content`,
      {
        hint: "Choose another path, or set `adopt: true` on it: what is there now comes back when it is no longer asked for.",
      },
    );
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
