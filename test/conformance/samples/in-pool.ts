import type { Look } from "../look";
import { elsewhere } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local } from "./unseen";

/** What is alike of volumes and images: files in pools. */

export const pathOf = (look: Look) => String(look.state.path);

/** A volume's or image's file: another inode is another file. */
export const find: KindSamples["find"] = async (look) => {
  // A file system gives the number of a file that is gone to the next one.
  const file = await look.shell('stat -c "%i of %w" "$1"', pathOf(look));
  return { identity: `${pathOf(look)} ${file}`, life: `inode ${file}` };
};

export const all: KindSamples["all"] = async (look) =>
  (await look.shell("find /var/lib/libvirt/images -type f -exec stat -c '%n %i of %w' {} +")).split("\n");

export const inPool = (
  what: "volume" | "image",
): Record<"host" | "adopt" | "timeout" | "pool" | "volumeName", Sample> => ({
  host: {
    values: (place) => [place.host, elsewhere(place).host],
    beside: (place, index) => (index === 1 ? { pool: elsewhere(place).pool } : {}),
    seen: (look) => look.shell("cat /etc/machine-id"),
    unobserved: `${what}s move only with their program`,
  },
  adopt: local(false, true),
  timeout: local(100, 101),
  pool: {
    values: (place) => [place.pool, place.otherPool],
    shows: () => ["conf-pool", "conf-other-pool"],
    seen: async (look) => pathOf(look).split("/").at(-2),
    unobserved: `a file in another pool is another ${what}`,
  },
  volumeName: {
    values: () => ["one.qcow2", "two.qcow2"],
    seen: async (look) => look.shell('basename "$(ls "$1")"', pathOf(look)),
    unobserved: `a file of another name is another ${what}`,
  },
});
