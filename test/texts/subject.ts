import type { Inputs } from "../../provider/basics/record";
import type { Kind } from "../../provider/lifecycle/schema";
import type { Look } from "../conformance/look";
import type { Place } from "../conformance/place";

/** One text of a table, and how it gets into its field. */
export interface TextField {
  /** The field, as the table has it: `disks.*.serial`. */
  readonly path: string;
  /** What tells it from another text of the same field: a key, a value. */
  readonly part?: string;
  /** Texts that it takes. */
  readonly samples: readonly string[];
  /** The inputs with the text, merged into the subject's base. Default: at the path itself. */
  at?(text: string): Inputs;
  /** The text as the state has it; undefined: none. Default: at the path itself. */
  of?(inputs: Inputs): unknown;
  /** Kept in another spelling: an address, a MAC. */
  readonly spelled?: boolean;
}

export const nameOf = ({ path, part }: TextField): string => (part === undefined ? path : `${path} (${part})`);

/** A resource whose texts are others in each round. */
export interface Subject {
  readonly title: string;
  readonly kind: Kind;
  base(place: Place): Inputs;
  readonly fields: readonly TextField[];
  /** The texts as the host has them, by `nameOf`, read apart from the provider. What it lacks is looked at by a refresh alone. */
  seen?(look: Look, state: Inputs): Promise<Readonly<Record<string, unknown>>>;
  /** What must be on the host before an `up`. */
  prepare?(look: Look, inputs: Inputs): Promise<unknown>;
  /** Where a round takes seconds: one of so many gets to the host. All are checked. */
  readonly every?: number;
  /** Kept in libvirt's own files: its daemon is started again at times, and must find all as it was. */
  readonly stored?: boolean;
  /** An error by which a host refuses what only it can know. */
  readonly refusals?: RegExp;
}
