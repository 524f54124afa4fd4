import type { HostProfile, HostProfiles } from "../profile";
import type { Claim, Plan } from "./claims";
import { guestsNeedUnit } from "./in-use";
import { keyOf, type Thing, type Unit, type WantedThing } from "./model";
import type { Observed } from "./observe";
import { Script, words } from "./script";
import { requiredBy, startedWith, touchedBy } from "./touched-units";

/** Units of systemd: what is asked for is brought about by systemctl, and what it touched is put back as it was. */

/** Brings units to what is wanted. One whose call touches others comes before those. */
export function setUnits(script: Script, set: readonly WantedThing[], observed: Observed): void {
  const reach = (thing: WantedThing) => {
    const touched = new Set(touchedBy(thing, observed.units).map(({ name }) => name));
    return set.filter((other) => other.kind === thing.kind && touched.has(other.name)).length;
  };
  const of = (kind: Thing["kind"], value: string) =>
    set.filter((thing) => thing.kind === kind && thing.value === value).sort((a, b) => reach(b) - reach(a));
  const enabling = set.filter(({ kind }) => kind === "enabled").sort((a, b) => reach(b) - reach(a));
  for (const { name, value } of enabling) setEnabled(script, name, value === "enabled", observed.units.get(name));
  for (const { name } of of("running", "stopped")) stopUnits(script, [...startersOf(name, observed), name]);
  for (const { name } of of("running", "running")) startUnit(script, name);
}

/** What starts a unit by itself goes first. */
const startersOf = (name: string, { units }: Observed): string[] =>
  (units.get(name)?.triggers ?? []).filter((one) => units.get(one)?.active !== false);

/** Puts units back as they were before they were claimed. */
export function restoreUnits(
  script: Script,
  { plan, observed, profiles }: { readonly plan: Plan; readonly observed: Observed; readonly profiles: HostProfiles },
): void {
  const of = (kind: Thing["kind"]) => plan.restore.filter((claim) => claim.kind === kind);
  restoreRunning(script, of("running"), observed, profiles.all);
  const enabled = of("enabled");
  unlessGuests(
    script,
    profiles.all,
    enabled,
    ({ before }) => before !== "enabled",
    "enabled",
    (claims) => {
      const body = new Script();
      for (const claim of claims) restoreEnabled(body, claim, observed.units.get(claim.name));
      return claims.length > 0 ? body.must(["systemctl", "daemon-reload"], "systemd could not be reloaded") : body;
    },
  );
}

function restoreRunning(
  script: Script,
  claims: readonly Claim[],
  observed: Observed,
  all: readonly HostProfile[],
): void {
  const claimed = new Set(observed.claims.map(keyOf));
  const unclaimed = (name: string) => !claimed.has(keyOf({ kind: "running", name }));
  const stops = claims.filter(({ before }) => before !== "running");
  const going = new Set(stops.map(({ name }) => name));
  const needed = (claim: Claim) => {
    if (Object.values(claim.holders).some((held) => held.with === undefined)) return [];
    const dependents = observed.units.get(claim.name)?.dependents ?? [];
    return dependents.filter((name) => observed.units.get(name)?.active && !going.has(name));
  };
  for (const claim of stops) {
    const [by] = needed(claim);
    if (by === undefined) continue;
    script.add(`left ${words([`${claim.name} is left running: ${by} needs it`])}`);
  }
  unlessGuests(
    script,
    all,
    stops.filter((claim) => needed(claim).length === 0),
    () => true,
    "running",
    (some) => {
      const body = new Script();
      const names = some.flatMap(({ name }) => [...startersOf(name, observed).filter(unclaimed), name]);
      stopUnits(body, [...new Set(names)]);
      for (const { before, saved } of some)
        if (before === null && saved?.tables) body.add(`tidy_tables ${words(saved.tables)}`);
      return body;
    },
  );
  // Where only what starts it was there, that is a claim of its own.
  const starts = claims.filter(({ before, saved }) => before === "running" && saved?.active !== false);
  startAgain(
    script,
    starts.map(({ name }) => name),
    observed.units,
  );
}

