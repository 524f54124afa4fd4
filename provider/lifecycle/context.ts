import type { Work } from "../basics/work";
import type { Hypervisor } from "../drivers/hypervisor";

/**
 * What the lifecycle knows of one call. It is made by the adapter to Pulumi's protocol and holds nothing of Pulumi
 * itself, so that another adapter can stand in its place.
 */
export interface Context extends Work {
  readonly urn: string;
  readonly project: string;
  readonly stack: string;
  /** The resource's logical name. */
  readonly name: string;
  /** The connection's name, for messages. */
  readonly where: string;
  /** The driver, connected to the very machine that the host's id names. */
  hypervisor(): Promise<Hypervisor>;
  /** A lasting message on the resource. */
  tell(severity: "info" | "warning", text: string): void;
}
