import type { Inputs } from "../../basics/record";
import { unixScript } from "../../basics/texts";
import { cpuModes, firmware, graphics, videos } from "../../drivers/features";
import { type Fields, field, type Table, textOf, worded, type Zod } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { nameField, onHost, uuidField } from "../common-fields";
import { disk, nic } from "./device-fields";
import { bytes, hotplug, pause, plugged, power, reseed, restart, unplugged, upTo, where } from "./rules";

const text =
  (max = 256) =>
  (z: Zod) =>
    textOf(max)(z).min(1, "is empty");

const mostSeed = 1 << 20;
/** Text, or an object that becomes one. */
const anything = (z: Zod) =>
  z
    .union([
      z.string().transform((text) => (text.startsWith("#") ? unixScript(text) : text)),
      z.record(z.string(), z.unknown()),
    ])
    .refine(
      (value) => Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value)) <= mostSeed,
      "has more than 1 MiB: have the guest fetch what is large (`#include` and a URL), or bring it on a disk",
    );

export const fields = {
  ...onHost,
  name: nameField("domain"),
  uuid: uuidField,
  description: field.text("Free-text description.", where("metadata", "live"), { lines: true, absent: "blank" }),
  metadata: field.dictionary("Your own keys and values, kept in the domain's metadata.", where("metadata", "live"), {
    needs: "metadata",
  }),
  vcpus: field.integer(
    "Virtual CPUs. The number can rise up to `maxVcpus` while the machine runs.",
    upTo("vcpusUp", "maxVcpus", Number, false),
    { min: 1, max: 4096 },
    { default: 1 },
  ),
  maxVcpus: field.integer(
    "Maximum number of virtual CPUs without a restart.",
    restart,
    { min: 1, max: 4096 },
    { default: (inputs: Readonly<Inputs>) => inputs.vcpus, defaultText: "`vcpus`" },
  ),
  memory: field.size(
    "Memory, rounded up to whole MiB. It can rise and fall up to `maxMemory` while the machine runs.",
    upTo("memory", "maxMemory", bytes, true),
    {
      default: "1GiB",
      min: 1 << 20,
      step: 1 << 20,
    },
  ),
  maxMemory: field.size("Maximum memory without a restart.", restart, {
    default: (inputs: Readonly<Inputs>) => inputs.memory,
    defaultText: "`memory`",
    min: 1 << 20,
    step: 1 << 20,
  }),
  cpu: field.group(
    "The processor that the guest sees.",
    {
      mode: field.choice(
        "CPU mode. `default`: the host's CPU under KVM, the most capable emulated CPU otherwise.",
        restart,
        cpuModes,
        { default: "default", choices: "cpuModes" },
      ),
      model: field.text("CPU model. Only with mode `custom`.", restart, {
        pattern: /^[\w.-]{1,64}$/,
        says: "must be a CPU model",
      }),
      features: field.of(
        (z) =>
          z
            .record(
              z.string().regex(/^[\w.-]{1,64}$/, "is not the name of a feature"),
              z.enum(["require", "disable", "optional", "force", "forbid"]),
            )
            .refine((all) => Object.keys(all).length <= 256, "has more than 256 entries"),
        "{ [key: string]: string }",
        "CPU features by name, each `require`, `disable`, `optional`, `force` or `forbid`.",
        restart,
      ),
    },
    { needs: "cpuModes" },
  ),
  machineType: field.text("Machine type: `q35`, `pc`, or an exact type such as `pc-q35-7.2`.", restart, {
    pattern: /^[\w.-]{1,64}$/,
    says: "must be a machine type",
    needs: "machineTypes",
    defaultText: "`q35`; its version is kept",
  }),
  firmware: field.choice("Firmware.", restart, firmware, { default: "bios", choices: "firmware" }),
  boot: field.group("Boot order and kernel.", {
    order: field.list("Keys of disks and interfaces, first to last.", restart, text(32), "string", {
      defaultText: "its disks",
    }),
    kernel: field.reference("Kernel: a path on the host, an image or a volume.", restart, ["Image", "Volume"], {
      orPath: true,
    }),
    initrd: field.reference(
      "Initial RAM disk: a path on the host, an image or a volume.",
      restart,
      ["Image", "Volume"],
      {
        orPath: true,
      },
    ),
    cmdline: field.text("Kernel command line.", restart, { lines: true, absent: "blank" }),
  }),
  disks: field.keyed(
    "Disks by key. The key identifies the disk, so adding a disk never renames another.",
    "Disk",
    disk,
    {
      added: hotplug,
      removed: hotplug,
    },
  ),
  interfaces: field.keyed("Network interfaces by key. The key identifies the interface.", "Interface", nic, {
    added: plugged,
    removed: unplugged,
  }),
  hotplugSlots: field.integer(
    "Free slots for disks and interfaces that are plugged in while the machine runs.",
    restart,
    { min: 0, max: 24 },
    { default: 8, needs: "hotplugSlots" },
  ),
  cloudInit: field.group(
    "Seed for cloud-init (NoCloud), on a separate volume.",
    {
      hostname: field.text("Host name of the guest.", reseed, { derived: true, defaultText: "the resource's name" }),
      fqdn: field.text("Fully qualified domain name of the guest.", reseed),
      users: field.list(
        "Users: names, or objects as cloud-init's `users`.",
        reseed,
        (z) => z.union([text()(z), z.record(z.string(), z.unknown())]),
        "string | object",
        { secret: true, content: true },
      ),
      sshKeys: field.list(
        "Public keys that can log in as the image's default user and as root.",
        reseed,
        text(16_384),
        "string",
      ),
      packages: field.list("Packages to install.", reseed, text(), "string"),
      runCommands: field.list(
        "Commands for the first boot: text for a shell, or arguments.",
        reseed,
        (z) => z.union([text(65_536)(z).transform(unixScript), z.array(text(65_536)(z))]),
        "string | string[]",
        { secret: true, content: true },
      ),
      userData: field.of(
        anything,
        "string | object",
        "User data: text, or an object that is merged with the other fields. At most 1 MiB.",
        reseed,
        { secret: true, content: true, absent: "empty" },
      ),
      networkConfig: field.of(anything, "string | object", "Network configuration, version 1 or 2.", reseed, {
        secret: true,
        content: true,
        absent: "empty",
        defaultText: "the image's own, usually DHCP",
      }),
      vendorData: field.of(anything, "string | object", "Vendor data.", reseed, {
        secret: true,
        content: true,
        absent: "empty",
      }),
      pool: field.reference("Storage pool of the seed's volume.", restart, ["StoragePool"], {
        defaultText: "the pool of the first disk that has one",
      }),
    },
    { effect: reseed },
  ),
  graphics: field.group(
    "Graphical console (VNC or SPICE).",
    {
      type: field.choice("Protocol.", restart, graphics, { default: "vnc", choices: "graphics" }),
      listen: field.text("Address on the host that the console listens on.", restart, {
        pattern: /^[0-9a-fA-F.:]+$/,
        says: "must be an IP address",
        default: "127.0.0.1",
      }),
      port: field.integer("Port.", restart, { min: 5900, max: 65_535 }, { defaultText: "chosen by the hypervisor" }),
      password: field.text("Password.", "live", { secret: true, max: 64 }),
      keymap: field.text("Keyboard layout.", restart, { pattern: /^[a-z-]{2,8}$/, says: "must be a keyboard layout" }),
    },
    { effect: restart, needs: "graphics" },
  ),
  video: field.choice("Video device.", restart, videos, {
    defaultText: "by `graphics`",
    choices: "videos",
  }),
  serial: field.flag("Serial console, for `virsh console`.", restart, { default: true, needs: "serialConsole" }),
  guestAgent: field.flag("Channel for the QEMU guest agent.", restart, { default: true, needs: "guestAgent" }),
  rng: field.flag("Random number device.", restart, { default: true, needs: "randomDevice" }),
  clock: field.choice("Hardware clock.", restart, ["utc", "localtime"], { default: "utc", needs: "clocks" }),
  running: field.flag("Whether the machine runs.", power, { default: true }),
  paused: field.flag("Pauses the running machine; it stays in memory.", pause, { default: false }),
  autostart: field.flag("Starts it when the host starts.", "live", { default: false }),
  shutdown: field.group("How the machine is shut down.", {
    timeout: field.integer(
      "Seconds that the guest has to shut down.",
      "local",
      { min: 1, max: 3600 },
      { default: 300 },
    ),
    force: field.flag(
      "Powers the machine off if the guest did not shut down in time. Otherwise that is an error.",
      "local",
      { default: true },
    ),
  }),
  restart: field.choice(
    "What `up` does with a change that takes effect after a restart. `refuse`: fails before anything is changed; `defer`: stores the change for the next restart; `now`: restarts the machine.",
    "local",
    ["refuse", "defer", "now"],
    { default: "refuse" },
  ),
  keepDisks: field.flag("Keeps the volumes that were created with the machine when it is deleted.", "local", {
    default: false,
  }),
  wait: field.group("When the machine counts as ready.", {
    for: field.choice(
      "What to wait for. `address`: an address; `ssh`: an answer on the ssh port with the host key that the seed gave the guest; `agent`: an answer of the guest agent.",
      "local",
      ["none", "address", "ssh", "agent"],
      { default: "none" },
    ),
    timeout: field.integer("Seconds.", "local", { min: 1, max: 7200 }, { default: 300 }),
    port: field.integer("ssh port of the guest.", "local", { min: 1, max: 65_535 }, { default: 22 }),
  }),
  defined: field.flag(
    "Set by a refresh if the domain no longer exists but its disks or reservations do. The next update defines it again.",
    worded("live", () => ({ effect: "live", says: "live, defined again with the existing disks" })),
    { internal: true },
  ),
  xml: field.group(
    "Changes to the generated definition, for settings without a field.",
    {
      set: field.dictionary("Values by path: `/domain/devices/disk[1]/driver/@queues`.", restart),
      remove: field.list("Paths to remove.", restart, text(1024), "string"),
    },
    { needs: "xmlPatch" },
  ),
} as const satisfies Fields;

