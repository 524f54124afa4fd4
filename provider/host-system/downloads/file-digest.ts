import { requireTime, type Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { commandFailed } from "../commands";

export type Algorithm = "sha256" | "sha512";

/** Digest of a file of the host, read there as root. */
export async function digestOfFile(
  transport: Transport,
  path: string,
  algorithm: Algorithm,
  work: Work,
): Promise<string> {
  const argv = [`${algorithm}sum`, "--", path];
  const result = await transport.exec(argv, { root: true, timeout: requireTime(work), signal: work.signal });
  const match = /^\\?([0-9a-f]+) /.exec(result.stdout);
  if (result.code !== 0 || !match) throw commandFailed(argv[0]!, `reading ${path}`, result);
  return match[1]!;
}
