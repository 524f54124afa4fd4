import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { WindroseError } from "../../basics/errors";
import type { Kept, Store } from "../../downloads/download";
import { readValidator, type Validator } from "../../downloads/resume";

/** Milliseconds after which what nobody went on with is deleted, whoever's it is. */
const longest = 7 * 24 * 3600 * 1000;

const root = () => join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "windrose", "downloads");

/** Who has a download: its folder is `KEY,HOST,PID,…`; that of one which nobody works on is `KEY` alone. */
const machine = encodeURIComponent(hostname()).replace(/[^A-Za-z0-9.-]/g, "_");

/**
 * What this machine has so far of a file that it downloads for an image, in `$PULUMI_HOME/windrose/downloads`. Each is a
 * folder, which whoever takes it renames: that only one can do. A folder of a process that is gone may be taken.
 */
export class KeptDownload implements Store {
  readonly path: string;
  private readonly validator: string;
  private readonly source: string;

  private constructor(
    readonly folder: string,
    private readonly key: string,
  ) {
    this.path = join(folder, "data");
    this.validator = join(folder, "validator");
    this.source = join(folder, "source");
  }

  /** Takes what there is under a key, or begins. */
  static take(key: string): KeptDownload {
    makeFolder(root());
    const mine = join(root(), [key, machine, process.pid, randomUUID().slice(0, 8)].join(","));
    let taken = false;
    for (const entry of entries()) {
      if (entry.key === key && entry.free && !taken) taken = moved(entry.path, mine);
      else if (entry.free && (entry.key === key || Date.now() - changed(entry.path) > longest))
        discardFolder(entry.path);
    }
    if (!taken) makeFolder(mine);
    return new KeptDownload(mine, key);
  }

  /** What is there of this source; of another one it goes. */
  async open(source: string): Promise<Kept> {
    if ((await textOf(this.source)) !== source) await this.discard();
    await writeFile(this.source, source, { mode: 0o600 });
    const size = await this.size();
    return { size, validator: size > 0 ? readValidator(await textOf(this.validator)) : undefined };
  }

  async size(): Promise<number> {
    try {
      return statSync(this.path).size;
    } catch {
      return 0;
    }
  }

  async keep(validator: Validator): Promise<void> {
    await writeFile(`${this.validator}.new`, JSON.stringify(validator), { mode: 0o600 });
    await rename(`${this.validator}.new`, this.validator);
  }

  async doubt(): Promise<void> {
    await rm(this.validator, { force: true });
  }

  async discard(): Promise<void> {
    for (const path of [this.validator, this.path]) await rm(path, { force: true });
  }

  /** For the next run, where there is something to go on from. */
  release(): void {
    let kept = false;
    try {
      kept = statSync(this.path).size > 0;
    } catch {
      // Nothing came.
    }
    if (!kept || !moved(this.folder, join(root(), this.key))) discardFolder(this.folder);
  }

  /** Nobody needs it any more. */
  clear(): void {
    discardFolder(this.folder);
  }
}

/** Deletes what was kept under a key, but for what another process works on. */
export function forgetDownload(key: string): void {
  for (const entry of entries()) if (entry.key === key && entry.free) discardFolder(entry.path);
}

interface Entry {
  path: string;
  key: string;
  /** Whether no process works on it. */
  free: boolean;
}

function entries(): Entry[] {
  let names: string[];
  try {
    names = readdirSync(root());
  } catch {
    return [];
  }
  return names.map((name) => {
    const [key = "", host, pid] = name.split(",");
    const path = join(root(), name);
    // Another machine can share this home directory; its processes can't be seen from here.
    const free = host === undefined || (host === machine ? !runs(Number(pid)) : Date.now() - changed(path) > longest);
    return { path, key, free };
  });
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function changed(folder: string): number {
  for (const path of [join(folder, "data"), folder]) {
    try {
      return statSync(path).mtimeMs;
    } catch {
      // The next one.
    }
  }
  return Date.now();
}

/** false: somebody else was faster. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function discardFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** For its owner alone. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new WindroseError(
      code === "ENOSPC" ? "no-space" : "download-failed",
      `can't write to ${path} on this machine (${code})`,
      {
        hint: 'Check the permissions and the free space of that folder, or set `via: "host"`.',
        cause: error,
      },
    );
  }
}
