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
    "How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used but never stored.",
    "local",
    { defaultText: "the resource's name" },
  ),
  acceptReplacement: field.text(
    "Id of the machine that this Host was before. Accepts another machine in its place.",
    "local",
    { pattern: /^[0-9a-f-]{32,36}$/, says: "must be a machine's id" },
  ),
  lineage: field.text(
    "Random id from which the ids and names of everything on the host derive. To recover from a lost state, set it to the lineage that the error names: this stack then owns everything that was made under it.",
    "local",
    {
      pattern: /^[0-9a-f]{32}$/,
      says: "must be a lineage: 32 hexadecimal digits, as an error or the output `lineage` has them",
      derived: true,
      defaultText: "random, made with the Host",
    },
  ),
  requirements: field.group("Requirements of the host, checked before anything on it is changed.", {
    virtualization: field.choice(
      "Hardware virtualization (KVM). `required`: an error without it; `preferred`: a warning without it; `none`: emulation is accepted, which is 10 to 30 times slower.",
      "live",
      ["required", "preferred", "none"],
      { default: "preferred" },
    ),
    cpus: field.integer("Minimum number of logical CPUs.", "live", { min: 1, max: 8192 }),
    memory: field.size("Minimum memory.", "live"),
    freeDisk: field.dictionary('Minimum free disk space by path: `{ "/var/lib/libvirt/images": "20GiB" }`.', "live"),
    hypervisorVersion: field.text("Minimum version of the hypervisor.", "live", {
      pattern: /^\d+(\.\d+){0,2}$/,
      says: "must be a version, such as `7.2`",
    }),
  }),
  capacity: field.group("Capacity that previews assume before the host is known.", {
    cpus: field.integer("Logical CPUs.", "local", { min: 1, max: 8192 }),
    memory: field.size("Memory.", "local"),
    disk: field.dictionary('Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`.', "local"),
  }),
  packages: field.of(
    () => types().packages,
    '"auto" | "none" | string[]',
    () =>
      `Packages to install. \`auto\`: those that a host of guests needs on its distribution (Debian, Ubuntu, Fedora and derivatives, Arch, openSUSE). Or a list of purposes (${types()
        .packageGroups.map((name) => `\`${name}\``)
        .join(
          ", ",
        )}, or \`auto\`) and of the distribution's package names. Packages stay when the Host is deleted, unless \`removePackages\` is set.`,
    "live",
    { default: "none" },
  ),
  packageNames: field.of(
    () => types().packageNames,
    "{ [key: string]: string }",
    'Package names of the distribution that differ from the expected ones: `{ qemu: "qemu-system-x86-xen" }`.',
    "live",
  ),
  removePackages: field.flag(
    "Removes packages that are no longer listed, unless they were on the host before or another stack lists them. Their dependencies stay if the distribution's tool leaves them (`apt-get autoremove`).",
    "local",
    { default: false },
  ),
  services: field.of(
    () => types().services,
    "string[] | { [key: string]: { enabled?: boolean; running?: boolean } }",
    "Units of systemd: a list of units to enable and start, or the desired state of each unit by name. A service that a listening socket starts counts as running. A unit that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left unchanged with `enabled: false`. A unit that guests depend on is not stopped or disabled while guests run. Other units that systemctl changes along with it (`Also=`, sockets, requirements, conflicts) are restored as well.",
    "live",
    { defaultText: "libvirt's own, if `packages` has `auto`" },
  ),
  users: field.of(
    () => types().users,
    "{ [key: string]: string[] }",
    'Groups that existing users are added to: `{ ada: ["libvirt", "kvm"] }`.',
    "live",
  ),
  forwarding: field.group(
    "IP forwarding between the host's interfaces. It is switched off again when the last stack that set it is destroyed, unless another network still needs it.",
    {
      ipv4: field.flag("IPv4, for all interfaces.", "live", { default: false }),
      ipv6: field.flag(
        "IPv6, for all interfaces. Refused if the host would then ignore the router advertisements that its own default route comes from.",
        "live",
        { default: false },
      ),
    },
  ),
  sysctl: field.of(
    () => types().sysctl,
    "{ [key: string]: string | number }",
    'Kernel parameters, kept across reboots: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`.',
    "live",
  ),
  modules: field.list("Kernel modules, loaded now and at each boot.", "live", () => types().moduleName, "string"),
  firewall: field.group(
    "Separate nftables table `inet windrose`; other tables are not changed. Packets that the host routes from a bridge must come from the bridge's subnets, and packets that it routes to a bridge must be for them; others are dropped. Traffic within the bridge is not filtered. This table cannot allow what another one (Docker's, firewalld's) drops; in that case there is a warning.",
    {
      bridges: field.keyed(
        "Bridges with guests, by name.",
        "FirewallBridge",
        {
          bridge: field.text("Name of the bridge.", "live", {
            pattern: bridgePattern,
            says: "must be a bridge name of at most 15 characters",
            defaultText: "the key",
          }),
          subnets: field.list("Subnets on it, IPv4 and IPv6.", "live", () => types().subnet, "string", {
            required: true,
          }),
          masquerade: field.flag(
            "Gives packets that leave the subnets by another interface the host's own address (NAT). libvirt's networks of mode `nat` do this by themselves.",
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
    'Text files by path: `{ "/etc/motd": { content: "anemoi\\n" } }`; default mode `0644` and owner `root:root`. An existing file with other content is refused, unless `adopt` is set; its content is then restored when the file is no longer listed.',
    "live",
    { content: true },
  ),
  libvirt: field.of(
    () => types().libvirt,
    "{ [key: string]: { [key: string]: string | number | boolean | (string | number)[] } }",
    'Settings in libvirt\'s configuration, by file in /etc/libvirt and by name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of the file does not change. Its daemon is restarted if it runs; guests keep running.',
    "live",
    { needs: "hostSettings" },
  ),
  apparmorPaths: field.list(
    "Directories whose files guests may use, besides the disks that libvirt allows by itself. Only for hosts with AppArmor.",
    "live",
    () => types().guestPath,
    "string",
    { needs: "guestProfiles" },
  ),
  timeout: field.integer(
    "Seconds allowed for observing and preparing the host.",
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
    doc: "Id of the machine (/etc/machine-id), which tells it from another machine at the same address.",
  },
  hostname: { typeText: "string", doc: "Host name." },
  os: { typeText: "string", doc: "Distribution and version: `debian 12`." },
  arch: { typeText: "string", doc: "`x86_64`." },
  cpus: { typeText: "number", doc: "Logical CPUs." },
  memory: { typeText: "string", doc: "Memory, as a size." },
  hypervisor: { typeText: "string", doc: "`QEMU`." },
  version: { typeText: "string", doc: "Version of the hypervisor." },
  virtualization: { typeText: '"kvm" | "emulation"', doc: "Whether guests run with hardware virtualization." },
} as const;

export const table = { kind: "Host", fields, outputs } as const satisfies Table;
