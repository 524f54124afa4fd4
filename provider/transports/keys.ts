import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type ParsedKey, utils } from "ssh2";
import { WindroseError } from "../basics/errors";

/** A file or text that holds a key, read as far as that goes without its passphrase. */
export interface LoadedKey {
  /** The key to sign with; undefined where the text is a public key, or encrypted and not to be opened. */
  privateKey?: ParsedKey;
  /** The public part in its binary form; undefined where only the passphrase would show it. */
  publicKey?: Buffer;
  /** Why there is no private key, in words. */
  problem?: string;
}

/** Reads a private key, an encrypted one or a public one. Never throws; the contents get into no message. */
export function loadKey(text: string, passphrase: string | undefined): LoadedKey {
  const encrypted = isEncrypted(text);
  const parsed = parse(text, encrypted ? passphrase : undefined);
  if (parsed?.isPrivateKey()) return { privateKey: parsed, publicKey: parsed.getPublicSSH() };
  if (parsed) return { publicKey: parsed.getPublicSSH(), problem: "is a public key that no agent holds" };
  const publicKey = publicPart(text);
  if (!encrypted) return { publicKey, problem: "is not a private key of a supported kind" };
  const problem =
    passphrase === undefined ? "is encrypted and there is no passphrase" : "is not opened by the passphrase";
  return { publicKey, problem };
}

/** As `loadKey`, with the `.pub` file beside it, where the key does not show its public part or is not here, as in OpenSSH. */
export async function loadKeyFile(path: string, passphrase: string | undefined): Promise<LoadedKey> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") return { problem: `cannot be read (${code})` };
    const publicKey = await publicBeside(path);
    return {
      publicKey,
      problem: publicKey
        ? "is here as a .pub alone, and the ssh agent does not hold the key: add it with `ssh-add`, or name the private key"
        : "does not exist",
    };
  }
  const key = loadKey(text, passphrase);
  if (key.publicKey) return key;
  return { ...key, publicKey: await publicBeside(path) };
}

async function publicBeside(path: string): Promise<Buffer | undefined> {
  const text = await readFile(`${path}.pub`, "utf8").catch(() => undefined);
  return text === undefined ? undefined : loadKey(text, undefined).publicKey;
}

export function unreadable(name: string, problem: string | undefined): WindroseError {
  return new WindroseError("key-unreadable", `${name} ${problem ?? "cannot be used"}`);
}

function parse(text: string, passphrase: string | undefined): ParsedKey | undefined {
  // ssh2 throws on some malformed keys and returns an error for others.
  const attempt = (data: string) => {
    try {
      const key: unknown = utils.parseKey(data, passphrase);
      const first = Array.isArray(key) ? key[0] : key;
      return first instanceof Error ? undefined : (first as ParsedKey | undefined);
    } catch {
      return undefined;
    }
  };
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) return attempt(text);
  // PKCS #8, which OpenSSH reads and ssh2 does not: as the older PEM form of its kind.
  try {
    const key = createPrivateKey({ key: text, format: "pem", passphrase });
    const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1";
    return attempt(key.export({ type, format: "pem" }) as string);
  } catch {
    return undefined;
  }
}

/** Whether a passphrase is needed, from the formats' own headers (PROTOCOL.key of OpenSSH; RFC 1421; PKCS #8; PuTTY). */
function isEncrypted(text: string): boolean {
  const header = opensshHeader(text);
  if (header) return header.cipher !== "none";
  return (
    /^Proc-Type: 4,ENCRYPTED/m.test(text) ||
    text.includes("-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
    /^Encryption: (?!none)\S+/m.test(text)
  );
}

/** The public part of an OpenSSH private key, which is in clear even where the rest is encrypted. */
function publicPart(text: string): Buffer | undefined {
  return opensshHeader(text)?.publicKey;
}

function opensshHeader(text: string): { cipher: string; publicKey: Buffer } | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const data = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (data.toString("latin1", 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const string = () => {
    const length = data.readUInt32BE(at);
    const value = data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  try {
    const cipher = string().toString("latin1");
    string();
    string();
    at += 4;
    return { cipher, publicKey: string() };
  } catch {
    return undefined;
  }
}
