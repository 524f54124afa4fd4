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
  .regex(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/, "must be a host name: 1 to 20 lowercase letters, digits and dashes")
  .meta({ examples: ["boreas"] });

const publicKey = z
  .string()
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( .*)?$|^(~|\.{1,2})?\/./,
    "must be an OpenSSH public key: the one line of a .pub file, or the path of one",
  )
  .meta({ examples: ["ssh-ed25519 AAAA… you@example.org"] });

const cpus = z
  .int("must be a whole number")
  .min(1, "must be 1 or more")
  .max(512, "must be 512 or less")
  .meta({ examples: [2] });
const memory = size("2GiB");
const address = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}$/, "must be an IPv4 address")
  .meta({ examples: ["172.17.2.6"] });
const subnet = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "must be a subnet, such as 172.17.2.0/24")
  .meta({ examples: ["172.17.2.0/24"] });
const jump = z
  .string()
  .regex(/^[^\s]*$/, "must be written as ssh has it: root@anemoi, without spaces")
  .meta({ examples: ["root@anemoi"] });
const source = z
  .string()
  .regex(/^(https?:\/\/|file:|host:\/|\/|\.)/, "must be a URL, a path of this machine, or host:/a/path/on/the/host")
  .meta({ examples: ["https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"] });
const digest = /^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}|https?:\/\/.+)$/;
const checksum = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern, "must be sha256:… or sha512:… with all its digits, or the URL of a SHA256SUMS or SHA512SUMS file")
    .meta({ examples: ["https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS"] });
const ratio = z
  .number()
  .gt(0, "must be more than 0")
  .meta({ examples: [2] });
