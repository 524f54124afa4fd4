import { z } from "zod";

/**
 * All that a stack configures, as one list: types, defaults, descriptions. `scripts/generate.ts` writes the `config:` part
 * of Pulumi.yaml from it, and `read-configuration.ts` reads a stack by it. An empty text stands for "none", since
 * Pulumi asks for a value wherever there is no default.
 */

const sizePattern = /^\d+(\.\d+)?(B|[KMGTP]iB|[kKMGTP]B|[KMGT])$/;
const orNothing = (pattern: RegExp) => new RegExp(`^$|${pattern.source}`);
const size = (example: string, pattern = sizePattern) =>
  z
    .string()
    .regex(pattern, `must be a size with its unit, as ${example}`)
    .meta({ examples: [example] });

const hostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/, "must be a host name: 1 to 20 small letters, digits and dashes")
  .meta({ examples: ["boreas"] });

const publicKey = z
  .string()
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( .*)?$/,
    "must be an OpenSSH public key: the one line of a .pub file",
  )
  .meta({ examples: ["ssh-ed25519 AAAA… you@example.org"] });

const cpus = z
  .int("must be a whole number")
  .min(1, "must be 1 or more")
  .max(512, "must be 512 or less")
  .meta({ examples: [2] });
const memory = size("2GiB");

/** The project's own keys: `four-winds:<key>`. */
export const configuration = z
  .strictObject({
    host: z
      .string()
      .min(1, "must be a name in windrose:hosts, or a libvirt URI")
      .default("anemoi")
      .describe("The host: a name in windrose:hosts, or a libvirt URI."),
    virtualization: z
      .enum(["required", "preferred", "none"])
      .default("preferred")
      .describe("Hardware virtualization: required, preferred or none."),
    image: z
      .string()
      .regex(/^(https?:\/\/|file:|host:\/|\/|\.)/, "must be a URL, a path of this machine, or host:/a/path/on/the/host")
      .meta({ examples: ["https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"] })
      .describe("The guests' base image: a URL, a file of this machine, or host:/a/path/on/the/host."),
    checksum: z
      .string()
      .regex(
        orNothing(/^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}|https?:\/\/.+)$/),
        "must be sha256:… or sha512:… with all its digits, or the URL of a SHA256SUMS or SHA512SUMS file",
      )
      .default("")
      .describe(
        "The image's digest (sha256:… or sha512:…), or the URL of a SHA256SUMS or SHA512SUMS file. Empty: none.",
      ),
    guests: z
      .array(hostName)
      .min(1, "must name one guest at least")
      .default(["boreas", "zephyrus", "notus", "eurus"])
      .describe("Names of the guests. Their addresses follow from their order: append new ones."),
    sizes: z
      .record(
        z.string(),
        z.strictObject({ vcpus: cpus, maxVcpus: cpus, memory, maxMemory: memory, diskSize: size("20GiB") }).partial(),
      )
      .default({})
      .describe("Where a guest differs from the others: name to vcpus, maxVcpus, memory, maxMemory, diskSize."),
    vcpus: cpus.default(1).describe("Virtual CPUs of each guest."),
    maxVcpus: cpus.default(1).describe("Virtual CPUs that a guest can have without a restart."),
    memory: memory.default("1GiB").describe("Memory of each guest."),
    maxMemory: memory.default("2GiB").describe("Memory that a guest can have without a restart."),
    diskSize: size("20GiB", orNothing(sizePattern)).default("").describe("Size of each root disk. Empty: the image's."),
    subnet: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "must be a subnet, as 172.17.2.0/24")
      .default("172.17.2.0/24")
      .describe("Subnet of the guests. The host has its first address, the guests have the next ones."),
    domain: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "must be a DNS domain")
      .default("aeolia")
      .describe("DNS domain of the guests."),
    sshKeys: z.array(publicKey).default([]).describe("Public keys that the guests let in."),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a user's name")
      .default("root")
      .describe("The user that the ssh commands name."),
    proxyJump: z
      .string()
      .regex(/^[^\s]*$/, "must be written as ssh has it: root@anemoi, without spaces")
      .default("")
      .describe("What ssh goes through to reach the guests, as root@anemoi. Empty: nothing."),
    kernel: z
      .string()
      .regex(/^$|^\//, "must be a path on the host")
      .default("")
      .describe("A kernel to boot directly: a path on the host. Empty: the guests boot from their disks."),
    initrd: z
      .string()
      .regex(/^$|^\//, "must be a path on the host")
      .default("")
      .describe("Initial RAM disk for that kernel: a path on the host."),
    commandLine: z.string().default("").describe("Command line for that kernel."),
    waitFor: z
      .enum(["none", "address", "ssh", "agent"])
      .default("ssh")
      .describe("When a guest counts as up: none, address, ssh or agent."),
    waitTimeout: z
      .int("must be a whole number of seconds")
      .min(1, "must be 1 or more")
      .max(86_400, "must be 86400 or less")
      .default(300)
      .describe("Seconds until it must be up."),
    restart: z
      .enum(["refuse", "defer", "now"])
      .default("refuse")
      .describe("What an update does with a change that needs a guest restarted: refuse, defer or now."),
  })
  .superRefine((values, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [index, name] of values.guests.entries()) {
      if (values.guests.indexOf(name) < index) problem(["guests", index], `names "${name}" a second time`);
    }
    for (const name of Object.keys(values.sizes)) {
      if (!values.guests.includes(name))
        problem(["sizes", name], `is of no guest: there are ${values.guests.join(", ")}`);
    }
    if (values.initrd && !values.kernel) problem(["kernel"], "is missing: an initrd is used with a kernel alone");
  });

export type Configuration = z.output<typeof configuration>;

/** Keys of other packages: Pulumi.yaml can give them no type, so that there they are a comment. */
export const foreign = {
  "windrose:hosts": z
    .record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())]))
    .meta({ examples: ["qemu+ssh://root@ADDRESS/system"] })
    .describe(
      "How each host is reached: its name to a libvirt URI, or to an object (uri, address, port, user, identityFile, hostKey, …; secrets by `pulumi config set --secret --path`).",
    ),
};
