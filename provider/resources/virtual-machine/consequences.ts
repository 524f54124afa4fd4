import { type Inputs, isRecord, unknown } from "../../basics/record";
import {
  type Clash,
  type Consequences,
  type Loss,
  lastsOf,
  type Neighbour,
  type Outage,
  type PlannedChange,
} from "../../lifecycle/consequences";
import { entries, isSeed, madeWithMachine } from "./derive";

export function consequences(change: PlannedChange, others: readonly Neighbour[]): Consequences {
  const { operation, name, olds } = change;
  if (operation === "create") return { clashes: clashesOf(change, others) };
  if (operation === "update")
    return { down: [...outages(change), ...outagesOfInterfaces(change)], lost: taken(change) };
  const lasts = operation === "delete" ? "for-good" : "until-recreated";
  const down: Outage[] = olds.running === false ? [] : [{ what: "machine", name, lasts }];
  return olds.keepDisks === true ? { down, kept: "disks" } : { down, lost: disks(change, volumesMade(change)) };
}

function outages({ fields, name }: PlannedChange): Outage[] {
  return lastsOf(fields, "machine").map((lasts) => ({ what: "machine", name, lasts }));
}

/** What lasts comes first. */
function outagesOfInterfaces({ fields, name: machine }: PlannedChange): Outage[] {
  const keyOf = (path: string) => path.split(".")[1]!;
  const keys = new Set(
    fields.flatMap(({ path, interrupts }) => (interrupts?.what === "interface" ? [keyOf(path)] : [])),
  );
  const all = [...keys].flatMap((name) => {
    const own = fields.filter(({ path }) => keyOf(path) === name);
    return lastsOf(own, "interface").map((lasts): Outage => ({ what: "interface", name, machine, lasts }));
  });
  const short = ({ lasts }: Outage) => lasts === "for-a-moment";
  return [...all.filter((one) => !short(one)), ...all.filter(short)];
}

/**
 * Disks that a machine loses though it stays: a volume that was made for a disk goes with it. An earlier run may have left one
 * to be deleted after a restart, so the state decides, and not the fields that change.
 */
function taken(change: PlannedChange): Loss[] {
  const { news } = change;
  if (news.keepDisks === true || news.disks === unknown) return [];
  const wanted = isRecord(news.disks) ? news.disks : {};
  const goes = (disk: unknown) => disk === undefined || (isRecord(disk) && disk.volume !== undefined);
  return disks(
    change,
    volumesMade(change).filter((key) => goes(wanted[key])),
  );
}

/** Keys of the disks whose volumes were made with the machine. A volume that was adopted is not among them. */
function volumesMade({ state, olds }: PlannedChange): string[] {
  if (isRecord(state.volumes)) return Object.keys(state.volumes).filter((key) => !isSeed(key));
  return entries(olds.disks).flatMap(([key, disk]) => (madeWithMachine(disk) ? [key] : []));
}

function disks({ name: machine }: PlannedChange, names: readonly string[]): Loss[] {
  return names.length === 0 ? [] : [{ what: "disks", names: [...names].sort(), machine }];
}

/**
 * A new machine with the address or the name of one that goes: the engine makes the new one first. It gets the old one's
 * address only where that is off, and its name never.
 */
function clashesOf({ news }: PlannedChange, others: readonly Neighbour[]): Clash[] {
  const wanted = claims(news).map(({ what, value }) => `${what} ${value}`);
  return others.flatMap(({ kind, name, operation, leftOver, olds }) => {
    if (kind !== "VirtualMachine" || operation !== "delete" || leftOver || !olds) return [];
    const shares = claims(olds).filter(({ what, value }) => wanted.includes(`${what} ${value}`));
    return shares.length === 0 ? [] : [{ name, shares }];
  });
}

function claims({ interfaces, name }: Inputs): Clash["shares"] {
  const addresses = entries(interfaces).flatMap(([, { network, address }]) =>
    typeof address === "string" && network !== undefined ? [{ what: "address" as const, value: address }] : [],
  );
  return typeof name === "string" ? [...addresses, { what: "name", value: name }] : addresses;
}
