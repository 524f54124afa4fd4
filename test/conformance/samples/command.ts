import type { Inputs } from "../../../provider/basics/record";
import type { Look } from "../look";
import { elsewhere, type Place } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local, unseen } from "./unseen";

/** What the tried command leaves on the host: an id, as long as it is not undone, and how it was run the last time. */
const at = "/srv/conf-command";

const script = (word: string) => `mkdir -p ${at}
[ -e ${at}/id ] || cat /proc/sys/kernel/random/uuid > ${at}/id
echo run >> ${at}/runs
echo ${word} > ${at}/word
echo "$0" > ${at}/interpreter
echo "$VALUE" > ${at}/environment
pwd > ${at}/workingDirectory
id -u > ${at}/root
cat > ${at}/stdin`;

const unobserved = "what a command did can't be looked at";

const left = (file: string) => (look: Look) => look.shell('cat "$1"', `${at}/${file}`);

const run = (file: string, before: unknown, after: unknown, shows?: readonly [unknown, unknown]): Sample => ({
  values: () => [before, after],
  ...(shows ? { shows: () => shows } : {}),
  effect: "live",
  seen: left(file),
  unobserved,
});

/** A command in a machine that has nothing to do there yet. */
const inMachine = (place: Place): Inputs => ({
  machine: place.machine,
  create: undefined,
  delete: undefined,
  update: "true",
});

const connection = (before: unknown, after: unknown): Sample => ({
  values: () => [before, after],
  beside: inMachine,
  ...unseen,
});

const identity = async (look: Look) => (await look.shell(`cat ${at}/id 2>/dev/null || true`)).trim();

export const command: KindSamples = {
  kind: "Command",
  base: (place) => ({ host: place.host, create: script("one"), delete: `rm -r ${at}` }),
  async find(look) {
    const found = await identity(look);
    return { identity: found, life: `effect of ${found}` };
  },
  async all(look) {
    const found = await identity(look);
    return found === "" ? [] : [found];
  },
  samples: {
    host: {
      values: (place) => [place.host, elsewhere(place).host],
      seen: (look) => look.shell("cat /etc/machine-id"),
      unobserved,
    },
    create: run("word", script("one"), script("two"), ["one", "two"]),
    update: run("word", `echo two > ${at}/word`, `echo three > ${at}/word`, ["one", "three"]),
    delete: local(`rm -r ${at}`, ["rm", "-r", at]),
    interpreter: run("interpreter", undefined, ["bash", "-e"], ["sh", "/dev/fd/3"]),
    environment: { ...run("environment", { VALUE: "one" }, { VALUE: "two" }), shows: () => ["one", "two"] },
    stdin: run("stdin", "one", "two"),
    triggers: run("runs", [1], [{ a: [2] }], ["run", "run\nrun"]),
    workingDirectory: run("workingDirectory", "/srv", "/tmp"),
    root: run("root", true, false, ["0", "0"]),
    log: local("status", "none"),
    secretOutput: local(true, false),
    timeout: local(100, 101),
    "connection.user": connection("root", "wind"),
    "connection.port": connection(22, 2222),
    "connection.address": connection("172.17.2.10", "172.17.2.11"),
    "connection.hostKey": connection("ssh-ed25519 AAAA", "ssh-ed25519 AAAB"),
    "connection.identityFile": connection("/root/.ssh/one", "/root/.ssh/two"),
    "connection.agent": connection(false, "/run/agent"),
    "connection.privateKey": connection("one", "two"),
    "connection.passphrase": connection("one", "two"),
    "connection.timeout": connection(100, 101),
  },
  fixed: { machine: "it needs a guest to log in to: test/e2e/command.test.ts" },
};
