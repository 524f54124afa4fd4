/** `npm run lab -- up | down | list | sweep | run`: the lab for people, the test runner and the demo. */
import { parseArgs } from "node:util";
import {
  createLab,
  destroyLab,
  ensureLab,
  findLab,
  leftovers,
  listRuns,
  ownerState,
  sweep,
  systemPath,
} from "./index.js";
import { cacheDirectory } from "./paths.js";
import { runAttached } from "./process.js";

const usage = `Usage: npm run lab -- COMMAND
  up [--name demo] [--hosts 1]   start a lab that stays, and its hosts: anemoi, zephyr2, zephyr3 …
  down [--name demo]             remove it
  list                           labs on this machine
  sweep                          remove what dead runs left behind
  run [--name NAME] -- COMMAND   run a command in the network of a lab: of that one, or of a new one that ends with it`;

const say = (line: string): void => console.error(`lab: ${line}`);

/** Root's rights are needed for all of it; asks sudo without a password, once. */
async function asRoot(): Promise<number> {
  if (process.env.WINDROSE_LAB_SUDO) {
    say("sudo does not make this root");
    return 1;
  }
  const kept = [`WINDROSE_CACHE=${cacheDirectory()}`, `PATH=${process.env.PATH}`, "WINDROSE_LAB_SUDO=1"];
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const code = await runAttached(["sudo", "-n", "env", ...kept, ...again]).done.catch(() => 1);
  if (code !== 0)
    say("the lab makes network namespaces and containers: run it as root, or allow sudo without a password");
  return code;
}

async function up(name: string, hosts: number): Promise<number> {
  await ensureLab(say);
  const lab = (await findLab(name)) ?? (await createLab({ name, kept: true, log: say }));
  for (let number = 1; number <= hosts; number++) {
    const host = await lab.host({ name: number === 1 ? "anemoi" : `zephyr${number}`, log: say });
    console.log(`${host.name}  ${host.address}  ${host.hostKey}`);
  }
  console.log(`key   ${lab.privateKeyPath}\nhosts ${lab.knownHostsPath}`);
  const ssh = `ssh -i ${lab.privateKeyPath} -o UserKnownHostsFile=${lab.knownHostsPath}`;
  console.log(`enter npm run lab -- run --name ${name} -- ${ssh} root@ADDRESS`);
  return 0;
}

async function list(): Promise<number> {
  for (const id of listRuns()) {
    const lab = await findLab(id);
    if (lab) console.log(`${id}  ${await ownerState(id)}  ${lab.hostNames().join(" ") || "no hosts"}`);
  }
  return 0;
}

/** Runs a command in a lab's network and takes a lab of its own down afterwards, whatever happens to the command. */
async function runInside(name: string | undefined, argv: readonly string[]): Promise<number> {
  if (argv.length === 0) throw new Error(usage);
  const present = name ? await findLab(name) : undefined;
  if (name && !present) throw new Error(`There is no lab "${name}"`);
  const lab = present ?? (await createLab({ log: say }));
  // The command gets the terminal's signals as well, and this process has to outlive it.
  const stop = new Set<NodeJS.Signals>(["SIGINT", "SIGTERM", "SIGHUP"]);
  const { child, done } = runAttached(lab.inNamespace(argv), { env: { ...process.env, WINDROSE_LAB: lab.id } });
  for (const signal of stop) process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  try {
    return await done;
  } finally {
    if (!present) await lab.destroy();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: "string" }, hosts: { type: "string", default: "1" } },
  });
  const [command, ...rest] = positionals;
  if (!command || !["up", "down", "list", "sweep", "run"].includes(command)) throw new Error(usage);
  if (process.getuid?.() !== 0) return asRoot();
  // A user's PATH, which came along by sudo, often lacks root's programs.
  process.env.PATH = systemPath();
  const name = values.name ?? "demo";
  if (command === "up") return up(name, Number(values.hosts));
  if (command === "list") return list();
  if (command === "run") return runInside(values.name, rest);
  if (command === "down") {
    await destroyLab(name);
    const left = await leftovers(name);
    for (const each of left) say(`still there: ${each}`);
    return left.length === 0 ? 0 : 1;
  }
  for (const id of await sweep(say)) console.log(id);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    say(error.message);
    process.exitCode = 1;
  },
);