const outputs = {
  addresses: { typeText: "{ [key: string]: string[] }", doc: "Addresses by interface key, IPv4 first." },
  ipAddress: { typeText: "string | undefined", doc: "The first address." },
  macAddresses: { typeText: "{ [key: string]: string }", doc: "MAC addresses by interface key." },
  connection: {
    typeText: "{ host: string; user: string; port: number; hostKey?: string } | undefined",
    doc: "Connection for @pulumi/command's remote commands; add a private key.",
  },
  sshHostKeys: { typeText: "string[]", doc: "Public ssh host keys that the seed gives the guest." },
  hostKeySeed: { typeText: "string", doc: "Seed from which the guest's ssh host key is made.", secret: true },
  restartPending: { typeText: "string[]", doc: "Fields whose stored value takes effect after the next restart." },
  display: { typeText: "string | undefined", doc: "Address of the graphical console: `vnc://127.0.0.1:5900`." },
  volumes: {
    typeText: "{ [key: string]: string }",
    doc: "Ids of the volumes created with the machine, by disk key. `seed`: the seed's volume.",
  },
  reservations: {
    typeText: "{ [key: string]: string }",
    doc: "Networks in which the machine reserved its own address, by interface key.",
  },
} as const;

export type MachineInputs = InputsOf<typeof fields>;
export type DiskInputs = InputsOf<typeof disk>;
export type InterfaceInputs = InputsOf<typeof nic>;

export const table = { kind: "VirtualMachine", fields, outputs } as const satisfies Table;
