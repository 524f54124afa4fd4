/** What people use, and a change can take away from them. */
export type Used = "machine" | "interface" | "network" | "bridge" | "host-network" | "node" | "api" | "cluster";

/** What is done to something that is down meanwhile. */
export type Work = "restart" | "rollback" | "upgrade" | "machine-restart";

/** How long something is down. */
export type Lasts =
  | "for-a-moment"
  | "for-good"
  | "until-recreated"
  | "until-rejoined"
  | "until-in-new-cluster"
  | "switched-off"
  | "paused"
  | "cable-out"
  | { readonly while: readonly Work[] };

/** What a change of a field takes away, though the resource stays: of the resource, or of the entry that the field is in. */
export interface Interruption {
  readonly what: Used;
  readonly lasts: Lasts;
}

/** Data that a change of a field loses. `writes`: what was written since the point in time that is gone back to. */
export type LostByField = "writes";
