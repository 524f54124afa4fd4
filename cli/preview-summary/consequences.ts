import { asRecord, type Inputs, isRecord, unknown } from "../../provider/basics/record";
import { complete, type Kind } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import type { FieldChange } from "./fields";
import { code } from "./markdown";
import { node } from "./nodes";

/** What a change takes away from people, in Markdown. */
export interface Consequences {
  /** What stops working, and for how long. */
  readonly down: string[];
  /** What data is gone afterwards. */
  readonly lost: string[];
  /** There may be more of both, which only a script or another package knows. */
  readonly unforeseen?: boolean;
}

export interface Situation {
  readonly kind: Kind;
  readonly name: string;
  /** `update` also where it is a restart. */
  readonly operation: "create" | "update" | "replace" | "delete";
  readonly fields: readonly FieldChange[];
  /** Fields whose restart `up` refuses. */
  readonly refused: readonly string[];
  /** Old outputs: what is really there. */
  readonly state: Inputs;
  readonly olds: Inputs;
  readonly news: Inputs;
  /** Names of the machines that use this network, as far as the preview shows them. */
  readonly guests: readonly string[];
  /** Name of the machine that a snapshot is of. */
  readonly machine?: string;
  /** Whether another node holds the cluster from now on. */
  readonly handedOn?: boolean;
}

/** A kind that is not named here takes nothing down and holds no data of its own: a host, a pool, an image. */
const byKind: Partial<Record<Kind, (situation: Situation) => Consequences>> = {
  Command: command,
  HostBridge: bridge,
  KubernetesNode: node,
  VirtualMachine: machine,
  Volume: volume,
  Network: network,
  Snapshot: snapshot,
};

export function consequences(situation: Situation): Consequences {
  return byKind[situation.kind]?.(situation) ?? { down: [], lost: [] };
}

const replug = "unplugged and plugged in again";

function machine(situation: Situation): Consequences {
  const { operation, fields, refused, state, name } = situation;
  const olds = complete(definitions.VirtualMachine.fields, situation.olds);
  const news = complete(definitions.VirtualMachine.fields, situation.news);
  const it = code(name);
  const made = volumesMade(state, situation.olds);
  if (operation === "create") return { down: [], lost: [] };
  const runs = olds.running !== false;
  if (operation !== "update") {
    const kept = olds.keepDisks === true;
    return {
      down: runs ? [`${it}, ${operation === "delete" ? "for good" : "until it is made anew"}`] : [],
      lost: kept || made.length === 0 ? [] : [`${disks(made)} of ${it}`],
    };
  }
  const down: string[] = [];
  const restarts = fields.filter((field) => field.effect === "restart");
  if (restarts.length > 0 && runs && refused.length === 0 && news.restart === "now")
    down.push(`${it}, while it restarts`);
  if (runs && news.running === false) down.push(`${it}, switched off`);
  else if (runs && olds.paused !== true && news.paused === true) down.push(`${it}, stands still`);
  const moments = new Set<string>();
  for (const { path, new: value, says } of fields) {
    const [field, key, part] = path.split(".");
    if (field !== "interfaces" || key === undefined || !runs) continue;
    if (part === undefined && value === undefined) down.push(`interface ${code(key)} of ${it}, for good`);
    else if (part === "link" && value === "down") down.push(`interface ${code(key)} of ${it}, its cable is out`);
    else if (says?.includes(replug)) moments.add(key);
    else if (part === "network") moments.add(key);
  }
  for (const key of moments) down.push(`interface ${code(key)} of ${it}, for a moment`);
  return { down, lost: news.keepDisks === true ? [] : lostDisks(situation, made, it) };
}

/** Disks that are taken away from a machine that stays: a volume that was made for one goes with it. */
function lostDisks({ news }: Situation, made: readonly string[], it: string): string[] {
  const wanted = asRecord(news.disks);
  if (news.disks === unknown) return [];
  const gone = made.filter((key) => {
    const disk = wanted[key];
    if (disk === undefined) return true;
    return isRecord(disk) && disk.volume !== undefined;
  });
  return gone.length === 0 ? [] : [`${disks(gone)} of ${it}`];
}

/** Keys of the disks whose volumes were made with the machine. One that was there before, and adopted, is none of them. */
function volumesMade(state: Inputs, olds: Inputs): string[] {
  if (isRecord(state.volumes))
    return Object.keys(state.volumes).filter((key) => key !== "seed" && !key.startsWith("seed-"));
  const all = isRecord(olds.disks) ? Object.entries(olds.disks) : [];
  return all.flatMap(([key, disk]) =>
    isRecord(disk) && disk.volume === undefined && disk.device !== "cdrom" ? [key] : [],
  );
}

function disks(keys: readonly string[]): string {
  const names = [...keys].sort().map(code).join(", ");
  return keys.length === 1 ? `all on the disk ${names}` : `all on the disks ${names}`;
}

function volume({ operation, state, name }: Situation): Consequences {
  const goes = operation === "replace" || operation === "delete";
  return { down: [], lost: goes && state.__adopted !== true ? [`all on the volume ${code(name)}`] : [] };
}

function network({ operation, fields, name, guests }: Situation): Consequences {
  const it = `network ${code(name)}`;
  const users = guests.length === 0 ? "" : `, with it ${guests.map(code).join(", ")}`;
  if (operation === "delete") return { down: [`${it}, for good${users}`], lost: [] };
  if (operation === "replace") return { down: [`${it}, until it is made anew${users}`], lost: [] };
  const restarted = operation === "update" && fields.some((field) => field.says?.includes("network is restarted"));
  return { down: restarted ? [`${it}, for a moment${users}`] : [], lost: [] };
}

function snapshot(situation: Situation): Consequences {
  const { operation, fields, state, name } = situation;
  const of = situation.machine === undefined ? "its machine" : code(situation.machine);
  if (operation === "delete" || operation === "replace")
    return { down: [], lost: [`the point in time ${code(name)} of ${of}`] };
  const token = fields.find((field) => field.path === "restore");
  if (operation !== "update" || !token || token.new === undefined || token.new === state.restoredToken)
    return { down: [], lost: [] };
  return {
    down: [`${of}, while it is rolled back`],
    lost: [`what ${of} wrote since the snapshot ${code(name)}`],
  };
}

/** It moves the addresses of the host's own network, and guests are plugged into it. */
function bridge({ operation, fields, name, olds, news }: Situation): Consequences {
  const nic = news.nic ?? olds.nic;
  const own = `the host's own network${typeof nic === "string" && nic !== unknown ? ` over ${code(nic)}` : ""}, for a moment`;
  const it = `bridge ${code(name)}`;
  if (operation === "delete") return { down: [`${it}, for good, with what is plugged into it`, own], lost: [] };
  if (operation === "replace")
    return { down: [`${it}, until it is made anew, with what is plugged into it`, own], lost: [] };
  const moved = operation === "create" || fields.some((field) => field.effect !== "local");
  return { down: moved ? [own] : [], lost: [] };
}

/** What a script does, nobody can tell from its text. */
function command({ operation, fields, olds }: Situation): Consequences {
  const runs =
    operation === "update"
      ? fields.some((field) => field.effect !== "local")
      : operation !== "delete" || olds.delete !== undefined;
  return { down: [], lost: [], unforeseen: runs };
}
