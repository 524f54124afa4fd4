#!/usr/bin/env node
import { writeFile } from "node:fs/promises";
import { main } from "./main";
import { WrongUsage } from "./usage";

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
  environment: process.env,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`windrose: ${error.message}\n`);
    process.exitCode = 2;
  },
);
