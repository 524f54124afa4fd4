export { LibvirtClient } from "./client";
export type { CallArguments } from "./connection";
export { ErrorNumber } from "./error-numbers";
export {
  ConnectionLost,
  DeadlineExceeded,
  isLibvirtError,
  LibvirtError,
} from "./errors";
export { type ClientEvent, EventWatch } from "./event-watch";
export * from "./flags";
export { type Dialer, openLibvirt } from "./open";
export type {
  DomainHandle,
  NetworkHandle,
  PoolHandle,
  ProcedureName,
  Result,
  SnapshotHandle,
  VolumeHandle,
} from "./protocol";
