import type { DecodedFields, EncodableFields, Fields } from "../xdr";
import { type Codec, struct } from "../xdr";

/** Numbers of the programs that share one connection (remote_protocol.x, qemu_protocol.x, virkeepaliveprotocol.x). */
export const Program = {
  remote: 0x2000_8086,
  qemu: 0x2000_8087,
  keepalive: 0x6b65_6570,
} as const;

export const programVersion = 1;

export interface Procedure<Result, Arguments> {
  readonly program: number;
  readonly number: number;
  readonly arguments: Codec<unknown, Arguments>;
  readonly result: Codec<Result, never>;
  /**
   * May take minutes (it starts a guest, copies a disk, waits for an agent). Such calls get a long deadline, and only a
   * few of them are in flight at once.
   */
  readonly slow: boolean;
  /** Which way a stream of bytes follows the call, seen from here. */
  readonly stream?: "up" | "down" | "both";
}

export interface ProcedureTraits {
  slow?: boolean;
  stream?: "up" | "down" | "both";
  program?: number;
}

/** One procedure: its number, its arguments and its results in the order they have on the wire. */
export function procedure<A extends Fields, R extends Fields>(
  number: number,
  args: A,
  result: R,
  traits: ProcedureTraits = {},
): Procedure<DecodedFields<R>, EncodableFields<A>> {
  return {
    program: traits.program ?? Program.remote,
    number,
    arguments: struct(args) as Codec<unknown, EncodableFields<A>>,
    result: struct(result) as unknown as Codec<DecodedFields<R>, never>,
    slow: traits.slow ?? false,
    stream: traits.stream,
  };
}

/** Marks a procedure that may take minutes. */
export const slow: ProcedureTraits = { slow: true };
