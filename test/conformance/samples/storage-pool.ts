import { first, type Look } from "../look";
import { elsewhere } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local } from "./unseen";

const path = async (look: Look) => first(await look.virsh("pool-dumpxml", look.name), /<path>([^<]*)</)!;

const stat =
  (format: string): Sample["seen"] =>
  async (look) =>
    look.shell('stat -c "$2" "$1"', await path(look), format);

const poolXml =
  (pattern: RegExp): Sample["seen"] =>
  async (look) =>
    first(await look.virsh("pool-dumpxml", look.name), pattern);

const change = (command: string) => async (look: Look) =>
  look.shell(`${command} "$1" && virsh -q pool-refresh "$2"`, await path(look), look.name);

export const storagePool: KindSamples = {
  kind: "StoragePool",
  base: (place) => ({ host: place.host, name: "conf-tried" }),
  async find(look) {
    const uuid = await look.virsh("pool-uuid", look.name);
    const where = await path(look);
    return {
      identity: `${uuid} ${look.name} ${where}`,
      life: `directory ${await look.shell('stat -c %i "$1"', where)}`,
    };
  },
  async all(look) {
    const names = (await look.virsh("pool-list", "--all", "--name")).split("\n").map((name) => name.trim());
    return Promise.all(names.filter(Boolean).map(async (name) => (await this.find(look.of({ name }))).identity));
  },
  samples: {
    host: {
      values: (place) => [place.host, elsewhere(place).host],
      seen: (look) => look.shell("cat /etc/machine-id"),
      unobserved: "a pool moves only with its program",
    },
    name: {
      values: () => ["conf-one", "conf-two"],
      seen: poolXml(/<name>([^<]*)</),
      unobserved: "libvirt renames no pool",
    },
    uuid: {
      values: () => ["11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-666666666666"],
      seen: poolXml(/<uuid>([^<]*)</),
      unobserved: "libvirt gives a pool no other UUID",
    },
    adopt: local(false, true),
    timeout: local(100, 101),
    path: {
      values: () => ["/srv/conf-one", "/srv/conf-two"],
      effect: "replace",
      seen: poolXml(/<path>([^<]*)</),
      drift: async (look) => {
        const text = await look.virsh("pool-dumpxml", look.name);
        await look.virsh("pool-destroy", look.name);
        await look.shell("mkdir -p /srv/conf-three");
        await look.virshWithFile(text.replace("/srv/conf-two", "/srv/conf-three"), "pool-define", "FILE");
      },
    },
    owner: { values: () => [1, 2], seen: stat("%u"), drift: change("chown 3") },
    group: { values: () => [1, 2], seen: stat("%g"), drift: change("chgrp 3") },
    mode: { values: () => ["0711", "0750"], shows: () => [711, 750], seen: stat("%a"), drift: change("chmod 700") },
    autostart: {
      values: () => [true, false],
      shows: () => ["yes", "no"],
      seen: async (look) => first(await look.virsh("pool-info", look.name), /Autostart:\s+(\w+)/),
      drift: (look) => look.virsh("pool-autostart", look.name),
    },
  },
};
