import type { KindSamples, Sample } from "../sample";
import { preparation } from "./host-preparation";
import { local, unseen } from "./unseen";

/** A requirement says something of the host and changes nothing on it: a higher one that is met, and one that is not. */
const requirement = (before: unknown, after: unknown, impossible: unknown, words: RegExp): Sample => ({
  values: () => [before, after],
  ...unseen,
  unobserved: "it is asked of the host at each update",
  refused: { value: impossible, words },
});

export const host: KindSamples = {
  kind: "Host",
  base: (place) => ({ connection: place.connection, requirements: { virtualization: "none" } }),
  async find(look) {
    const id = await look.shell("cat /etc/machine-id");
    return { identity: id, life: `boot ${await look.shell("cat /proc/1/stat | cut -d' ' -f22")}` };
  },
  all: async (look) => [await look.shell("cat /etc/machine-id")],
  samples: {
    connection: {
      values: (place) => [place.connection, place.otherConnection],
      ...unseen,
    },
    lineage: local("0".repeat(32), "1".repeat(32)),
    acceptReplacement: local("0".repeat(32), "1".repeat(32)),
    "requirements.virtualization": requirement("none", "preferred", "required", /no hardware virtualization/),
    "requirements.cpus": requirement(1, 2, 8192, /8192 are required/),
    "requirements.memory": requirement("64MiB", "128MiB", "1024TiB", /is required|are required/),
    "requirements.freeDisk": requirement({ "/": "1MiB" }, { "/": "2MiB" }, { "/": "1024TiB" }, /MiB free/),
    "requirements.hypervisorVersion": requirement("5.0", "6.2", "99.0", /99\.0 is required/),
    "capacity.cpus": local(1, 2),
    "capacity.memory": local("1GiB", "2GiB"),
    ...preparation,
    timeout: local(100, 101),
  },
  fixed: {
    modules:
      "a host of the lab shares its kernel, which has no modules: test/integration/host-system has a stand-in for modprobe",
  },
};
