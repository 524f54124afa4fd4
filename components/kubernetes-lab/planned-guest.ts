import type { Role } from "./request";

/** A guest as the plan has it. */
export interface PlannedGuest {
  readonly name: string;
  /** Its resource's name: `<lab>-<guest>`. */
  readonly resource: string;
  readonly role: Role;
  /** Key of its host. */
  readonly host: string;
  readonly address: string;
  /** The one that the machine's first preview derives; a machine that is renamed or moved keeps its own. */
  readonly mac: string;
  /** Key of its image. */
  readonly image: string;
  readonly vcpus: number;
  readonly maxVcpus?: number;
  readonly memory: string;
  readonly maxMemory?: string;
  readonly diskSize?: string;
}
