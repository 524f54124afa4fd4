const KEY_TYPES = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

/** Why it is no line of an authorized_keys file (sshd(8)), or nothing. Options before the key are allowed. */
export function publicKeyProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return "is not text";
  const line = value.trim();
  if (/BEGIN [A-Z ]*PRIVATE KEY/.test(line)) return "is a private key; give the public one";
  if (/\p{Cc}/u.test(line)) return "has more than one line, or control characters";
  if (line.length > 16384) return "is too long";
  const words = line.split(/ +/);
  const at = words.findIndex((word) => KEY_TYPES.includes(word));
  const type = words[at];
  const base64 = words[at + 1];
  if (type === undefined || base64 === undefined) return "is not an ssh public key";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return "is not an ssh public key: its middle part is not base64";
  const blob = Buffer.from(base64, "base64");
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const inner = blob.subarray(4, 4 + length).toString("latin1");
  if (inner !== type) return "is not an ssh public key: its type and its content differ";
  if (!wholeFields(blob)) return "is not an ssh public key: it is incomplete";
  return undefined;
}

/** Whether the key's length-prefixed fields (RFC 4251 5, string and mpint) fill it to its last byte. */
function wholeFields(blob: Buffer): boolean {
  let at = 0;
  let count = 0;
  while (at + 4 <= blob.length) {
    at += 4 + blob.readUInt32BE(at);
    count += 1;
  }
  return at === blob.length && count >= 2;
}
