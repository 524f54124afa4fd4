import { until } from "../../lab";
import { first, type Look } from "../look";
import { elsewhere } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local } from "./unseen";

const domainOf = (look: Look) => look.virsh("domname", String(look.state.machine));

const snapshotXml =
  (pattern: RegExp): Sample["seen"] =>
  async (look) =>
    first(await look.virsh("snapshot-dumpxml", await domainOf(look), look.name), pattern);

export const snapshot: KindSamples = {
  kind: "Snapshot",
  base: (place) => ({ host: place.host, machine: place.machine, name: "conf-tried" }),
  async find(look) {
    const domain = await domainOf(look);
    const text = await look.virsh("snapshot-dumpxml", domain, look.name);
    const made = first(text, /<creationTime>(\d+)</);
    return { identity: `${await look.virsh("domuuid", domain)} ${look.name} ${made}`, life: `snapshot of ${made}` };
  },
  async replaceable(look) {
    const made = Number((await this.find(look)).life.split(" ").at(-1));
    await until("the next second", async () => Number(await look.shell("date +%s")) > made);
  },
  async all(look) {
    const domain = await domainOf(look);
    const names = (await look.virsh("snapshot-list", domain, "--name")).split("\n").map((name) => name.trim());
    const found = names.filter(Boolean).map((name) => this.find(look.of({ machine: look.state.machine, name })));
    return (await Promise.all(found)).map(({ identity }) => identity);
  },
  samples: {
    host: {
      values: (place) => [place.host, elsewhere(place).host],
      beside: (place, index) => (index === 1 ? { machine: elsewhere(place).machine } : {}),
      seen: (look) => look.shell("cat /etc/machine-id"),
      unobserved: "a snapshot stays with its machine",
    },
    adopt: local(false, true),
    timeout: local(100, 101),
    machine: {
      values: (place) => [place.machine, place.otherMachine],
      shows: () => ["conf-machine", "conf-other-machine"],
      seen: domainOf,
      unobserved: "a snapshot stays with its machine",
    },
    name: {
      values: () => ["conf-one", "conf-two"],
      seen: snapshotXml(/<name>([^<]*)</),
      unobserved: "one of another name is another snapshot",
    },
    description: {
      values: () => ["one", "two"],
      seen: snapshotXml(/<description>(one|two|three)\b/),
      drift: async (look) => {
        const domain = await domainOf(look);
        const text = await look.virsh("snapshot-dumpxml", domain, look.name, "--security-info");
        const changed = text.replace("<description>two", "<description>three");
        await look.virshWithFile(changed, "snapshot-create", domain, "FILE", "--redefine");
      },
    },
    memory: {
      values: () => [true, false],
      shows: () => ["internal", "no"],
      // A machine that runs has no snapshot without its memory.
      beside: (place, index) => ({ machine: index === 0 ? place.machine : place.stopped }),
      seen: snapshotXml(/<memory snapshot='(\w+)'/),
      unobserved: "it is made with it once",
    },
    quiesce: {
      values: () => [false, true],
      shows: () => ["there", "there"],
      // What does not run needs no writing out.
      beside: (place) => ({ machine: place.stopped }),
      seen: async (look) => ((await snapshotXml(/<name>([^<]*)</)(look, "stored")) ? "there" : "none"),
      unobserved: "it is made with it once",
    },
    restore: {
      values: () => ["one", "two"],
      // The machine ran when the snapshot was made, and stands still before it is rolled back.
      prepare: async (look) => look.virsh("suspend", await domainOf(look)),
      shows: () => ["paused", "running"],
      effect: "live",
      seen: async (look) => look.virsh("domstate", await domainOf(look)),
      unobserved: "it is done once",
    },
  },
  fixed: { suffix: "derived from the host's lineage, and then kept" },
};
