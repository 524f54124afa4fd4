import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { WindroseError } from "../basics/errors";
import { type KnownHost, keyType, knownHostName, matchesHost, parseKnownHosts, parsePublicKey } from "./known-hosts";
import { quoteArgument } from "./quote";
import type { HostSettings } from "./ssh-config";

/** Algorithms of the signature for each type of key. `ssh-rsa`'s own, over SHA-1, is not among them. */
const algorithms: Record<string, string[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

const largestFile = 64 * 1024 * 1024;

/** As OpenSSH shows it: `SHA256:` and the hash in base64 without its padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/**
 * Which keys a host may have. `accepted` come from the connection's `hostKey`, or from the known_hosts files; there is
 * no way to let any key pass.
 */
export class HostKeys {
  private constructor(
    private readonly settings: HostSettings,
    private readonly pinned: Buffer | undefined,
    private readonly entries: KnownHost[],
    private readonly revoked: Buffer[],
  ) {}

  /** Errors: `invalid-input` for a `hostKey` that is none, `ssh-config` for a file of revoked keys that can't be used. */
  static async load(settings: HostSettings, hostKey: string | undefined): Promise<HostKeys> {
    const revoked = (await Promise.all(settings.revokedHostKeys.map(readRevoked))).flat();
    if (hostKey !== undefined) {
      const pinned = parsePublicKey(hostKey);
      if (!pinned) {
        throw new WindroseError("invalid-input", "`hostKey` is not a public key as `ssh-ed25519 AAAA…`");
      }
      return new HostKeys(settings, pinned, [], revoked);
    }
    const texts = await Promise.all(settings.knownHosts.map(async (file) => ({ file, text: await contents(file) })));
    const entries = texts.flatMap(({ file, text }) => (text === undefined ? [] : parseKnownHosts(text, file)));
    return new HostKeys(settings, undefined, entries, revoked);
  }

  /** The algorithms to offer, those of the keys that are known first, as OpenSSH orders them. */
  algorithms(): string[] {
    const types = this.pinned ? [keyType(this.pinned)] : this.matching(this.names()[0]!).map(({ type }) => type);
    const preferred = Object.keys(algorithms).filter((type) => types.includes(type));
    const others = Object.keys(algorithms).filter((type) => !types.includes(type));
    return [...preferred, ...others].flatMap((type) => algorithms[type]!);
  }

  /** What is wrong with the key that the host showed; undefined where it is the right one. */
  check(key: Buffer): WindroseError | undefined {
    const { hostName, port } = this.settings;
    const [name, plain] = this.names();
    const shown = `${keyType(key)} ${fingerprint(key)}`;
    if (this.revoked.some((entry) => entry.equals(key))) {
      return new WindroseError("host-key-revoked", `The key of ${name} (${shown}) is in RevokedHostKeys`);
    }
    if (this.pinned) {
      if (this.pinned.equals(key)) return undefined;
      const why = `${hostName}:${port} shows the key ${shown}, not the \`hostKey\` ${fingerprint(this.pinned)}`;
      return new WindroseError("host-key-mismatch", why, {
        hint: "Either the host was reinstalled, in which case change `hostKey`, or the connection is intercepted.",
      });
    }
    const revoked = this.entries.find(
      (entry) =>
        entry.marker === "revoked" && this.names().some((n) => matchesHost(entry.hosts, n)) && entry.key.equals(key),
    );
    if (revoked) {
      return new WindroseError(
        "host-key-revoked",
        `The key of ${name} (${shown}) is marked @revoked at ${revoked.file}:${revoked.line}`,
      );
    }
    const known = this.matching(name!);
    if (known.some((entry) => entry.key.equals(key))) return undefined;
    // OpenSSH accepts a key that stands under the plain name for any port, but holds none against it.
    if (plain !== undefined && this.matching(plain).some((entry) => entry.key.equals(key))) return undefined;
    const other = known.find((entry) => entry.type === keyType(key)) ?? known.find((entry) => entry.type in algorithms);
    if (other) return mismatch(name!, shown, other);
    const authority = this.entries.find(
      (entry) => entry.marker === "cert-authority" && matchesHost(entry.hosts, name!),
    );
    if (authority) {
      const where = `${authority.file}:${authority.line}`;
      return new WindroseError("host-key-certificate", `For ${name} there is only a @cert-authority, at ${where}`);
    }
    return this.unknown(name!, shown);
  }

  private unknown(name: string, shown: string): WindroseError {
    const { knownHosts, byHand, onTheWayTo } = this.settings;
    const files = knownHosts.length === 0 ? "no known_hosts file" : `none of ${knownHosts.join(", ")}`;
    const where = onTheWayTo === undefined ? name : `${name}, on the way to ${onTheWayTo},`;
    // A gate's key has no field of its own in a connection.
    const orGive = onTheWayTo === undefined ? ", or give `hostKey` in the connection" : "";
    return new WindroseError("host-key-unknown", `${where} shows the key ${shown}, which is in ${files}`, {
      hint: `Compare it with the host's own; then connect once with \`${byHand}\`${orGive}.`,
    });
  }

  /** The name to look for, and the plain one that may stand in for it. */
  private names(): string[] {
    const { hostName, hostKeyAlias, port } = this.settings;
    if (hostKeyAlias !== undefined) return [hostKeyAlias];
    const name = knownHostName(hostName, port);
    return port === 22 ? [name] : [name, hostName.toLowerCase()];
  }

  private matching(name: string): KnownHost[] {
    return this.entries.filter((entry) => entry.marker === undefined && matchesHost(entry.hosts, name));
  }
}

function mismatch(name: string, shown: string, entry: KnownHost): WindroseError {
  const why = `${name} shows the key ${shown}, but ${entry.file}:${entry.line} says ${entry.type} ${fingerprint(entry.key)}`;
  return new WindroseError("host-key-mismatch", why, {
    hint: `Either the host was reinstalled, or the connection is intercepted. If you know that the key has changed, remove the old one: \`ssh-keygen -R '${name}' -f ${quoteArgument(entry.file)}\`.`,
  });
}

async function readRevoked(file: string): Promise<Buffer[]> {
  const text = await contents(file);
  // As in OpenSSH: a file of revoked keys that can't be read lets no key pass.
  if (text === undefined || text.startsWith("SSHKRL")) {
    const why = text === undefined ? "cannot be read" : "is a key revocation list, which is not supported";
    throw new WindroseError("ssh-config", `RevokedHostKeys ${file} ${why}`);
  }
  return text.split("\n").flatMap((line) => parsePublicKey(line) ?? []);
}

async function contents(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    return size > largestFile ? undefined : await readFile(file, "latin1");
  } catch {
    return undefined;
  }
}