const taint = z
  .string()
  .regex(
    /^[^=:\s]+(=[^:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/,
    "must be a taint, such as dedicated=lab:NoSchedule",
  )
  .meta({ examples: ["dedicated=lab:NoSchedule"] });
const document = z.record(z.string(), z.unknown());
const seconds = z
  .int("must be a whole number of seconds")
  .min(1, "must be 1 or more")
  .max(86_400, "must be 86400 or less");

/** A cluster on the guests: what the component takes, apart from what a program alone can say. */
const kubernetes = z
  .strictObject({
    version: z
      .string()
      .regex(/^v?\d+\.\d+\.\d+$/, "must be a version, such as 1.34.4")
      .meta({ examples: ["1.34.4"] }),
    source: z
      .strictObject({
        from: z.enum(["image", "bundle", "packages"]),
        bundle: source.meta({ examples: ["./kubernetes-1.34.4.iso"] }),
        checksum: checksum(digest),
        repository: z.string().meta({ examples: ["deb https://packages.example.org/kubernetes/v1.34/deb/ /"] }),
        key: z.string().meta({ examples: ["~/kubernetes-packages.asc"] }),
        packages: z.array(z.string().meta({ examples: ["kubeadm"] })),
      })
      .partial()
      .refine(({ from }) => from !== undefined, { path: ["from"], message: "is missing" }),
    podSubnet: subnet.meta({ examples: ["10.244.0.0/16"] }),
    serviceSubnet: subnet.meta({ examples: ["10.96.0.0/12"] }),
    dnsDomain: z.string().meta({ examples: ["cluster.local"] }),
    endpoint: z.string().meta({ examples: ["api.example.org:6443"] }),
    proxyMode: z.enum(["iptables", "ipvs", "nftables"]),
    network: z
      .strictObject({
        plugin: z.enum(["flannel", "manifest", "routes"]),
        backend: z.enum(["vxlan", "host-gw"]),
        manifest: z.string().meta({ examples: ["./network.yaml"] }),
        checksum: z.string().meta({ examples: ["sha256:…"] }),
      })
      .partial()
      .refine(({ plugin }) => plugin !== undefined, { path: ["plugin"], message: "is missing" }),
    addons: z.strictObject({ coreDns: z.boolean() }).partial(),
    kubeadm: z
      .strictObject({
        init: document,
        cluster: document,
        join: document,
        upgrade: document,
        kubelet: document,
        kubeProxy: document,
        patches: z.record(z.string(), z.string()),
      })
      .partial(),
    drain: z.strictObject({ timeout: seconds, force: z.boolean(), deleteEmptyDirData: z.boolean() }).partial(),
    timeout: seconds,
    renewal: z.string().meta({ examples: ["spring"] }),
    generation: z.union([z.int(), z.string()]).meta({ examples: [2] }),
  })
  .partial();

const pathOnHost = z.string().regex(/^$|^\//, "must be a path on the host");

const hostOptions = z
  .strictObject({
    subnet,
    gateway: address,
    capacity: z.strictObject({ cpus, memory: size("64GiB"), disk: size("1TiB") }).partial(),
    proxyJump: jump,
  })
  .partial();

const guest = z.strictObject({
  name: hostName,
  role: z.enum(["controlPlane", "worker"]).optional(),
  host: z
    .string()
    .meta({ examples: ["anemoi"] })
    .optional(),
  address: address.optional(),
  image: z
    .string()
    .meta({ examples: ["trixie"] })
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
  taints: z.array(taint).optional(),
});

/** Key of the image that `image` and `checksum` describe; `images` has the others. */
export const usualImage = "base";

/** The project's own keys: `four-winds:<key>`. */
export const configuration = z
  .strictObject({
    hosts: z
      .record(hostName, hostOptions)
      .default({ anemoi: {} })
      .describe(
        "The hosts: names in windrose:hosts. Each may have subnet, gateway, capacity (cpus, memory, disk) and proxyJump; of several, each has a subnet of its own.",
      ),
    virtualization: z
      .enum(["required", "preferred", "none"])
      .default("preferred")
      .describe("Hardware virtualization: required, preferred or none."),
    image: source.describe(
      "The guests' image: a URL, a file of this machine, or host:/a/path/on/the/host. Another one replaces all its guests; with a cluster it is refused, as the first control plane can't go.",
    ),
    checksum: checksum(orNothing(digest))
      .default("")
      .describe(
        "The image's digest (sha256:… or sha512:…), or the URL of a SHA256SUMS or SHA512SUMS file. Empty: none.",
      ),
    images: z
      .record(
        z
          .string()
          .regex(/^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$/, "must be a key of lowercase letters, digits, . and -"),
        z.strictObject({ source, checksum: checksum(digest).optional() }),
      )
      .default({})
      .describe(
        "Further images by key: source, checksum. Name one in a guest's `image`, one guest after another, to roll it out.",
      ),
    guests: z
      .array(guest)
      .min(1, "must name one guest at least")
      .default([
        { name: "boreas", role: "controlPlane", address: "172.17.2.2" },
        { name: "zephyrus", address: "172.17.2.3" },
        { name: "notus", address: "172.17.2.4" },
        { name: "eurus", address: "172.17.2.5" },
      ])
      .describe(
        "The guests: name, and as need be role (controlPlane or worker), host, address, image, labels, taints. Host and address follow from the name where they are not given.",
      ),
    sizes: z
      .record(
        z.string(),
        z.strictObject({ vcpus: cpus, maxVcpus: cpus, memory, maxMemory: memory, diskSize: size("20GiB") }).partial(),
      )
      .default({})
      .describe("Where a guest differs from the others: name to vcpus, maxVcpus, memory, maxMemory, diskSize."),
    kubernetes: kubernetes
      .default({})
      .describe(
        "The cluster: version, source (from image, bundle or packages), podSubnet, serviceSubnet, network and so on, as KubernetesLab's `kubernetes`. Empty: none, the guests are ready for one.",
      ),
    vcpus: cpus.default(1).describe("Virtual CPUs of each guest."),
    maxVcpus: cpus.default(1).describe("Virtual CPUs that a guest can have without a restart."),
    memory: memory.default("1GiB").describe("Memory of each guest."),
    maxMemory: memory.default("2GiB").describe("Memory that a guest can have without a restart."),
    diskSize: size("20GiB", orNothing(sizePattern)).default("").describe("Size of each root disk. Empty: the image's."),
    overcommit: z
      .strictObject({ cpus: ratio, memory: ratio, disk: ratio })
      .partial()
      .default({})
      .describe("How many times what a host has may be promised to guests: cpus (4), memory (1), disk (2)."),
    subnet: subnet
      .default("172.17.2.0/24")
      .describe("Subnet of the guests, where there is one host. The host has its first address."),
    network: z
      .enum(["nat", "routed", "isolated"])
      .default("nat")
      .describe("How the guests reach what is beyond their host: nat, routed or isolated."),
    bridge: z
      .string()
      .regex(/^$|^[A-Za-z0-9_.-]{1,15}$/, "must be a bridge's name: 1 to 15 letters, digits, _, . and -")
      .meta({ examples: ["kvmbr0"] })
      .default("")
      .describe("Name of the network's bridge on each host. Empty: the hypervisor chooses."),
    prepareHosts: z
      .boolean()
      .default(false)
      .describe(
        "Make bare hosts ready: packages and services of libvirt, forwarding, and a firewall for the bridge where that is named. Taken back by destroy, save the packages.",
      ),
    domain: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "must be a DNS domain")
      .default("aeolia")
      .describe("DNS domain of the guests."),
    sshKeys: z
      .array(publicKey)
      .default([])
      .describe("Public keys that the guests let in: lines of .pub files, or paths of them on this machine."),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a user's name")
      .default("root")
      .describe("The user that the ssh commands name."),
    proxyJump: jump
      .default("")
      .describe(
        "What ssh goes through to reach guests of hosts that say nothing else, as root@anemoi. Empty: nothing.",
      ),
    caCertificates: z
      .array(z.string().meta({ examples: ["~/ca.crt"] }))
      .default([])
      .describe("Certificates that the guests trust: files of this machine, or PEM text."),
    prepare: z
      .boolean()
      .default(true)
      .describe("Make guests ready for kubeadm by cloud-init. false: for images without cloud-init."),
    check: z
      .boolean()
      .default(true)
      .describe(
        "Look over ssh whether guests are ready; a private key of sshKeys must be at hand. false: ssh answering is enough.",
      ),
    identityFile: z
      .string()
      .default("")
      .describe(
        "Private key for that look: a file of this machine. Empty: your ssh agent's and your own default ones.",
      ),
    rolling: z
      .boolean()
      .default(false)
      .describe("Make and change guests one after another, so that the others stay up. With `kubernetes` always."),
    kernel: pathOnHost
      .default("")
      .describe("A kernel to boot directly: a path on the host. Empty: the guests boot from their disks."),
    initrd: pathOnHost.default("").describe("Initial RAM disk for that kernel: a path on the host."),
    commandLine: z.string().default("").describe("Command line for that kernel."),
    cpu: z
      .strictObject({
        mode: z.enum(["default", "host-passthrough", "host-model", "maximum", "custom"]),
        model: z.string(),
        features: z.record(z.string(), z.enum(["require", "disable", "optional", "force", "forbid"])),
      })
      .partial()
      .default({})
      .describe("The processor that guests see: mode, model, features. Empty: as the hypervisor has it."),
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
      .describe(
        "What an update does with a change that needs a guest restarted: refuse, defer or now. With `kubernetes` its node is drained before.",
      ),
  })
  .superRefine((values, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const names = values.guests.map(({ name }) => name);
    for (const [index, { name, host, image, address }] of values.guests.entries()) {
      const before = values.guests.slice(0, index);
      const at = (key: string) => ["guests", index, key];
      if (names.indexOf(name) < index) problem(at("name"), `names "${name}" a second time`);
      if (host !== undefined && !Object.hasOwn(values.hosts, host)) {
        problem(at("host"), `is none of the hosts: ${Object.keys(values.hosts).join(", ")}`);
      }
      if (image !== undefined && image !== usualImage && !Object.hasOwn(values.images, image)) {
        problem(at("image"), `is none of the images: ${[usualImage, ...Object.keys(values.images)].join(", ")}`);
      }
      const same = address === undefined ? undefined : before.find((other) => other.address === address);
      if (same) problem(at("address"), `is that of ${same.name}`);
    }
    const wantsCluster = Object.keys(values.kubernetes).length > 0;
    if (wantsCluster && values.kubernetes.version === undefined) problem(["kubernetes", "version"], "is missing");
    if (wantsCluster && !values.check) problem(["check"], "is needed with `kubernetes`: nodes are made over ssh");
    for (const [index, { labels, taints }] of values.guests.entries()) {
      if (wantsCluster) break;
      for (const [key, value] of Object.entries({ labels, taints }))
        if (value !== undefined) problem(["guests", index, key], "is a node's: there is no `kubernetes`");
    }
    for (const name of Object.keys(values.sizes)) {
      if (!names.includes(name)) problem(["sizes", name], `is of no guest: there are ${names.join(", ")}`);
    }
    if (Object.hasOwn(values.images, usualImage)) {
      problem(["images", usualImage], "is the one of `image` and `checksum`: use another key");
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
