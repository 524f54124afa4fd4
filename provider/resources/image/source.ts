import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { type Inputs, known } from "../../basics/record";

/** Where an image comes from, told by the text alone. */
export type Source =
  | { readonly kind: "url"; readonly url: string; readonly name: string }
  /** A file of the machine that Pulumi runs on. */
  | { readonly kind: "local"; readonly path: string; readonly name: string }
  /** A path on the host: `host:/srv/images/debian.qcow2`. */
  | { readonly kind: "host"; readonly path: string; readonly name: string };

/** undefined: the text is none of them. */
export function parseSource(text: string): Source | undefined {
  if (/^https?:\/\//i.test(text)) {
    const url = parseUrl(text);
    return url && { kind: "url", url: url.href, name: lastName(url.pathname) };
  }
  if (text.startsWith("host:")) {
    const path = text.slice(5);
    return /^\/[^\0\n]+$/.test(path) ? { kind: "host", path, name: basename(path) } : undefined;
  }
  if (/^file:\/\/\//i.test(text)) {
    const url = parseUrl(text);
    const path = url && decoded(url.pathname);
    return path ? { kind: "local", path, name: basename(path) } : undefined;
  }
  // A scheme that is not known would else pass for the name of a file.
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || /[\0\n]/.test(text)) return undefined;
  const path = text.startsWith("~/") ? resolve(homedir(), text.slice(2)) : resolve(text);
  return { kind: "local", path, name: basename(path) };
}

/** For messages and requests: a URL without what may be a secret (user, password), and without its query too in `text`. */
export function withoutSecrets(address: string): { text: string; url: string; authorization?: string } {
  const url = parseUrl(address);
  if (!url) return { text: "the URL", url: address };
  const { username, password } = url;
  const text = `${url.protocol}//${url.host}${url.pathname}${url.search ? "?…" : ""}`;
  if (!username && !password) return { text, url: address };
  url.username = "";
  url.password = "";
  const plain = [username, password].map((part) => decoded(part) ?? part).join(":");
  return { text, url: url.href, authorization: `Basic ${Buffer.from(plain).toString("base64")}` };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

function lastName(path: string): string {
  return (decoded(path) ?? path).split("/").pop() ?? "";
}

export type Packing = "none" | "gzip" | "xz" | "zstd" | "bzip2";

const packings: Readonly<Record<string, Packing>> = { gz: "gzip", xz: "xz", zst: "zstd", bz2: "bzip2" };

export function packingOf(name: string): Packing {
  return packings[/\.(gz|xz|zst|bz2)$/i.exec(name)?.[1]?.toLowerCase() ?? ""] ?? "none";
}

/** By the name's ending, without that of its packing. `.img` is qcow2 at Ubuntu and others; what is raw is `.raw` or `.iso`. */
export function formatOf(name: string): "qcow2" | "raw" {
  return /\.(raw|iso)$/i.test(name.replace(/\.(gz|xz|zst|bz2)$/i, "")) ? "raw" : "qcow2";
}

/** A default that follows from the source's name, and is unknown as long as that is. */
export function fromName<T>(rule: (name: string) => T): (inputs: Readonly<Record<string, unknown>>) => unknown {
  return ({ source }) => {
    if (!known<string>(source)) return source;
    return rule((typeof source === "string" ? parseSource(source)?.name : undefined) ?? "");
  };
}

export interface Digest {
  readonly algorithm: "sha256" | "sha512";
  readonly digest: string;
}

/** `sha256:<64 digits>`, `sha512:<128 digits>`; undefined: it is the URL of a list. */
export function parseDigest(text: unknown): Digest | undefined {
  const match = typeof text === "string" ? /^(sha256|sha512):([0-9a-f]+)$/.exec(text) : null;
  return match ? { algorithm: match[1] as "sha256" | "sha512", digest: match[2]! } : undefined;
}

/** A checksum as it is kept; undefined where it is none. */
export function canonicalChecksum(text: string): string | undefined {
  if (/^https?:\/\/[^\s/]/i.test(text)) return parseUrl(text)?.href;
  const match = /^(?:(sha256|sha512):)?\s*([0-9a-f]{64}|[0-9a-f]{128})$/i.exec(text.trim());
  if (!match) return undefined;
  const algorithm = match[2]!.length === 64 ? "sha256" : "sha512";
  if (match[1] && match[1].toLowerCase() !== algorithm) return undefined;
  return `${algorithm}:${match[2]!.toLowerCase()}`;
}

/**
 * A file's digest from a list of them, as `sha256sum` writes it (coreutils manual, "md5sum invocation": a space and `*`
 * or a space before the name) or BSD's (`SHA256 (name) = digest`). A list of one digest alone is that of its file.
 */
export function digestFromList(text: string, name: string): string | undefined {
  const found = new Set<string>();
  const bare: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const gnu = /^\\?([0-9a-fA-F]{64}|[0-9a-fA-F]{128})(?:\s+[*]?(.*))?$/.exec(line.trim());
    const bsd = /^SHA(?:256|512)\s*\((.*)\)\s*=\s*([0-9a-fA-F]{64}|[0-9a-fA-F]{128})$/.exec(line.trim());
    const digest = gnu?.[1] ?? bsd?.[2];
    const of = gnu ? gnu[2] : bsd?.[1];
    if (!digest) continue;
    if (of === undefined || of === "") bare.push(digest);
    else if (of.replace(/^.*\//, "") === name) found.add(canonicalChecksum(digest)!);
  }
  if (found.size === 1) return [...found][0];
  return found.size === 0 && bare.length === 1 ? canonicalChecksum(bare[0]!) : undefined;
}

/** What the image must be, where that is known without asking anybody. */
export const expectedDigest = (inputs: Readonly<Inputs>): unknown =>
  parseDigest(inputs.checksum) ? inputs.checksum : inputs.checksum === undefined ? inputs.fileDigest : undefined;
