import { WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { noRoom } from "../../downloads/problems";
import type { Transport } from "../../transports/transport";
import { commandFailed } from "../commands";
import { freeSpace } from "../free-space";
import type { PartialFile } from "./partial-file";

/** Copies a file of the host, or what a block device holds, into a partial file. Answers its bytes. */
export async function copyFile(transport: Transport, partial: PartialFile, path: string, work: Work): Promise<number> {
  const { directory } = partial;
  const looked = await transport.exec(["stat", "-L", "-c", "%F:%s", "--", path], { root: true });
  if (looked.code !== 0) {
    throw new WindroseError("not-found", `there is no file ${path} on the host`, { hint: "Check `source`." });
  }
  const [kind = "", size] = looked.stdout.trim().split(":");
  if (!/^regular/.test(kind) && kind !== "block special file") {
    throw new WindroseError("invalid-input", `${path} on the host is a ${kind}, not a file`, {
      hint: "Check `source`.",
    });
  }
  const free = await freeSpace(transport, directory);
  if (free < Number(size)) throw noRoom(path, { total: Number(size), size: 0, free, place: directory });
  const argv = partial.guarded(["cp", "--", path, partial.path]);
  const result = partial.refuseOther(
    await transport.exec(argv, { root: true, timeout: requireTime(work), signal: work.signal }),
  );
  if (result.code !== 0) throw commandFailed("cp", `copying ${path}`, result);
  return partial.size();
}
