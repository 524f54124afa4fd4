import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ErrorCode, errorTable } from "../../provider/basics/errors";
import type { Kind } from "../../provider/lifecycle/schema";

/** What the reference takes from files: the example of a kind, and the errors that its own code raises. */

const root = dirname(dirname(__dirname));

/** docs/examples/KIND.ts: its first comment says what the resource is, the rest is the example. */
export function exampleOf(kind: Kind): { summary: string; text: string } {
  const path = join("docs", "examples", `${kind}.ts`);
  const match = existsSync(join(root, path))
    ? /^\/\*\* (.*?) \*\/\n([\s\S]*)$/.exec(readFileSync(join(root, path), "utf8"))
    : null;
  if (!match) throw new Error(`${path}: write one: a comment of one line that says what a ${kind} is, then an example`);
  return { summary: match[1]!, text: match[2]!.trim() };
}

/** The folder of a resource in provider/resources: `storage-pool`. */
export function folderOf(kind: string): string {
  return kind.replace(/(?!^)([A-Z])/g, "-$1").toLowerCase();
}

function filesOf(kind: Kind): string[] {
  const folder = join(root, "provider", "resources", folderOf(kind));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
}

/** Codes of the table that stand in the resource's own files as what it raises. */
export function raisedBy(kind: Kind): ErrorCode[] {
  const text = filesOf(kind)
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const raised = [...text.matchAll(/(?:refuse|new WindroseError)\(\s*"([a-z-]+)"/g)].map((match) => match[1]!);
  if (/\b(?:taken|foreign)\(/.test(text)) raised.push("already-exists");
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => raised.includes(code) && code !== "internal");
}
