import type { SystemFacts } from "../facts";
import type { HostProfile } from "../profile";
import type { Claim } from "./claims";
import { firewallThings } from "./firewall";
import { sysctlValue } from "./kernel";
import { type Family, type Holder, keyOf, type Thing, type WantedPreparation, type WantedThing } from "./model";
import { fileValue, type Observed } from "./observe";
import { familyOf, resolvePackages } from "./packages";
import { settingLiteral } from "./settings-file";
import { isFixed, unitOf } from "./unit-state";

/** What is wanted of a host, as things that can be claimed. */

/** The distribution's family, where packages are wanted, or were. */
export function familyFor(
  wanted: WantedPreparation,
  previous: WantedPreparation,
  system: SystemFacts,
): Family | undefined {
  const needed = wanted.packages.length + previous.packages.length > 0;
  return needed ? familyOf(system.distributions) : undefined;
}

/** Each package that is wanted, by the name asked for → the distribution's names. */
export function packagesOf(
  wanted: WantedPreparation,
  system: SystemFacts,
  profile: HostProfile,
): Map<string, readonly string[]> {
  const { packages, packageNames, firewall } = wanted;
  return resolvePackages(
    { packages, packageNames, firewall: firewall.length > 0 },
    profile.packages,
    system.distributions,
    system.arch,
  );
}

const hasAuto = (wanted: WantedPreparation): boolean =>
  wanted.services === undefined && wanted.packages.includes("auto");

/** Units that are observed beside those that are wanted by name. */
export function unitsFor(wanted: WantedPreparation, { services }: HostProfile): string[] {
  return hasAuto(wanted) ? [...services.deciding, ...services.companions] : [];
}

/** What packages that are about to be installed may bring, and is there before them. */
export function presentCompanions(wanted: WantedPreparation, seen: Observed, { services }: HostProfile): WantedThing[] {
  const loaded = hasAuto(wanted) ? services.companions.filter((name) => seen.units.get(name)?.loaded) : [];
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
 * All that is wanted, one by one. Which services are the hypervisor's own, and what can be enabled, is only known once it
 * is installed: without `seen`, all that they may be.
 */
export function wantedThings(
  wanted: WantedPreparation,
  profile: HostProfile,
  system: SystemFacts,
  family: Family | undefined,
  seen: Observed | undefined,
  holder?: Holder,
): WantedThing[] {
  const result: WantedThing[] = [];
  const add = (kind: Thing["kind"], name: string, value: string) => result.push({ kind, name, value });
  for (const name of new Set([...packagesOf(wanted, system, profile).values()].flat()))
    add("package", name, "installed");
  for (const name of wanted.modules) add("module", name, "loaded");
  for (const [name, value] of Object.entries(wanted.sysctl)) add("sysctl", name, sysctlValue(value));
  for (const [user, groups] of Object.entries(wanted.users))
    for (const group of groups) add("member", `${user} ${group}`, "member");
  for (const [file, keys] of Object.entries(wanted.settings))
    for (const [key, value] of Object.entries(keys)) add("setting", `${file} ${key}`, settingLiteral(value, profile));
  for (const file of wanted.files) result.push({ kind: "file", name: file.path, value: fileValue(file), file });
  for (const path of wanted.apparmorPaths) add("apparmor", path, "allowed");
  if (hasAuto(wanted) && family) {
    const claimed = (name: string) =>
      seen?.claims.some((claim) => claim.name === name && isHeld(claim, holder)) === true;
    const { services } = profile;
    const own = seen
      ? services.choose(seen.units, claimed)
      : services.candidates.map((service) => ({ service, begins: service }));
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

/** Each thing once, as it was named last. */
export function distinct<T extends Thing>(all: readonly T[]): T[] {
  return [...new Map(all.map((thing) => [keyOf(thing), thing] as const).reverse()).values()].reverse();
}
