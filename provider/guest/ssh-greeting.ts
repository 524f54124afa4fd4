import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { WindroseError } from "../basics/errors";

/** The base64 part of a public key's line. */
export function keyBlob(publicKey: string): string {
  return publicKey.trim().split(/\s+/)[1] ?? "";
}

/** As ssh-keygen(1) -l prints it. */
export function fingerprint(base64: string): string {
  const digest = createHash("sha256").update(Buffer.from(base64, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

/** The types of the expected keys come first, for a server with several shows the first one it shares. */
function algorithmsFor(expected: readonly string[]): ServerHostKeyAlgorithm[] {
  const types = new Set(expected.map((key) => key.trim().split(/\s+/)[0] ?? ""));
  const fits = (algorithm: string): boolean =>
    types.has(algorithm) || (algorithm.startsWith("rsa-sha2-") && types.has("ssh-rsa"));
  return [...ALGORITHMS.filter(fits), ...ALGORITHMS.filter((algorithm) => !fits(algorithm))];
}

export interface GreetingOptions {
  /** Public keys, one of which must be shown. Empty: any. */
  hostKeys: readonly string[];
  /** Milliseconds for the whole exchange. */
  timeout: number;
  signal: AbortSignal;
}

/** What happened. `spoke`: the other side said something of ssh before it failed. */
export type Greeting =
  | { outcome: "accepted"; hostKey: string }
  | { outcome: "mismatch"; fingerprint: string }
  | { outcome: "failed"; reason: string; spoke: boolean };

/**
 * ssh's key exchange over an open stream, up to the proof that the server holds its host key (ssh2 reports `handshake`
 * only after it has verified the signature; its `hostVerifier` comes before). No login is tried. The stream is
 * destroyed in the end.
 */
export function greetSsh(stream: Duplex, { hostKeys, timeout, signal }: GreetingOptions): Promise<Greeting> {
  const accepted = new Set(hostKeys.map(keyBlob));
  const { Client } = require("ssh2") as typeof import("ssh2");
  const client = new Client();
  return new Promise<Greeting>((resolve) => {
    let shown: string | undefined;
    let spoke = false;
    let over = false;
    const finish = (greeting: Greeting): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      client.destroy();
      stream.destroy();
      resolve(greeting);
    };
    const failed = (reason: string): void => finish({ outcome: "failed", reason, spoke });
    const aborted = (): void => failed("stopped");
    const timer = setTimeout(() => failed(`no ssh key exchange within ${timeout} ms`), timeout);
    signal.addEventListener("abort", aborted, { once: true });
    if (signal.aborted) {
      aborted();
      return;
    }
    // Errors may follow the end: they have a listener for good.
    stream.on("error", (error: Error) => failed(reasonOf(error)));
    stream.on("close", () => failed("the connection was closed before ssh's key exchange was through"));
    client.on("error", (error: Error) => failed(reasonOf(error)));
    client.on("close", () => failed("the connection was closed before ssh's key exchange was through"));
    client.on("handshake", () => {
      if (shown !== undefined) finish({ outcome: "accepted", hostKey: shown });
    });
    try {
      client.connect({
        sock: stream,
        username: "windrose",
        authHandler: [],
        readyTimeout: 0,
        algorithms: { serverHostKey: algorithmsFor(hostKeys) },
        hostVerifier: (key: Buffer) => {
          const base64 = key.toString("base64");
          if (accepted.size > 0 && !accepted.has(base64)) {
            finish({ outcome: "mismatch", fingerprint: fingerprint(base64) });
            return false;
          }
          shown = `${keyType(key)} ${base64}`;
          return true;
        },
      });
      // After ssh2's own listener, or the server's first words would be nobody's.
      stream.once("data", () => {
        spoke = true;
      });
    } catch (error) {
      failed(reasonOf(error));
    }
  });
}

function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

/** One short line, without control characters: some of it is the other side's own words. */
export function reasonOf(error: unknown): string {
  const text = error instanceof WindroseError ? error.why : error instanceof Error ? error.message : String(error);
  return text.replace(/\p{Cc}+/gu, " ").slice(0, 200) || "failed";
}
