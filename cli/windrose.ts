#!/usr/bin/env node
import { writeFile } from "node:fs/promises";
import { previewSummary, type Surroundings, usage as summaryUsage, WrongUsage } from "./preview-summary/command";
import { UnreadableInput } from "./preview-summary/digest";

const usage = `windrose COMMAND

  preview-summary   what a \`pulumi preview --json\` would do, as Markdown

\`windrose COMMAND --help\` says more.
`;

const commands = { "preview-summary": { run: previewSummary, usage: summaryUsage } } as const;

async function main(argv: readonly string[], around: Surroundings): Promise<number> {
  const [name = "--help", ...rest] = argv;
  if (name === "--help" || name === "-h" || name === "help") {
    around.write(usage);
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    around.tell(`there is no command "${name}"\n\n${usage.trimEnd()}`);
    return 2;
  }
  const command = commands[name as keyof typeof commands];
  if (rest.includes("--help") || rest.includes("-h")) {
    around.write(command.usage);
    return 0;
  }
  try {
    return await command.run(rest, around);
  } catch (error) {
    if (error instanceof WrongUsage) around.tell(`${error.message}\n\n${command.usage.trimEnd()}`);
    else if (error instanceof UnreadableInput) around.tell(`the preview can't be read: ${error.message}`);
    else throw error;
    return 2;
  }
}

async function readAll(): Promise<string> {
  if (process.stdin.isTTY) throw new WrongUsage("no file is given, and nothing is piped in");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

main(process.argv.slice(2), {
  stdin: readAll,
  write: (text) => process.stdout.write(text),
  tell: (text) => process.stderr.write(`windrose: ${text}\n`),
  save: (file, text) => writeFile(file, text),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`windrose: ${error.message}\n`);
    process.exitCode = 2;
  },
);
