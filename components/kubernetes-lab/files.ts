import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { PlanError } from "./problems";

/** Text that an argument holds, or names a file of: `~/ca.crt`, `/etc/ssl/ca.pem`, `./ca.pem`. */

const most = 1 << 20;

const isPath = (text: string): boolean => /^(~|\.{1,2})?\//.test(text);

/** @throws PlanError on the property */
export function textOrFile(text: string, property: string): string {
  if (!isPath(text)) return text;
  const path = text.startsWith("~/") ? join(homedir(), text.slice(2)) : resolve(text);
  try {
    if (statSync(path).size > most) throw new PlanError([{ property, reason: `the file ${text} is larger than 1MiB` }]);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof PlanError) throw error;
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw new PlanError([{ property, reason: `the file ${text} can't be read${code}` }]);
  }
}
