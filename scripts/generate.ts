import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { allDrivers } from "../provider/drivers/registry";
import type { Definition } from "../provider/lifecycle/definition";
import { definitions } from "../provider/pulumi/definitions";
import { argumentsText, connectionText } from "./generate/arguments";
import { driversText } from "./generate/drivers";
import { projectText } from "./generate/project";
import { referenceText } from "./generate/reference";
import { folderOf } from "./generate/sources";

/**
 * Writes what is made from the field tables, the arguments' types and the reference, and from the example's list of its
 * configuration, the `config:` part of Pulumi.yaml. `npx tsx scripts/generate.ts`
 * writes, `--check` only compares.
 */

const root = dirname(__dirname);

/** Path → text of each file that is made. */
export function generated(all: readonly Definition[]): Readonly<Record<string, string>> {
  return {
    "provider/connections/arguments.ts": formatted("arguments.ts", connectionText()),
    ...Object.fromEntries(
      all.map((one) => [
        `provider/resources/${folderOf(one.kind)}/arguments.ts`,
        formatted("arguments.ts", argumentsText(one)),
      ]),
    ),
    "docs/resources.md": referenceText(all),
    "docs/drivers.md": driversText(all, allDrivers()),
    "Pulumi.yaml": projectText(readFileSync(join(root, "Pulumi.yaml"), "utf8")),
  };
}

/** As `npm run lint` wants it. */
function formatted(name: string, text: string): string {
  const biome = join(dirname(require.resolve("@biomejs/biome/package.json")), "bin/biome");
  return execFileSync(process.execPath, [biome, "format", `--stdin-file-path=${name}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
    timeout: 30_000,
  });
}

/** Those that are not as they should be. */
export function stale(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    try {
      return readFileSync(join(root, path), "utf8") === text ? [] : [path];
    } catch {
      return [path];
    }
  });
}

export function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
}

function main(): void {
  const files = generated(Object.values(definitions));
  if (!process.argv.includes("--check")) {
    write(files);
    return;
  }
  const old = stale(files);
  if (old.length > 0) {
    console.error(`out of date: ${old.join(", ")}; run \`npx tsx scripts/generate.ts\``);
    process.exitCode = 1;
  }
}

if (require.main === module) main();
