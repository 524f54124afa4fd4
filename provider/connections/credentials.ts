import { type Inputs, isRecord } from "../basics/record";
import { type ConnectionField, connectionFields } from "./connection-fields";

/** Secrets of connections: found at call time, in memory alone, and in no state. */

/** What a state holds: a name in `windrose:hosts`, a URI, or an object without secrets. */
export type StoredConnection = string | Inputs;

const fields: Readonly<Record<string, ConnectionField>> = connectionFields;

/** Splits a connection that a program gave into what may be stored and what may not. */
export function splitConnection(connection: unknown): { stored: unknown; secrets: Inputs } {
  if (!isRecord(connection)) return { stored: connection, secrets: {} };
  const stored: Inputs = {};
  const secrets: Inputs = {};
  for (const [name, value] of Object.entries(connection)) {
    if (value !== undefined) (Object.hasOwn(fields, name) && fields[name]?.secret ? secrets : stored)[name] = value;
  }
  return { stored, secrets };
}

/** Secrets of connections that a program wrote, as long as this process lives. */
const credentials = new Map<string, Inputs>();

export function rememberCredentials(connection: StoredConnection, secrets: Inputs): void {
  if (Object.keys(secrets).length > 0) credentials.set(JSON.stringify(connection), secrets);
}

/** Keys for a guest's ssh that the program of this run gave, by the resource that runs commands there. */
export function rememberGuestKeys(urn: string, secrets: Inputs): void {
  rememberCredentials({ guestOf: urn }, secrets);
}

export function credentialsOf(connection: StoredConnection): Inputs {
  return credentials.get(JSON.stringify(connection)) ?? {};
}

export function guestKeysOf(urn: string): Inputs {
  return credentialsOf({ guestOf: urn });
}