/** What guests run under is not taken away while there are some. */
function unlessGuests(
  script: Script,
  all: readonly HostProfile[],
  claims: readonly Claim[],
  taken: (claim: Claim) => boolean,
  what: string,
  work: (claims: readonly Claim[]) => Script,
): void {
  const held = claims.filter((claim) => taken(claim) && guestsNeedUnit(all, claim.name));
  const body = (some: readonly Claim[]) => work(some).body || ":";
  if (held.length === 0) return void (claims.length > 0 && script.add(body(claims)));
  const names = held.map(({ name }) => name).join(", ");
  script.add(
    `if guests; then left ${words([`${names} ${held.length === 1 ? "is" : "are"} left ${what}: guests run under ${held.length === 1 ? "it" : "them"}`])}`,
    body(claims.filter((claim) => !held.includes(claim))),
    "else",
    body(claims),
    "fi",
  );
}

function restoreEnabled(script: Script, { name, before, saved }: Claim, unit: Unit | undefined): void {
  if (saved?.links === undefined) setEnabled(script, name, before === "enabled", unit);
  else putLinks(script, name, unit?.links ?? {}, saved.links);
}

function setEnabled(script: Script, name: string, enabled: boolean, unit: Unit | undefined): void {
  const verb = enabled ? "enable" : "disable";
  script.progress(`${enabled ? "enabling" : "disabling"} ${name}`);
  script.must(["systemctl", "--quiet", verb, "--", name], `${name} could not be ${verb}d`);
  // What is enabled until the next boot stays so otherwise.
  if (!enabled && unit?.file === "enabled-runtime")
    script.must(["systemctl", "--quiet", "disable", "--runtime", "--", name], `${name} could not be disabled`);
}

/** The links that enable a unit, as they were: systemctl would touch others with them (`Also=`, aliases). */
function putLinks(
  script: Script,
  unit: string,
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): void {
  script.progress(`putting ${unit} back`);
  const refused = words([`${unit} could not be put back`]);
  for (const path of Object.keys(now)) {
    if (before[path] !== undefined) continue;
    const directory = path.slice(0, path.lastIndexOf("/"));
    script.add(`[ ! -L ${words([path])} ] || rm -f -- ${words([path])} || die ${refused}`);
    if (/\.(wants|requires|upholds)$/.test(directory)) script.add(`rmdir -- ${words([directory])} 2>/dev/null`);
  }
  for (const [path, target] of Object.entries(before)) {
    if (now[path] === target) continue;
    const directory = path.slice(0, path.lastIndexOf("/"));
    script.add(`mkdir -p -- ${words([directory])} && ln -sfnT -- ${words([target, path])} || die ${refused}`);
  }
}

function startUnit(script: Script, unit: string): void {
  script.progress(`starting ${unit}`);
  script.must(["systemctl", "start", "--", unit], `${unit} could not be started`);
}

function stopUnits(script: Script, units: readonly string[]): void {
  if (units.length === 0) return;
  script.progress(`stopping ${units.join(", ")}`);
  const names = words(units);
  // What has gone meanwhile does not run.
  script.add(
    `run systemctl stop -- ${names} || ! systemctl --quiet is-active -- ${names} || die ${words([`${units.join(", ")} could not be stopped`])}`,
  );
}

/**
 * Starts units, what starts them first: a socket of a service that runs can't listen. What is not to run and comes along
 * stops again, unless one of them can't do without.
 */
function startAgain(script: Script, names: readonly string[], units: ReadonlyMap<string, Unit>): void {
  const isService = (name: string) => name.endsWith(".service");
  const order = [...names.filter((name) => !isService(name)), ...names.filter(isService)];
  for (const name of order) startUnit(script, name);
  const needed = new Set([...names, ...requiredBy(names, units)]);
  const along = startedWith(names, units).filter((name) => !needed.has(name) && units.get(name)?.loaded);
  if (along.length > 0) script.add(`run systemctl stop -- ${words(along)} 2>/dev/null`);
}
