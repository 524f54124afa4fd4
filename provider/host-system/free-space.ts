import { WindroseError } from "../basics/errors";
import type { Transport } from "../transports/transport";

/** Bytes free for users on the file system that holds the path, or its nearest parent that is there. One command. */
export async function freeSpace(transport: Transport, path: string): Promise<number> {
  if (!path.startsWith("/")) throw new WindroseError("invalid-input", `${path} is not an absolute path`);
  const parents: string[] = [];
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) parents.push(path.slice(0, end));
  // it tells of all that are there, in this order, and fails for the rest
  const { stdout, stderr } = await transport.exec(["df", "-P", "-k", "--", ...parents, "/"]);
  for (const line of stdout.split("\n").slice(1)) {
    const match = /\s\d+\s+-?\d+\s+(-?\d+)\s+(?:\d+%|-)\s+\//.exec(line);
    if (match) return Math.max(0, Number(match[1]) * 1024);
  }
  throw new WindroseError("command-failed", `The free space of ${path} can't be read: ${stderr.trim().slice(-200)}`);
}
