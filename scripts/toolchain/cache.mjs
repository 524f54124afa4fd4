import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Where things that are built once a machine are kept, outside the checkout. */
export function cacheDirectory(environment = process.env) {
  if (environment.WINDROSE_CACHE) return environment.WINDROSE_CACHE;
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache"), "windrose");
}

/** Tells one process from a later one with the same number; empty where /proc does not say. */
async function startTime(pid) {
  try {
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

async function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return false;
  }
  const now = await startTime(pid);
  return !now || !started || now === started;
}

async function readHolder(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`The lock ${path} can't be read (${error.message}); remove it if no other run is at work.`);
  }
}

/** Takes away the lock of a process that is gone. A lock that somebody else took in the meantime is put back. */
async function breakLock(path, dead) {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && moved.token !== dead.token) await link(aside, path).catch(() => {});
  await unlink(aside);
}

/**
 * Runs `work` while holding the lock file `path`; waits while another live process holds it.
 *
 * @param {string} path
 * @param {{waitMilliseconds: number, onWait?: (pid: number) => void}} options
 * @param {() => Promise<T>} work
 * @template T
 */
export async function withLock(path, { waitMilliseconds, onWait }, work) {
  const mine = { pid: process.pid, started: await startTime(process.pid), token: randomUUID() };
  const draft = `${path}.${mine.token}`;
  const until = Date.now() + waitMilliseconds;
  let told = false;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (;;) {
      try {
        // A link appears whole or not at all, so nobody reads a lock that is half written.
        await link(draft, path);
        break;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const holder = await readHolder(path);
      if (holder && !(await isAlive(holder))) {
        await breakLock(path, holder);
        continue;
      }
      if (Date.now() > until) {
        throw new Error(`Process ${holder?.pid} has held ${path} for over ${Math.round(waitMilliseconds / 1000)} s.`);
      }
      if (holder && !told) onWait?.(holder.pid);
      told = true;
      await delay(200);
    }
  } finally {
    await unlink(draft);
  }
  try {
    return await work();
  } finally {
    const holder = await readHolder(path);
    if (holder?.token === mine.token) await unlink(path);
  }
}

/** Calls `fill` with an empty directory, and moves it to `target` in one step when that succeeds. */
export async function publish(target, fill) {
  const draft = `${target}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
