import type { Inputs } from "../basics/record";
import type { Interruption, Lasts, LostByField, Used, Work } from "./interruption";
import type { Effect, Kind } from "./schema";

/**
 * What a change takes away from people: what is down, for how long, and what data is lost. A resource's definition answers it
 * as plain values, from what a preview holds, and whoever prints it finds the words.
 */
export interface Consequences {
  readonly down?: readonly Outage[];
  readonly lost?: readonly Loss[];
  /** There may be more of both, which only a user's own script knows. */
  readonly unforeseen?: boolean;
  /** Data that stays though the resource goes. */
  readonly kept?: "disks";
  /** URNs of other resources that it restarts, so that they need not do so themselves. */
  readonly restarts?: readonly string[];
  /** Resources that are deleted only after this one is made, though both have the same thing for themselves alone. */
  readonly clashes?: readonly Clash[];
}

/** Something that is down. Names are those of the program, of an interface its key; undefined: not known. */
export type Outage = { readonly lasts: Lasts } & (
  | { readonly what: "machine"; readonly name?: string }
  | { readonly what: "interface"; readonly name: string; readonly machine: string }
  | { readonly what: "network"; readonly name: string; readonly guests: readonly string[] }
  | { readonly what: "bridge"; readonly name: string }
  | { readonly what: "host-network"; readonly nic?: string }
  /** `drained`: what runs on it goes on elsewhere. */
  | { readonly what: "node"; readonly name: string; readonly drained: boolean }
  | { readonly what: "api"; readonly node: string }
  | { readonly what: "cluster"; readonly name: string }
);

/** Data that is gone afterwards. */
export type Loss =
  | { readonly what: "disks"; readonly names: readonly string[]; readonly machine: string }
  | { readonly what: "volume"; readonly name: string }
  | { readonly what: "snapshot"; readonly name: string; readonly machine?: string }
  | { readonly what: "writes"; readonly machine?: string; readonly since: string }
  | { readonly what: "cluster"; readonly name: string };

/** What a new resource shares with one that is still there when it is made. */
export interface Clash {
  /** Name of the one that is deleted. */
  readonly name: string;
  readonly shares: readonly { readonly what: "address" | "name"; readonly value: string }[];
}

/** What the engine does with a resource. A restart is an update. */
export type Operation = "create" | "update" | "replace" | "delete";

/** A field that changes. */
export interface ChangedField {
  /** `disks.data.size` */
  readonly path: string;
  /** `unknown`: it is inside a secret, so that the field table can't be asked. */
  readonly effect: Effect | "unknown";
  readonly interrupts?: Interruption;
  readonly loses?: LostByField;
}

/** A change of one resource, as a preview has it. */
export interface PlannedChange {
  /** Its name in the program. */
  readonly name: string;
  readonly id?: string;
  readonly operation: Operation;
  readonly fields: readonly ChangedField[];
  /** Inputs before and after, with defaults filled in. */
  readonly olds: Inputs;
  readonly news: Inputs;
  /** Old outputs: what is really there. */
  readonly state: Inputs;
  /** The resources that references lead to, by input, as far as the preview tells them. */
  readonly references: Readonly<Record<string, { readonly urn: string; readonly name: string }>>;
}

/** Another resource of the same preview. */
export interface Neighbour {
  readonly kind: Kind;
  readonly name: string;
  /** undefined: it stays as it is. */
  readonly operation?: Operation;
  /** It was replaced by an earlier run, which did not get to delete it. */
  readonly leftOver: boolean;
  /** Inputs before and after, with defaults filled in; undefined where it is not there. */
  readonly olds?: Inputs;
  readonly news?: Inputs;
}

/** How long what changes interrupts a thing, each once: first all that is done to it meanwhile, together. */
export function lastsOf(fields: readonly ChangedField[], what: Used): Lasts[] {
  const all = fields.flatMap(({ interrupts }) => (interrupts?.what === what ? [interrupts.lasts] : []));
  const works = new Set(all.flatMap((lasts): readonly Work[] => (typeof lasts === "object" ? lasts.while : [])));
  const spans = new Set(all.filter((lasts) => typeof lasts === "string"));
  return [...(works.size > 0 ? [{ while: [...works] }] : []), ...spans];
}
