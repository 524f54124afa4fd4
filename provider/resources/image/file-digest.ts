import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Digest } from "./source";

/** Digests of files of this machine. An image is gigabytes, and each preview asks for its digest. */

const digests = new Map<string, Promise<string>>();

/** A file as it is: another one, or another content, has another text. */
function identityOf(path: string): { text: string; changed: bigint } {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { text: [dev, ino, size, mtimeNs, ctimeNs].join("."), changed: mtimeNs > ctimeNs ? mtimeNs : ctimeNs };
}

/** A file's digest, with its algorithm. It is read once in a process, as long as it is the same. */
export function digestOfFile(path: string, algorithm: Digest["algorithm"] = "sha256"): Promise<string> {
  const key = JSON.stringify([algorithm, path, identityOf(path).text]);
  let digest = digests.get(key);
  if (!digest) {
    digest = hashFile(path, algorithm);
    digests.set(key, digest);
    digest.catch(() => digests.delete(key));
  }
  return digest;
}

/**
 * A file's SHA-256, which is kept for the next run in `$PULUMI_HOME/windrose/digests`, a file for each path. Good to see
 * that a file is another one; what is to be verified is read.
 */
export async function keptDigestOfFile(path: string, folder = digestFolder()): Promise<string> {
  const { text, changed } = identityOf(path);
  const kept = join(folder, createHash("sha256").update(path).digest("hex"));
  try {
    const [identity, digest = ""] = (await readFile(kept, "utf8")).split("\n");
    if (identity === text && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  } catch {
    // None yet.
  }
  const since = BigInt(Date.now()) * 1_000_000n;
  const digest = await digestOfFile(path);
  // What has changed a moment ago may change again within one tick of the file system's clock.
  if (since - changed > settled && identityOf(path).text === text) await keep(folder, kept, `${text}\n${digest}\n`);
  return digest;
}

/** Nanoseconds: the coarsest clock of a file system that is in use has 2 s (FAT). */
const settled = 3_000_000_000n;

function digestFolder(): string {
  return join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "windrose", "digests");
}

/** Best effort: a home that can't be written makes the next run slower, and nothing else. */
async function keep(folder: string, path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

async function hashFile(path: string, algorithm: Digest["algorithm"]): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return `${algorithm}:${hash.digest("hex")}`;
}
