import { type ErrorCode, WindroseError } from "../../basics/errors";
import { hints } from "./hints";
import { ErrorNumber, LibvirtError } from "./rpc";

/** What libvirt says where the object itself is not there. `found` answers undefined for these alone. */
const absent: ReadonlySet<number> = new Set([
  ErrorNumber.NO_DOMAIN,
  ErrorNumber.NO_NETWORK,
  ErrorNumber.NO_STORAGE_POOL,
  ErrorNumber.NO_STORAGE_VOL,
  ErrorNumber.NO_DOMAIN_SNAPSHOT,
  ErrorNumber.NO_SECRET,
  ErrorNumber.NO_NODE_DEVICE,
  ErrorNumber.NO_INTERFACE,
  ErrorNumber.NO_NWFILTER,
  ErrorNumber.NO_NWFILTER_BINDING,
  ErrorNumber.NO_DOMAIN_METADATA,
  ErrorNumber.NO_DOMAIN_CHECKPOINT,
  ErrorNumber.NO_DOMAIN_BACKUP,
  ErrorNumber.NO_NETWORK_PORT,
]);

/** libvirt's numbers (include/libvirt/virterror.h) in codes of our table; what is not here is `hypervisor-refused`. */
const codes: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  ...[...absent].map((number): [number, ErrorCode] => [number, "not-found"]),
  [ErrorNumber.DEVICE_MISSING, "not-found"],
  [ErrorNumber.DOM_EXIST, "already-exists"],
  [ErrorNumber.NETWORK_EXIST, "already-exists"],
  [ErrorNumber.STORAGE_VOL_EXIST, "already-exists"],
  [ErrorNumber.NETWORK_PORT_EXIST, "already-exists"],
  [ErrorNumber.AUTH_FAILED, "permission-denied"],
  [ErrorNumber.AUTH_CANCELLED, "permission-denied"],
  [ErrorNumber.AUTH_UNAVAILABLE, "permission-denied"],
  [ErrorNumber.ACCESS_DENIED, "permission-denied"],
  [ErrorNumber.OPERATION_DENIED, "permission-denied"],
  [ErrorNumber.RESOURCE_BUSY, "in-use"],
  [ErrorNumber.BLOCK_COPY_ACTIVE, "in-use"],
  [ErrorNumber.OPERATION_TIMEOUT, "timeout"],
  [ErrorNumber.OPERATION_ABORTED, "aborted"],
  [ErrorNumber.AGENT_UNRESPONSIVE, "guest-not-ready"],
  [ErrorNumber.AGENT_UNSYNCED, "guest-not-ready"],
  [ErrorNumber.NO_SUPPORT, "unsupported"],
  [ErrorNumber.CONFIG_UNSUPPORTED, "unsupported"],
  [ErrorNumber.ARGUMENT_UNSUPPORTED, "unsupported"],
  [ErrorNumber.OPERATION_UNSUPPORTED, "unsupported"],
  [ErrorNumber.XML_ERROR, "invalid-input"],
  [ErrorNumber.XML_DETAIL, "invalid-input"],
  [ErrorNumber.XML_INVALID_SCHEMA, "invalid-input"],
  [ErrorNumber.INVALID_ARG, "invalid-input"],
  [ErrorNumber.INVALID_MAC, "invalid-input"],
  [ErrorNumber.OVERFLOW, "invalid-input"],
  [ErrorNumber.NO_CONNECT, "hypervisor-unavailable"],
  [ErrorNumber.NO_SERVER, "hypervisor-unavailable"],
  [ErrorNumber.NO_CLIENT, "hypervisor-unavailable"],
  [ErrorNumber.DBUS_SERVICE, "hypervisor-unavailable"],
]);

/** errno on Linux (asm-generic/errno.h), which libvirt puts into `int1` of `VIR_ERR_SYSTEM_ERROR`. */
const systemCodes: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [1, "permission-denied"],
  [13, "permission-denied"],
  [30, "permission-denied"],
  [16, "in-use"],
  [26, "in-use"],
  [39, "in-use"],
  [28, "no-space"],
  [122, "no-space"],
  [110, "timeout"],
]);

/**
 * Any failure of libvirt's, by its number alone. `what` is what was being done, in a participle:
 * `defining the storage pool images`.
 */
export function classify(error: unknown, what: string): WindroseError {
  if (error instanceof WindroseError) return error;
  if (error instanceof LibvirtError) {
    const code =
      error.code === ErrorNumber.SYSTEM_ERROR ? systemCodes.get(error.int1) : (codes.get(error.code) ?? undefined);
    const hint = code === "hypervisor-unavailable" ? hints.unavailable : undefined;
    return new WindroseError(code ?? "hypervisor-refused", `${what}: ${error.message}`, { hint, cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new WindroseError("internal", `${what}: ${message}`, { cause: error });
}

/** What the promise gives, its failure classified. */
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw classify(error, what);
  }
}

export function isAbsent(error: unknown): boolean {
  return error instanceof LibvirtError && absent.has(error.code);
}

/** What the call gives, or undefined where libvirt says, by its number, that the object is not there. */
export async function found<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
