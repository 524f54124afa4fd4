import type { Thing, Unit, WantedThing } from "./model";

/** What a call of systemctl brings another unit to. */
export interface Touched extends WantedThing {
  /** The unit that the call is for. */
  readonly by: Thing;
}

type Units = ReadonlyMap<string, Unit>;

/** What becomes of other units where a unit is enabled, disabled, started or stopped, as systemctl does it. */
export function touchedBy(thing: WantedThing, units: Units): Touched[] {
  const { kind, name, value } = thing;
  const touched = (names: Iterable<string>, to: string): Touched[] =>
    [...names]
      .filter((other) => other !== name && units.get(other)?.loaded)
      .map((other) => ({ kind, name: other, value: to, by: { kind, name } }));
  if (kind === "enabled")
    return touched(
      reached([name], (unit) => unit.also ?? [], units),
      value,
    );
  if (kind !== "running") return [];
  const own = units.get(name)?.triggers ?? [];
  if (value !== "running") return touched(stoppedWith([name, ...own], units), "stopped");
  const started = startedWith([name], units);
  const against = started.flatMap((one) => units.get(one)?.conflicts ?? []).filter((one) => units.get(one)?.active);
  const stopped = new Set(stoppedWith(against, units));
  return [
    ...touched(new Set([...own.filter((one) => units.get(one)?.active), ...started]), "running").filter(
      (one) => !stopped.has(one.name),
    ),
    ...touched(stopped, "stopped"),
  ];
}

/** Of what is not active: it starts with one of the units. */
export function startedWith(names: readonly string[], units: Units): string[] {
  const next = (unit: Unit, first: boolean) =>
    !first && unit.active
      ? []
      : [...(unit.requires ?? []), ...(unit.wants ?? [])].filter((one) => units.has(one) && !units.get(one)!.active);
  return reached(names, next, units);
}

/** What one of the units can't do without. */
export function requiredBy(names: readonly string[], units: Units): string[] {
  return reached(names, (unit) => unit.requires ?? [], units);
}

/** Of what is active: it stops with one of the units. */
function stoppedWith(names: readonly string[], units: Units): string[] {
  return reached(names, (unit) => (unit.dependents ?? []).filter((one) => units.get(one)?.active), units);
}

/** The units and all that can be reached from them. */
function reached(
  names: readonly string[],
  next: (unit: Unit, first: boolean) => readonly string[],
  units: Units,
): string[] {
  const all = new Set(names);
  for (const name of all) {
    const unit = units.get(name);
    for (const other of unit ? next(unit, names.includes(name)) : []) all.add(other);
  }
  return [...all];
}
