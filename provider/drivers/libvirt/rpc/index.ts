export { type ClientInformation, LibvirtClient, type TransferOptions } from "./client";
export { type CallArguments, type CallOptions, RpcConnection, type RpcOptions } from "./connection";
export { ErrorNumber, type ErrorNumberName, errorNumberName } from "./error-numbers";
export {
  AuthenticationRefused,
  ConnectionLost,
  DeadlineExceeded,
  isLibvirtError,
  LibvirtError,
  ProtocolError,
} from "./errors";
export { type ClientEvent, EventWatch } from "./event-watch";
export * from "./flags";
export { type Dialer, type OpenOptions, openLibvirt } from "./open";
export {
  type Arguments,
  type DomainHandle,
  type EventBody,
  type EventKind,
  type NetworkHandle,
  type Parameter,
  type ParameterInput,
  type PoolHandle,
  type ProcedureName,
  parametersObject,
  type Result,
  type SecretHandle,
  type SnapshotHandle,
  type VolumeHandle,
} from "./protocol";
export { RpcStream, type RpcStreamOptions } from "./streams";
