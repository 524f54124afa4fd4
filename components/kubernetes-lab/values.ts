import { X509Certificate } from "node:crypto";
import { sizeProblem as problemOfSize, publicKeyProblem } from "../../provider/index";

/** Why a value can't be right, or nothing. Each reason follows the argument's name in a sentence. Pure. */

/** A label of RFC 1123, as short as the names of all that is made of it need. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name === "string" && /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) return undefined;
  return `"${name}" is no host name: 1 to 20 small letters, digits and inner dashes (RFC 1123)`;
}

/** A size as `2GiB`, and not nothing. */
export const sizeProblem = (size: unknown): string | undefined => problemOfSize(size, 1);

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

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** Text with one or more certificates (PEM), and nothing secret. */
export function certificateProblem(text: unknown): string | undefined {
  if (typeof text !== "string" || text.length > 1 << 20) return "is not the text of a certificate (PEM)";
  const blocks = [...text.matchAll(block)];
  if (blocks.length === 0) return "is no certificate: it has no -----BEGIN CERTIFICATE-----";
  for (const [whole, kind] of blocks) {
    if (/PRIVATE KEY/.test(kind!)) return "holds a private key; give the certificate alone";
    if (!/^(TRUSTED |X509 )?CERTIFICATE$/.test(kind!)) return `holds a ${kind}, which is no certificate`;
    try {
      new X509Certificate(whole);
    } catch {
      return "is no certificate: what it holds can't be read as X.509";
    }
  }
  return undefined;
}

/** Each certificate of the text by itself, in PEM as OpenSSL writes it. */
export function certificatesOf(text: string): string[] {
  return [...text.matchAll(block)].map(([whole]) => new X509Certificate(whole).toString());
}

export function userProblem(user: unknown): string | undefined {
  return typeof user === "string" && /^[a-z_][a-z0-9_-]{0,31}$/.test(user)
    ? undefined
    : `"${user}" is no user's name: small letters, digits, _ and -`;
}

const hop = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/** What ssh_config(5) takes for ProxyJump: `[user@]host[:port]`, several with commas. */
export function jumpProblem(jump: unknown): string | undefined {
  return typeof jump === "string" && jump.split(",").every((each) => hop.test(each))
    ? undefined
    : `"${jump}" is not written as user@host or user@host:port`;
}
