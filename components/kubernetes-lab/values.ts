import { X509Certificate } from "node:crypto";
import { sizeProblem as problemOfSize, publicKeyProblem } from "../../provider/index";

/** Why a value can't be right, or nothing. Each reason follows the argument's name in a sentence. Pure. */

/** A label of RFC 1123, as short as the names of all that is made of it need. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name === "string" && /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) return undefined;
  return `"${name}" is not a host name: 1 to 20 lowercase letters, digits and inner dashes (RFC 1123)`;
}

/** A size as `2GiB`, and not nothing. */
export const sizeProblem = (size: unknown, of?: "disk" | "memory"): string | undefined => problemOfSize(size, 1, of);

export function countProblem(count: unknown): string | undefined {
  return Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 4096
    ? undefined
    : `"${count}" is not a whole number from 1 to 4096`;
}

export function ratioProblem(ratio: unknown): string | undefined {
  return typeof ratio === "number" && ratio > 0 && ratio <= 1000 ? undefined : `"${ratio}" is not a number above 0`;
}

/** A line of an authorized_keys file. Quotes nothing of it: it may be a private key. */
export const keyProblem = publicKeyProblem;

interface Block {
  readonly kind: string;
  /** undefined: it has no end. */
  readonly whole?: string;
}

/** The blocks of a text in PEM (RFC 7468), up to the first without an end. Reads each character of any text a few times at most. */
function* blocksOf(text: string): Generator<Block> {
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const kind = found[1]!;
    const last = `-----END ${kind}-----`;
    const at = text.indexOf(last, begin.lastIndex);
    if (at === -1) return yield { kind };
    begin.lastIndex = at + last.length;
    yield { kind, whole: text.slice(found.index, begin.lastIndex) };
  }
}

/** Text with one or more certificates (PEM), and nothing secret. */
export function certificateProblem(text: unknown): string | undefined {
  if (typeof text !== "string" || text.length > 1 << 20) return "is not the text of a certificate (PEM)";
  let count = 0;
  for (const { kind, whole } of blocksOf(text)) {
    count++;
    if (/PRIVATE KEY/.test(kind)) return "holds a private key; give the certificate alone";
    if (!/^(TRUSTED |X509 )?CERTIFICATE$/.test(kind)) return `holds a ${kind}, which is not a certificate`;
    if (whole === undefined) return `is incomplete: it has no -----END ${kind}-----`;
    try {
      new X509Certificate(whole);
    } catch {
      return "is not a certificate: its content can't be read as X.509";
    }
  }
  return count === 0 ? "is not a certificate: it has no -----BEGIN CERTIFICATE-----" : undefined;
}

/** Each certificate of the text by itself, in PEM as OpenSSL writes it. */
export function certificatesOf(text: string): string[] {
  return [...blocksOf(text)].flatMap(({ whole }) => (whole ? [new X509Certificate(whole).toString()] : []));
}

export function userProblem(user: unknown): string | undefined {
  return typeof user === "string" && /^[a-z_][a-z0-9_-]{0,31}$/.test(user)
    ? undefined
    : `"${user}" is not a user name: lowercase letters, digits, _ and -`;
}

const hop = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/** What ssh_config(5) takes for ProxyJump: `[user@]host[:port]`, several with commas. */
export function jumpProblem(jump: unknown): string | undefined {
  return typeof jump === "string" && jump.split(",").every((each) => hop.test(each))
    ? undefined
    : `"${jump}" is not written as user@host or user@host:port`;
}
