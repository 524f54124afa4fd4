import { first, type Look } from "../look";
import type { KindSamples, Sample } from "../sample";
import { all, find, inPool, pathOf } from "./in-pool";

const nameOf = (id: string) => id.slice(id.indexOf("/") + 1);

const info =
  (pattern: RegExp): Sample["seen"] =>
  async (look) =>
    first(await look.shell('qemu-img info -U "$1"', pathOf(look)), pattern);

const stat =
  (format: string): Sample["seen"] =>
  async (look) =>
    look.shell('stat -c "$2" "$1"', pathOf(look), format);

const change = (command: string) => async (look: Look) => look.shell(`${command} "$1"`, pathOf(look));

export const volume: KindSamples = {
  kind: "Volume",
  base: (place) => ({ host: place.host, pool: place.pool, name: "conf-tried", size: "4MiB" }),
  find,
  all,
  samples: {
    ...inPool("volume"),
    name: {
      values: () => ["conf-one", "conf-two"],
      seen: async (look) => first(pathOf(look), /(conf-[^/]*)-[^-/]*$/),
      unobserved: "a file of another name is another volume",
    },
    format: { values: () => ["qcow2", "raw"], seen: info(/file format: (\w+)/), unobserved: "it is made in it once" },
    size: {
      values: () => ["4MiB", "8MiB"],
      shows: () => [4 << 20, 8 << 20],
      effect: "live",
      seen: info(/virtual size: .*\((\d+) bytes/),
      // Made smaller behind our back, and grown again.
      drift: (look) => look.shell('qemu-img resize -q --shrink -f qcow2 "$1" 5M', pathOf(look)),
    },
    image: {
      values: (place) => [place.image, place.otherImage],
      shows: (place) => [nameOf(place.image), nameOf(place.otherImage)],
      beside: () => ({ size: undefined }),
      seen: info(/backing file: \S*\/(\S+)/),
      unobserved: "it is made from it once",
    },
    clone: {
      values: () => ["linked", "full"],
      shows: () => ["backing file", "none"],
      beside: (place) => ({ size: undefined, image: place.image }),
      seen: info(/(backing file):/),
      unobserved: "it is made from it once",
    },
    from: {
      values: (place) => [place.volume, place.otherVolume],
      shows: () => [8 << 20, 12 << 20],
      beside: () => ({ size: undefined }),
      seen: info(/virtual size: .*\((\d+) bytes/),
      unobserved: "it is made from it once",
    },
    preallocation: {
      values: () => ["off", "full"],
      shows: () => ["thin", "whole"],
      seen: async (look) => (Number(await stat("%b")(look, "stored")) * 512 >= 4 << 20 ? "whole" : "thin"),
      unobserved: "it is made with it once",
    },
    owner: { values: () => [1, 2], seen: stat("%u"), drift: change("chown 3") },
    group: { values: () => [1, 2], seen: stat("%g"), drift: change("chgrp 3") },
    mode: { values: () => ["0600", "0640"], shows: () => [600, 640], seen: stat("%a"), drift: change("chmod 604") },
  },
};
