import { field, type Table } from "../../lifecycle/schema";

/** Seconds: a host alone is looked at; packages are fetched and installed. */
const usualTimeout = 120;
const packagesTimeout = 1800;

/** Loaded when a value is checked: what may stand in these fields is for the host's system and the drivers to say. */
const types = () => require("./types") as typeof import("./types");

export const bridgePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

const fields = {
  connection: field.of(
    (z) => z.union([z.string().min(1).max(1024), z.record(z.string(), z.unknown())]),
    "string | ConnectionArgs",
    "How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used, and never stored.",
    "local",
    { defaultText: "the resource's name" },
  ),
  acceptReplacement: field.text(
    "The id of the machine that stood here before: lets another machine answer in its place.",
    "local",
    { pattern: /^[0-9a-f-]{32,36}$/, says: "must be a machine's id" },
  ),
  lineage: field.text(
    "What the identity of everything on the host derives from. Set it to that of a stack whose state was lost, as the errors name it: what that stack made is this one's again.",
    "local",
    {
      pattern: /^[0-9a-f]{32}$/,
      says: "must be a lineage: 32 hexadecimal digits, as an error or the output `lineage` has them",
      derived: true,
      defaultText: "random, made with the Host",
    },
  ),
  requirements: field.group("What the host must have; checked before anything on it is changed.", {
    virtualization: field.choice(
      "`required`: hardware virtualization (KVM); `preferred`: a warning without; `none`: emulation is accepted, 10 to 30 times slower.",
      "live",
      ["required", "preferred", "none"],
      { default: "preferred" },
    ),
    cpus: field.integer("Logical CPUs, at least.", "live", { min: 1, max: 8192 }),
    memory: field.size("Memory, at least.", "live"),
    freeDisk: field.dictionary('Free disk space by path, at least: `{ "/var/lib/libvirt/images": "20GiB" }`.', "live"),
    hypervisorVersion: field.text("The hypervisor's version, at least.", "live", {
      pattern: /^\d+(\.\d+){0,2}$/,
      says: "must be a version, as `7.2`",
    }),
  }),
  capacity: field.group("What previews may count on before the host is known.", {
    cpus: field.integer("Logical CPUs.", "local", { min: 1, max: 8192 }),
    memory: field.size("Memory.", "local"),
    disk: field.dictionary('Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`.', "local"),
  }),
  packages: field.of(
    () => types().packages,
    '"auto" | "none" | string[]',
    () =>
      `Packages that are installed: \`auto\` for what a host with guests has, by its distribution (Debian, Ubuntu, Fedora and its kin, Arch, openSUSE); or a list of what for (${types()
        .packageGroups.map((name) => `\`${name}\``)
        .join(
          ", ",
        )}, or \`auto\` among them) and of the distribution's own names. They stay when the Host is deleted, unless \`removePackages\` is set.`,
    "live",
    { default: "none" },
  ),
  packageNames: field.of(
    () => types().packageNames,
    "{ [key: string]: string }",
    'The distribution\'s names, where they are others than expected: `{ qemu: "qemu-system-x86-xen" }`.',
    "live",
  ),
  removePackages: field.flag(
    "Packages that were not there before, and that no other stack asks for, are removed when they are no longer asked for. What they brought along stays, where the distribution's tool leaves it (`apt-get autoremove`).",
    "local",
    { default: false },
  ),
  services: field.of(
    () => types().services,
    "string[] | { [key: string]: { enabled?: boolean; running?: boolean } }",
    "Units of systemd: a list, each enabled and running, or by name what they are to be. A service that a listening socket starts counts as running. One that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left as it is with `enabled: false`. One that guests run under is not taken away while there are some. What systemctl enables, disables, starts or stops along with them (`Also=`, sockets, what they require or rule out) is put back, too.",
    "live",
    { defaultText: "libvirt's own, where `packages` has `auto`" },
  ),
  users: field.of(
    () => types().users,
    "{ [key: string]: string[] }",
    'Users that are there, into groups: `{ ada: ["libvirt", "kvm"] }`.',
    "live",
  ),
  forwarding: field.group(
    "Whether the host routes. Switched off again by the last stack that asked for it, unless a network that nobody asked it for needs it.",
    {
      ipv4: field.flag("IPv4, for all interfaces.", "live", { default: false }),
      ipv6: field.flag(
        "IPv6, for all interfaces. Refused where the host would stop listening to the router that tells it its own way out.",
        "live",
        { default: false },
      ),
    },
  ),
  sysctl: field.of(
    () => types().sysctl,
    "{ [key: string]: string | number }",
    'Parameters of the kernel, kept over a reboot: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`.',
    "live",
  ),
  modules: field.list(
    "Modules of the kernel, loaded now and at each boot.",
    "live",
    () => types().moduleName,
    "string",
  ),
  firewall: field.group(
    "A table of ours in nftables, `inet windrose`, beside whatever else is there; nothing of others is changed. What the host routes from a bridge must come from its subnets, and what it routes to it must be for them; the rest is dropped. What stays on the bridge is let alone. A table can only forbid: where another one (Docker's, firewalld's) drops what is routed, that is said in a warning.",
    {
      bridges: field.keyed(
        "Bridges with guests, by name.",
        "FirewallBridge",
        {
          bridge: field.text("The bridge's name.", "live", {
            pattern: bridgePattern,
            says: "must be a bridge's name, of 15 characters at most",
            defaultText: "the key",
          }),
          subnets: field.list("Subnets on it, IPv4 and IPv6.", "live", () => types().subnet, "string", {
            required: true,
          }),
          masquerade: field.flag(
            "What leaves the subnets by another interface gets the host's own address (NAT). libvirt's networks of mode `nat` do that by themselves.",
            "live",
            { default: false },
          ),
        },
        { added: "live", removed: "live" },
      ),
    },
  ),
  files: field.of(
    () => types().files,
    "{ [key: string]: { content: string; mode?: string; owner?: string; adopt?: boolean } }",
    'Text files by path: `{ "/etc/motd": { content: "anemoi\\n" } }`; mode `0644` and owner `root:root` unless given. A file that is there already with another content is refused, unless `adopt` is set: then it comes back when it is no longer asked for.',
    "live",
    { content: true },
  ),
  libvirt: field.of(
    () => types().libvirt,
    "{ [key: string]: { [key: string]: string | number | boolean | (string | number)[] } }",
    'Settings in libvirt\'s own files, by file of /etc/libvirt and name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of a file stays. Its daemon starts again, if it runs; guests run on.',
    "live",
    { needs: "hostSettings" },
  ),
  apparmorPaths: field.list(
    "Directories whose files guests may use, beside the disks that libvirt finds by itself (AppArmor; without it nothing is done).",
    "live",
    () => types().guestPath,
    "string",
    { needs: "guestProfiles" },
  ),
  timeout: field.integer(
    "Seconds that looking at the host and preparing it may take.",
    "local",
    { min: 1, max: 86_400 },
    {
      default: (inputs: Readonly<Record<string, unknown>>) =>
        inputs.packages === undefined || inputs.packages === "none" ? usualTimeout : packagesTimeout,
      defaultText: `\`${usualTimeout}\`, with \`packages\` \`${packagesTimeout}\``,
    },
  ),
} as const;

const outputs = {
  hostId: {
    typeText: "string",
    doc: "The machine's id (/etc/machine-id), which tells it from another behind the same address.",
  },
  hostname: { typeText: "string", doc: "The host's own name." },
  os: { typeText: "string", doc: "Distribution and version, `debian 12`." },
  arch: { typeText: "string", doc: "`x86_64`." },
  cpus: { typeText: "number", doc: "Logical CPUs." },
  memory: { typeText: "string", doc: "Memory, as a size." },
  hypervisor: { typeText: "string", doc: "`QEMU`." },
  version: { typeText: "string", doc: "The hypervisor's version." },
  virtualization: { typeText: '"kvm" | "emulation"', doc: "Whether guests run on the CPU itself." },
} as const;

export const table = { kind: "Host", fields, outputs } as const satisfies Table;
