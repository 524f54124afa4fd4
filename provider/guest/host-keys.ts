import { createHash, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";

export interface HostKey {
  /** OpenSSH PEM, without a passphrase. Secret. */
  private: string;
  /** `ssh-ed25519 AAAA…`, no comment. */
  public: string;
}

/** What a host key is made from: 32 random bytes in base64, small enough to be kept in a state. Secret. */
export function makeHostKeySeed(): string {
  return randomBytes(32).toString("base64");
}

/** PKCS #8 of an ed25519 key (RFC 8410), up to the seed. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const type = Buffer.from("ssh-ed25519");

/**
 * The ed25519 host key of a seed, as sshd, `ssh-keygen -y` and dropbearconvert read it. The same seed gives the same
 * text. The format is OpenSSH's PROTOCOL.key.
 */
export function hostKeyOf(seed: string): HostKey {
  const secret = Buffer.from(seed, "base64");
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, secret]), format: "der", type: "pkcs8" });
  const raw = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const publicBlob = Buffer.concat([text(type), text(raw)]);
  // Twice the same number: whoever decrypts the key sees by it that the passphrase was right.
  const check = createHash("sha256").update(raw).digest().subarray(0, 4);
  const comment = text(Buffer.alloc(0));
  const unpadded = Buffer.concat([check, check, text(type), text(raw), text(Buffer.concat([secret, raw])), comment]);
  const padding = Buffer.from(Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, index) => index + 1));
  const none = text(Buffer.from("none"));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    none,
    none,
    text(Buffer.alloc(0)),
    number(1),
    text(publicBlob),
    text(Buffer.concat([unpadded, padding])),
  ]);
  const lines = whole.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return {
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    public: `ssh-ed25519 ${publicBlob.toString("base64")}`,
  };
}

/** The seed of a key's PEM, where it is one of `hostKeyOf`; undefined for any other text. */
export function seedOfHostKey(pem: string): string | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]{1,2000})-----END OPENSSH PRIVATE KEY-----/.exec(
    pem,
  )?.[1];
  if (!body) return undefined;
  const bytes = Buffer.from(body.replace(/\s+/g, ""), "base64");
  // The private part is last: type, public key, then seed and public key together.
  const at = bytes.lastIndexOf(type);
  const from = at + type.length + 4 + 32 + 4;
  if (at < 0 || bytes.length < from + 64) return undefined;
  const seed = bytes.subarray(from, from + 32).toString("base64");
  const flat = (text: string) => text.replace(/\s+/g, "");
  return flat(hostKeyOf(seed).private).includes(flat(body)) ? seed : undefined;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([number(bytes.length), bytes]);
}
