import { createHash } from "node:crypto";
import { LocalTransport } from "./local";
import type { SshTransport as Ssh } from "./ssh";
import type { SshConnection, Transport } from "./transport";

export type Connection = { kind: "local"; sudo?: boolean } | ({ kind: "ssh" } & SshConnection);

const transports = new Map<string, Transport>();

/**
 * The one transport for a connection, shared by all who ask for the same one. Connections differ where anything in
 * them does, credentials too; those are kept in the key only as a part of its hash.
 */
export function transportFor(connection: Connection): Transport {
  const key = connectionKey(connection);
  let transport = transports.get(key);
  if (!transport) {
    transport = make(connection);
    transports.set(key, transport);
  }
  return transport;
}

/** Ends all connections. Transports that were handed out connect again when they are used again. */
export async function closeAll(): Promise<void> {
  const all = [...transports.values()];
  transports.clear();
  await Promise.allSettled(all.map((transport) => transport.close()));
}

/** SHA-256 over the connection's fields in the order of their names. */
export function connectionKey(connection: Connection): string {
  const fields = Object.entries(connection).filter(([, value]) => value !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}

function make(connection: Connection): Transport {
  if (connection.kind === "local") return new LocalTransport({ sudo: connection.sudo });
  // Loaded for the first connection by ssh.
  const { SshTransport } = require("./ssh") as typeof import("./ssh");
  const { kind: _kind, ...ssh } = connection;
  return new SshTransport(ssh, { transportTo: (hop) => transportFor({ kind: "ssh", ...hop }) as Ssh });
}
