import { hasCode, WindroseError } from "../basics/errors";
import { pause } from "../basics/wait";
import { within } from "../transports/bounds";
import { connectionKey } from "../transports/registry";
import type { SshTransport } from "../transports/ssh";
import type { SshConnection, Transport } from "../transports/transport";
import { type AddressWait, waitForSsh } from "./ready";

export type GuestKeys = Pick<SshConnection, "privateKey" | "passphrase" | "identityFile" | "agent">;

export interface GuestWay extends AddressWait {
  /** The transport to the guest's host. */
  host: Transport;
  /** Tells guests of a host apart. */
  uuid: string;
  user: string;
  port: number;
  /** Its public host keys, of which it must show one. */
  hostKeys: readonly string[];
  /** Default: those of the connection to its host. */
  keys: GuestKeys;
}

/** A guest's sshd may answer before the keys of its users are there. sshd shuts out who fails more often than this. */
const loginPatience = 30_000;
const loginPause = 5_500;
const slowPause = 1_500;
/** Milliseconds for a connection of an earlier command to prove that it still stands. */
const standing = 5_000;

const reached = new WeakMap<Transport, Map<string, Promise<SshTransport>>>();

/**
 * ssh into a guest, through the connection to its host, as soon as the guest answers. One connection serves all who ask
 * for the same. Errors: `guest-not-ready` at the deadline, `host-key-unknown` where there is no key to know it by,
 * `host-key-mismatch`, `authentication-failed`.
 */
export async function reachGuest(way: GuestWay): Promise<Transport> {
  if (way.hostKeys.length === 0) {
    throw new WindroseError("host-key-unknown", "no host key is known of the guest", {
      hint: "Give `cloudInit` to the machine, which makes one, or `hostKey` in `connection`: `ssh-ed25519 AAAA…`.",
    });
  }
  const { host, uuid, user, port, hostKeys, keys } = way;
  const guests = reached.get(host) ?? new Map<string, Promise<SshTransport>>();
  reached.set(host, guests);
  const connection = { kind: "ssh" as const, address: uuid, user, port, hostKey: hostKeys.join(","), ...keys };
  const id = connectionKey(connection);
  const before = guests.get(id);
  if (before) {
    const transport = await before.catch(() => undefined);
    if (transport && (await answers(transport))) return transport;
    // Others' commands may still run over it; it closes by itself once it is idle.
    if (guests.get(id) === before) guests.delete(id);
  }
  const next = guests.get(id) ?? open(way);
  guests.set(id, next);
  next.catch(() => {
    if (guests.get(id) === next) guests.delete(id);
  });
  return next;
}

async function answers(transport: SshTransport): Promise<boolean> {
  try {
    // A session may have to be waited for as well.
    const answer = transport.exec(["true"], { timeout: standing, root: false });
    await within(answer, standing, () => new WindroseError("timeout", "the guest is too busy to answer"));
    return true;
  } catch {
    return false;
  }
}

async function open(way: GuestWay): Promise<SshTransport> {
  const { host, user, port, keys, signal } = way;
  const connectTcp: Transport["connectTcp"] = (address, number, options) => host.connectTcp(address, number, options);
  const { address, hostKey } = await waitForSsh({ ...way, connectTcp });
  const until = Math.min(way.deadline, Date.now() + loginPatience);
  for (;;) {
    const transport = over(host, { ...keys, address, port, user, hostKey });
    try {
      await transport.exec(["true"], { timeout: Math.max(1000, way.deadline - Date.now()), root: false });
      return transport;
    } catch (error) {
      await transport.close();
      // A guest that has just answered may be slow, or busy with its first boot.
      const [rest, last] = hasCode(error, "host-unreachable", "connection-cut", "timeout")
        ? [slowPause, way.deadline]
        : [loginPause, hasCode(error, "authentication-failed") ? until : 0];
      if (Date.now() + rest > last) throw error;
      way.progress?.(`waiting for a login at ${address}`);
      await pause(rest, signal);
      if (signal?.aborted) throw error;
    }
  }
}

function over(host: Transport, connection: SshConnection): SshTransport {
  const ssh = require("../transports/ssh") as typeof import("../transports/ssh");
  if (host instanceof ssh.SshTransport) return host.behind(connection);
  const openStream: Transport["connectTcp"] = (address, port, options) => host.connectTcp(address, port, options);
  return new ssh.SshTransport({ ...connection, sshConfig: false }, { openStream });
}
