import { createHmac, timingSafeEqual } from "node:crypto";

/** One line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  marker?: "revoked" | "cert-authority";
  /** The patterns as they stand there, or the hashed name. */
  hosts: string;
  type: string;
  key: Buffer;
  file: string;
  line: number;
}

/** The entries of a file. Lines that are none (comments, keys of ssh 1, unknown markers, rubbish) are left out. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = [];
  text.split("\n").forEach((content, index) => {
    const words = content.trim().split(/\s+/);
    if (words[0] === "" || words[0]?.startsWith("#")) return;
    let marker: KnownHost["marker"];
    if (words[0]?.startsWith("@")) {
      const name = words.shift();
      if (name !== "@revoked" && name !== "@cert-authority") return;
      marker = name === "@revoked" ? "revoked" : "cert-authority";
    }
    const [hosts, type, encoded] = words;
    if (hosts === undefined || type === undefined || encoded === undefined) return;
    const key = parsePublicKey(`${type} ${encoded}`);
    if (key) entries.push({ marker, hosts, type, key, file, line: index + 1 });
  });
  return entries;
}

/** The binary form of `TYPE BASE64 [COMMENT]`; undefined where the text is none. */
export function parsePublicKey(text: string): Buffer | undefined {
  const [type, encoded] = text.trim().split(/\s+/);
  if (type === undefined || encoded === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, "base64");
  return keyType(key) === type ? key : undefined;
}

/** The type that a public key in its binary form begins with (RFC 4253, 6.6). */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? undefined : key.toString("latin1", 4, 4 + length);
}

/** The name under which a host stands in known_hosts: `host`, or `[host]:port` where the port is not 22. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Whether the hosts field of an entry is meant for a name. */
export function matchesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  let matched = false;
  for (const item of hosts.split(",")) {
    const negated = item.startsWith("!");
    if (!matchesPattern((negated ? item.slice(1) : item).toLowerCase(), name.toLowerCase())) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(hosts) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` and `?` as in OpenSSH; all else, brackets too, stands for itself. Linear in time for any pattern but for `*`s. */
export function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let inName = 0;
  let star = -1;
  let retry = 0;
  while (inName < name.length) {
    if (pattern[at] === "*") {
      star = at++;
      retry = inName;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[inName])) {
      at++;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++retry;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
