import { connectionProcedures } from "./connection";
import { deviceProcedures } from "./devices";
import { domainProcedures } from "./domains";
import { guestAgentProcedures } from "./guest-agent";
import { networkProcedures } from "./networks";
import type { Procedure } from "./procedure";
import { snapshotProcedures } from "./snapshots";
import { storageProcedures } from "./storage";

/**
 * The procedures that are spoken here, by libvirt's own names (remote_protocol.x without `REMOTE_PROC_`,
 * qemu_protocol.x with `QEMU_` for `QEMU_PROC_`). Order and types of the fields are the wire's; their names are ours.
 */
export const procedures = {
  ...connectionProcedures,
  ...domainProcedures,
  ...deviceProcedures,
  ...snapshotProcedures,
  ...networkProcedures,
  ...storageProcedures,
  ...guestAgentProcedures,
};

export type ProcedureName = keyof typeof procedures;
export type Arguments<N extends ProcedureName> =
  (typeof procedures)[N] extends Procedure<infer _Result, infer Args> ? Args : never;
export type Result<N extends ProcedureName> =
  (typeof procedures)[N] extends Procedure<infer Out, infer _Args> ? Out : never;

export { type EventBody, type EventKind, events } from "./events";
export { type Procedure, Program } from "./procedure";
export * from "./types";
