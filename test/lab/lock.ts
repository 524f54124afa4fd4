import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Runs `work` while holding a lock on the file `path`. The kernel keeps it for a child that lives as long as its standard
 * input is open, so it is free again when this process ends, however it ends.
 *
 * @param wait milliseconds to wait for another holder.
 */
export async function withLock<T>(path: string, wait: number, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const seconds = String(Math.ceil(wait / 1000));
  const child = spawn("flock", ["--exclusive", "--wait", seconds, path, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const slow = setTimeout(onWait, 500);
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`The lock ${path} was held by another run for over ${seconds} s`)));
    });
    clearTimeout(slow);
    return await work();
  } finally {
    clearTimeout(slow);
    child.stdin.end();
    await ended;
  }
}
