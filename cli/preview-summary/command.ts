import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Surroundings, UnreadableInput, WrongUsage } from "../usage";
import { readDigest } from "./digest";
import { type Allowance, BadPattern, type Gate, gates, parseAllowance } from "./gate";
import { render } from "./render";
import { reportOf } from "./report";

export const usage = `windrose preview-summary [FILE] [options]

Reads what \`pulumi preview --json\` wrote (FILE, or - or nothing for standard input) and writes Markdown: one table for
each host or component, and for each change its fields, its effect, what goes down and what data is lost.

  --fail-on EFFECTS    exit 1 where one of these is to happen: restart, replace, delete, data-loss (a list with commas;
                       also where the preview itself failed, since what is missing can't be judged)
  --allow PATTERN      what may happen all the same: TYPE/NAME with * and ?, or EFFECT:TYPE/NAME, as VirtualMachine/winds-*
                       or replace:Image/* (may be given again, or as a list with commas)
  --allow-file FILE    a file of such patterns, one a line; # begins a comment (may be given again)
  --max-length N       characters of Markdown at most; default 65000, which fits in a comment of GitHub
  --output FILE        write there, not to standard output

Exit codes: 0 fine, 1 --fail-on was hit, 2 wrong usage or unreadable input.
Give \`pulumi preview\` the option --show-sames as well to see names in place of ids.
`;

interface Asked {
  readonly file: string;
  readonly failOn: Gate[];
  readonly allowances: Allowance[];
  readonly longest: number;
  readonly output?: string;
}

/** @throws WrongUsage, UnreadableInput */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const asked = await parse(argv);
  const digest = readDigest(await input(asked.file, around));
  const report = reportOf(digest, asked.failOn, asked.allowances);
  const text = render(report, asked.longest);
  if (asked.output === undefined) around.write(text);
  else await around.save(asked.output, text);
  if (asked.failOn.length === 0) return 0;
  for (const { gate, change } of report.verdict.hits)
    around.tell(`not allowed: ${gate} of ${change.type}/${change.name}`);
  if (report.errors.length > 0) around.tell("the preview failed: what it left out can't be judged");
  return report.verdict.hits.length > 0 || report.errors.length > 0 ? 1 : 0;
}

async function parse(argv: readonly string[]): Promise<Asked> {
  const { values, positionals } = options(argv);
  if (positionals.length > 1) throw new WrongUsage("more than one file is given");
  const failOn = commas(values["fail-on"]).map((name) => {
    const gate = gates.find((one) => one === name);
    if (!gate) throw new WrongUsage(`--fail-on has no "${name}"; there are ${gates.join(", ")}`);
    return gate;
  });
  const longest = Number(values["max-length"] ?? 65_000);
  if (!Number.isSafeInteger(longest) || longest < 1000)
    throw new WrongUsage("--max-length is a number of characters, 1000 at least");
  const patterns = [...commas(values.allow), ...(await patternsOf(values["allow-file"] ?? []))];
  return { file: positionals[0] ?? "-", failOn, allowances: patterns.map(allowance), longest, output: values.output };
}

function options(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        "fail-on": { type: "string", multiple: true },
        allow: { type: "string", multiple: true },
        "allow-file": { type: "string", multiple: true },
        "max-length": { type: "string" },
        output: { type: "string", short: "o" },
      },
    });
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

function allowance(pattern: string): Allowance {
  try {
    return parseAllowance(pattern);
  } catch (error) {
    if (error instanceof BadPattern) throw new WrongUsage(error.message);
    throw error;
  }
}

const commas = (values: readonly string[] | undefined) =>
  (values ?? []).flatMap((value) => value.split(",").map((one) => one.trim())).filter((one) => one !== "");

async function patternsOf(files: readonly string[]): Promise<string[]> {
  const patterns: string[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch((error: Error) => {
      throw new WrongUsage(`the allow-list can't be read: ${error.message}`);
    });
    patterns.push(
      ...text
        .split(/\r?\n/)
        .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
        .filter((line) => line !== ""),
    );
  }
  return patterns;
}

async function input(file: string, around: Surroundings): Promise<string> {
  if (file === "-") return around.stdin();
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UnreadableInput(error.message);
  });
}
