/** What the scripts, which are plain JavaScript, ask of the lab. Progress goes to stderr, the answer as JSON to stdout. */
import {
  bring,
  createLab,
  destroyLab,
  ensureMicroGuest,
  ensurePackages,
  findLab,
  leftovers,
  missingPackages,
  systemPath,
  whyNoLab,
} from "../../test/lab/index.js";

const log = (line: string): void => console.error(`  ${line}`);

/** A lab that stays, with one host, and all that a program needs to reach it. */
async function up(name: string, hostName: string): Promise<unknown> {
  await bring(["host", "micro"], log);
  const lab = (await findLab(name)) ?? (await createLab({ name, kept: true, log }));
  const host = await lab.host({ name: hostName, log });
  return {
    namespace: `/run/netns/${lab.namespace}`,
    address: host.address,
    port: host.sshPort,
    hostKey: host.hostKey,
    identityFile: lab.privateKeyPath,
    knownHosts: lab.knownHostsPath,
    guest: await ensureMicroGuest(log),
  };
}

async function find(name: string): Promise<unknown> {
  const lab = await findLab(name);
  return lab ? { namespace: `/run/netns/${lab.namespace}` } : null;
}

async function down(name: string): Promise<unknown> {
  await destroyLab(name);
  return leftovers(name);
}

async function main(): Promise<unknown> {
  const [command, name = "", host = "anemoi"] = process.argv.slice(2);
  if (command === "obstacle") return whyNoLab();
  if (command === "missing") return missingPackages({ unit: true });
  if (command === "packages") return ensurePackages(log).then(() => true);
  if (command === "bring") return bring(process.argv.slice(3), log).then(() => true);
  if (command === "up") return up(name, host);
  if (command === "find") return find(name);
  if (command === "down") return down(name);
  throw new Error("lab-tool obstacle | missing | packages | bring PART… | up NAME HOST | find NAME | down NAME");
}

// A user's PATH, which goes along to root, often lacks root's programs.
process.env.PATH = systemPath();
main().then(
  (answer) => console.log(JSON.stringify(answer ?? null)),
  (error: Error) => {
    console.error(`lab: ${error.message}`);
    process.exitCode = 1;
  },
);
