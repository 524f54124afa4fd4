import { int } from "../xdr";
import { Program, procedure } from "./procedure";
import { domain, flags, nullableText, text } from "./types";

/** The program of libvirt's QEMU driver alone (qemu_protocol.x). */
export const guestAgentProcedures = {
  /** JSON in, JSON out. `timeout` in seconds; -1 waits for ever, -2 is the agent's default, 0 does not wait. */
  QEMU_DOMAIN_AGENT_COMMAND: procedure(
    3,
    { domain, command: text, timeout: int, flags },
    { result: nullableText },
    { program: Program.qemu, slow: true },
  ),
};
