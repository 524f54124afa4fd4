import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import { WindroseError } from "../basics/errors";
import type { Authentication } from "./authentication";
import type { HostKeys } from "./host-key";

/** Reason codes of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254, 5.1). */
export const openFailure = { prohibited: 1, connectFailed: 2, unknownType: 3, shortage: 4 } as const;

/**
 * Brings an ssh connection up on an open stream: key exchange, host key, authentication. The caller bounds the time by
 * destroying the stream. What goes wrong is classified here, by the phase in which it did.
 */
export function handshake(
  socket: Duplex,
  user: string,
  name: string,
  hostKeys: HostKeys,
  authentication: Authentication,
): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    let phase: "exchange" | "authentication" = "exchange";
    let settled = false;
    const fail = (error: WindroseError) => {
      if (settled) return;
      settled = true;
      reject(error);
      socket.destroy();
    };
    // It stays for good: ssh2 reports late errors too, and an `error` event without a listener ends the process.
    client.on("error", (error: Error & { level?: string }) => {
      // The agent failed to sign; the next key is tried by itself.
      if (error.level === "agent") return;
      if (phase === "authentication") fail(authentication.failure(name, oneLine(error.message)));
      else fail(exchangeFailure(error, name));
    });
    client.on("handshake", () => {
      phase = "authentication";
    });
    client.once("close", () =>
      fail(new WindroseError("connection-cut", `${name} closed the connection while it came up`)),
    );
    client.once("ready", () => {
      if (settled) return;
      settled = true;
      resolve(client);
    });
    const config: ConnectConfig = {
      sock: socket,
      username: user,
      // Bounded and kept alive by the caller, with timers that let the process end.
      readyTimeout: 0,
      keepaliveInterval: 0,
      strictVendor: false,
      algorithms: { serverHostKey: hostKeys.algorithms() as never },
      hostVerifier: (key: Buffer) => {
        const error = hostKeys.check(key);
        if (error) fail(error);
        return error === undefined;
      },
      authHandler: ((methods: never, _partial: boolean, next: (method: never) => void) => {
        const method = authentication.next(methods);
        if (method === false) fail(authentication.failure(name));
        else next(method as never);
      }) as never,
    };
    try {
      client.connect(config);
    } catch (error) {
      fail(new WindroseError("internal", `ssh to ${name}: ${(error as Error).message}`, { cause: error }));
    }
  });
}

function exchangeFailure(error: Error & { level?: string; code?: unknown }, name: string): WindroseError {
  const message = oneLine(error.message);
  switch (error.level) {
    case "handshake":
      return new WindroseError("unsupported", `${name} and this client agree on no way to talk (${message})`, {
        hint: "Check with `ssh -v` which key exchange, cipher and host key algorithms the server offers.",
        cause: error,
      });
    case "protocol":
      return new WindroseError("host-unreachable", `${name} does not speak ssh (${message})`, { cause: error });
    default:
      return new WindroseError("connection-cut", `The connection to ${name} was lost while it came up (${message})`, {
        cause: error,
      });
  }
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 300);
}
