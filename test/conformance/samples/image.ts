import { first } from "../look";
import type { KindSamples, Sample } from "../sample";
import { all, find, inPool, pathOf } from "./in-pool";
import { local, unseen } from "./unseen";

const sum: Sample["seen"] = async (look) =>
  `sha256:${first(await look.shell('sha256sum "$1"', pathOf(look)), /^(\w+)/)}`;

const once = "it is made from it once";

export const image: KindSamples = {
  kind: "Image",
  base: (place) => ({
    host: place.host,
    pool: place.pool,
    name: "conf-tried",
    source: place.source,
    checksum: place.digest,
  }),
  find,
  all,
  samples: {
    ...inPool("image"),
    name: {
      values: () => ["conf-one", "conf-two"],
      seen: async (look) => first(pathOf(look), /(conf-\w+)-[^/]*$/),
      unobserved: "a file of another name is another image",
    },
    source: {
      values: (place) => [place.source, place.sameSource],
      effect: "local",
      ...unseen,
    },
    checksum: {
      values: (place) => [place.digest, place.otherDigest],
      beside: (place, index) => (index === 1 ? { source: place.otherSource } : {}),
      effect: "replace",
      seen: sum,
      unobserved: once,
    },
    format: {
      values: () => ["qcow2", "raw"],
      shows: () => ["qcow2", "raw"],
      beside: (_place, index) => ({
        source: index === 0 ? "host:/srv/conf.qcow2" : "host:/srv/conf.raw",
        checksum: undefined,
      }),
      seen: async (look) => first(await look.shell('qemu-img info -U "$1"', pathOf(look)), /file format: (\w+)/),
      unobserved: once,
    },
    decompress: {
      values: () => ["none", "gzip"],
      shows: () => ["packed", "unpacked"],
      beside: () => ({ source: "host:/srv/conf.gz", checksum: undefined, format: "raw" }),
      seen: (look) => look.shell('gzip -t "$1" 2>/dev/null && echo packed || echo unpacked', pathOf(look)),
      unobserved: once,
    },
    via: local("auto", "client"),
  },
  fixed: {
    suffix: "derived from the host's lineage, and then kept",
    fileDigest: "what a file of this machine holds, read by check: tried in test/unit/resources/image.test.ts",
    upstreamDigest: "what a list of digests says, read by a refresh: tried in test/unit/resources/image.test.ts",
  },
};
