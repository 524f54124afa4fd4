import type { Readable, Writable } from "node:stream";
import { asWindroseError, WindroseError } from "../basics/errors";
import { bounds, seconds } from "./bounds";
import { LineSplitter, TailBuffer } from "./output";
import type { RunningCommand } from "./running-command";
import type { ExecResult, UploadOptions } from "./transport";
import { uploadFailure, uploadScript } from "./upload-script";

interface StartedUpload {
  command: RunningCommand;
  /** Throws where the exit code is sudo's or the shell's, not the script's. */
  classify(result: ExecResult): Promise<void>;
}

/** Bytes of a frame: large enough that one `dd` for each costs little. */
const frameSize = 1024 * 1024;
/** Milliseconds between two calls of `progress`. */
const progressInterval = 200;

/** Sends a stream to `uploadScript` (see there for the framing) and waits for its word that all of it arrived. */
export async function upload(
  source: Readable,
  path: string,
  options: UploadOptions,
  start: (argv: string[]) => Promise<StartedUpload>,
): Promise<void> {
  const mode = (options.mode ?? 0o644).toString(8);
  const { command, classify } = await start(["sh", "-c", uploadScript, "sh", path, mode, String(options.size ?? 0)]);
  const release = command.hold?.();
  const stallTimeout = options.stallTimeout ?? bounds.uploadStall;
  const stderr = new TailBuffer(16 * 1024);
  const stop = new AbortController();
  let written = 0;
  let reported = 0;
  let moved = Date.now();
  let patience = stallTimeout;
  let confirmed = false;

  const lines = new LineSplitter((line) => {
    moved = Date.now();
    if (line === "done") confirmed = true;
    else written = Number(line);
    if (!confirmed && Date.now() - reported < progressInterval) return;
    reported = Date.now();
    options.progress?.(written);
  });
  command.stdout.on("data", (chunk: Buffer) => lines.add(chunk));
  command.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
  command.stdin.on("error", () => {});

  const watch = setInterval(
    () => {
      if (Date.now() - moved < patience) return;
      stop.abort(new WindroseError("timeout", `The upload of ${path} made no progress for ${seconds(patience)}`));
    },
    Math.min(1000, Math.max(10, stallTimeout / 4)),
  );
  const onAbort = () => stop.abort(new WindroseError("aborted", `The upload of ${path} was interrupted`));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) onAbort();

  try {
    const stopped = rejectionOf(stop.signal);
    // A failure of the script (no space) ends the sending; a failure of the source ends the script.
    const end = command.ended.then((value) => {
      stop.abort(undefined);
      return value;
    });
    end.catch(() => {});
    const sending = send(source, command.stdin, stop.signal, () => {
      moved = Date.now();
    }).then((total) => {
      // The file is flushed to the disk now, of which nothing can be seen.
      patience = stallTimeout * 5;
      return total;
    });
    sending.catch(() => {});
    const { code } = await Promise.race([end, stopped, sending.then(() => end)]);
    await classify({ code, stdout: "", stderr: stderr.toString() });
    if (code !== 0) throw uploadFailure(code, path, stderr.toString());
    if (!confirmed) throw uploadFailure(95, path, "");
  } catch (error) {
    command.hangUp();
    throw asWindroseError(error);
  } finally {
    clearInterval(watch);
    options.signal?.removeEventListener("abort", onAbort);
    stop.abort(undefined);
    source.destroy();
    release?.();
  }
}

/** Cuts the source into frames; resolves with the number of bytes when all are written. */
async function send(source: Readable, stdin: Writable, stop: AbortSignal, onWritten: () => void): Promise<number> {
  let total = 0;
  let gathered: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    const frame = Buffer.concat([Buffer.from(`${size}\n`), ...gathered]);
    total += size;
    gathered = [];
    size = 0;
    await write(stdin, frame, stop);
    onWritten();
  };
  for await (const data of source) {
    if (stop.aborted) return total;
    let chunk: Buffer = typeof data === "string" ? Buffer.from(data) : data;
    while (size + chunk.length >= frameSize) {
      const part = chunk.subarray(0, frameSize - size);
      chunk = chunk.subarray(part.length);
      gathered.push(part);
      size += part.length;
      await flush();
    }
    if (chunk.length > 0) {
      gathered.push(chunk);
      size += chunk.length;
    }
  }
  if (stop.aborted) return total;
  if (size > 0) await flush();
  await write(stdin, Buffer.from(`0 ${total}\n`), stop);
  stdin.end();
  return total;
}

/**
 * Waits until the command's side has taken the data, or all is over. A write that fails does not end the wait: why it
 * failed is what the command's exit code says. (ssh2 never calls back for a channel that has closed.)
 */
function write(stdin: Writable, data: Buffer, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => resolve();
    if (stop.aborted) return over();
    stop.addEventListener("abort", over, { once: true });
    stdin.write(data, (error) => {
      if (error) return;
      stop.removeEventListener("abort", over);
      over();
    });
  });
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_resolve, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        if (signal.reason instanceof WindroseError) reject(signal.reason);
      },
      { once: true },
    );
    if (signal.aborted && signal.reason instanceof WindroseError) reject(signal.reason);
  });
  promise.catch(() => {});
  return promise;
}
