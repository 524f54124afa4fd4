import { WindroseError } from "../../../basics/errors";
import { errorNumberName } from "./error-numbers";

/** What the daemon itself reported: `virNetMessageError` of libvirt's src/rpc/virnetprotocol.x. */
export interface LibvirtErrorFields {
  /** `virErrorNumber`: see `ErrorNumber`. */
  code: number;
  /** `virErrorDomain`: which part of libvirt speaks. */
  domain: number;
  message: string | null;
  level: number;
  str1: string | null;
  str2: string | null;
  str3: string | null;
  int1: number;
  int2: number;
}

/** An error that the daemon answered with. The driver classifies it by `code`; nothing looks at the text. */
export class LibvirtError extends Error {
  readonly code: number;
  readonly domain: number;
  readonly level: number;
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  /** For `VIR_ERR_SYSTEM_ERROR` this is the errno. */
  readonly int1: number;
  readonly int2: number;
  /** The procedure that failed, for messages: `DOMAIN_CREATE_WITH_FLAGS`. */
  readonly procedure: string;

  constructor(fields: LibvirtErrorFields, procedure: string) {
    super(fields.message ?? `libvirt gave no message (${errorNumberName(fields.code)})`);
    this.name = "LibvirtError";
    this.code = fields.code;
    this.domain = fields.domain;
    this.level = fields.level;
    this.str1 = fields.str1;
    this.str2 = fields.str2;
    this.str3 = fields.str3;
    this.int1 = fields.int1;
    this.int2 = fields.int2;
    this.procedure = procedure;
  }

  /** `VIR_ERR_NO_DOMAIN`, or `VIR_ERR_4711` for a number that is not known here. */
  get codeName(): string {
    return errorNumberName(this.code);
  }
}

/** Whether an error is the daemon's own, with one of these numbers. */
export function isLibvirtError(error: unknown, ...codes: number[]): error is LibvirtError {
  return error instanceof LibvirtError && (codes.length === 0 || codes.includes(error.code));
}

/** Bytes that are not the protocol, or values that it can't carry. */
export class ProtocolError extends WindroseError {
  constructor(why: string, options: { cause?: unknown } = {}) {
    super("protocol", why, options);
    this.name = "ProtocolError";
  }
}

/** The connection ended while something was wanted of it. What was in flight may or may not have been done. */
export class ConnectionLost extends WindroseError {
  constructor(why: string, options: { cause?: unknown } = {}) {
    super("connection-cut", why, options);
    this.name = "ConnectionLost";
  }
}

/** No answer in time. The daemon may still carry the call out. */
export class DeadlineExceeded extends WindroseError {
  constructor(what: string, milliseconds: number) {
    super("timeout", `${what} gave no answer within ${milliseconds / 1000} s`);
    this.name = "DeadlineExceeded";
  }
}

/** The daemon wants an authentication that it refused, or that is not spoken here. */
export class AuthenticationRefused extends WindroseError {
  constructor(why: string, options: { hint?: string; cause?: unknown } = {}) {
    super("permission-denied", why, options);
    this.name = "AuthenticationRefused";
  }
}
