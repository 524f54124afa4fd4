import { device, first } from "../look";
import type { Sample } from "../sample";
import { inSeed, seed } from "./machine-look";

/** cloud-init's seed: what is looked at is the file that the machine has, before and after its restart. */

const seeded: Pick<Sample, "beside" | "unobserved"> = {
  beside: () => ({ cloudInit: { hostname: "conf" } }),
  unobserved: "a seed of another content is another file: its path is in the definition",
};

const of = (before: unknown, after: unknown, pattern: RegExp, shows: readonly [unknown, unknown]): Sample => ({
  values: () => [before, after],
  shows: () => shows,
  seen: inSeed(pattern),
  ...seeded,
});

/** Of any bytes: nobody has the private half. */
function publicKey(name: string): string {
  const head = Buffer.from("0000000b7373682d6564323535313900000020", "hex");
  return `ssh-ed25519 ${Buffer.concat([head, Buffer.alloc(32, name)]).toString("base64")} ${name}`;
}

export const seedSamples: Record<string, Sample> = {
  cloudInit: {
    values: () => [undefined, { hostname: "conf" }],
    shows: () => [false, true],
    seen: async (look, which) => (await seed(look, which)).includes("instance-id"),
    drift: (look) => look.redefine((text) => text.replace(device(text, "disk", "seed") ?? "no seed", "")),
  },
  "cloudInit.hostname": {
    values: () => ["conf-guest", "conf-other"],
    guest: true,
    seen: async (look, which) =>
      which === "running" ? look.inGuest("hostname") : first(await seed(look, which), /local-hostname: (\S+)/),
    unobserved: seeded.unobserved!,
  },
  "cloudInit.fqdn": of("a.lab.example", "b.lab.example", /fqdn: (\S+)/, ["a.lab.example", "b.lab.example"]),
  "cloudInit.users": of(["ada"], ["grace"], /\b(ada|grace)\b/, ["ada", "grace"]),
  "cloudInit.sshKeys": of([publicKey("one")], [publicKey("two")], /ssh-ed25519 \S+ (one|two)/, ["one", "two"]),
  "cloudInit.packages": of(["htop"], ["tmux"], /(htop|tmux)/, ["htop", "tmux"]),
  "cloudInit.runCommands": of(["echo one"], ["echo two"], /echo (one|two)/, ["one", "two"]),
  "cloudInit.userData": of("#!/bin/sh\n# one\n", "#!/bin/sh\n# two\n", /# (one|two)/, ["one", "two"]),
  "cloudInit.networkConfig": of(
    { version: 2, ethernets: { one: { dhcp4: true } } },
    { version: 2, ethernets: { two: { dhcp4: true } } },
    /(one|two):/,
    ["one", "two"],
  ),
  "cloudInit.vendorData": of("#!/bin/sh\n# one\n", "#!/bin/sh\n# two\n", /# (one|two)/, ["one", "two"]),
  "cloudInit.pool": {
    values: (place) => [place.pool, place.otherPool],
    shows: () => ["conf-pool", "conf-other-pool"],
    seen: async (look, which) =>
      first(device(await look.domain(which), "disk", "seed") ?? "", /<source file='[^']*\/([^/']*)\/[^/']*'/),
    ...seeded,
  },
};
