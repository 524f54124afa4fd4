import type { Transport } from "../transports/transport";

/** Any port will do: a refusal comes from the machine too. */
const port = 22;
/** Milliseconds to wait for an answer to a connection. */
const connectTimeout = 1500;

/**
 * Whether the machine at an address of a network of the host's is there at this moment. A connection is tried, which has the
 * kernel look for the machine: what it knew before may be of one that has gone. `ip-neighbour(8)`: REACHABLE is what has
 * answered within the last half minute.
 */
export async function neighbourAnswers(transport: Transport, address: string): Promise<boolean> {
  try {
    const stream = await transport.connectTcp(address, port, { timeout: connectTimeout });
    stream.on("error", () => {});
    stream.destroy();
    return true;
  } catch {
    // Refused, silent, or gone: the neighbour table tells.
  }
  const { code, stdout } = await transport.exec(["ip", "neigh", "show", "nud", "reachable", "to", address]);
  return code === 0 && stdout.trim() !== "";
}
