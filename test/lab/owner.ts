import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runDirectory, runsDirectory } from "./paths.js";
import { startTime } from "./process.js";

/** Who a lab belongs to: a process, or nobody for one that is to stay until somebody takes it down. */
interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
  readonly kept: boolean;
}

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

const ownerFile = (id: string): string => join(runDirectory(id), "owner.json");

export async function writeOwner(id: string, kept: boolean): Promise<void> {
  const owner: Owner = { pid: process.pid, started: startTime(process.pid) ?? "", boot: bootId(), kept };
  await writeFile(ownerFile(id), JSON.stringify(owner), { flag: "wx" });
}

export type OwnerState = "kept" | "live" | "dead";

export async function ownerState(id: string): Promise<OwnerState> {
  const text = await readFile(ownerFile(id), "utf8").catch(() => undefined);
  // The directory is made before the file: without one, whoever makes it may be between the two.
  if (!text) return "live";
  const owner = JSON.parse(text) as Owner;
  if (owner.boot !== bootId()) return "dead";
  if (owner.kept) return "kept";
  return startTime(owner.pid) === owner.started ? "live" : "dead";
}

/** The live process that a lab belongs to. It has the machine's own network, whatever runs within the lab. */
async function ownerProcess(id: string): Promise<number | undefined> {
  if ((await ownerState(id)) === "dead") return undefined;
  const owner = JSON.parse(await readFile(ownerFile(id), "utf8")) as Owner;
  return startTime(owner.pid) === owner.started ? owner.pid : undefined;
}

/** What goes before a command that is to reach registries: within a lab none is reached, from its owner's network they are. */
export async function outsideOfLabs(): Promise<string[]> {
  const owner = process.env.WINDROSE_LAB && (await ownerProcess(process.env.WINDROSE_LAB));
  return owner ? ["nsenter", `--net=/proc/${owner}/ns/net`, "--"] : [];
}

/** Ids of all labs with a directory in this cache. */
export function listRuns(): string[] {
  try {
    return readdirSync(runsDirectory()).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}
