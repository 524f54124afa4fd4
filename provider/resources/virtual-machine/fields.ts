import type { Inputs } from "../../basics/record";
import { unixScript } from "../../basics/texts";
import { cpuModes, firmware, graphics, videos } from "../../drivers/features";
import { type Fields, field, type Table, textOf, worded, type Zod } from "../../lifecycle/schema";
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
  description: field.text("For people.", where("metadata", "live"), { lines: true, absent: "blank" }),
  metadata: field.dictionary("Your own keys and values, kept in the domain's metadata.", where("metadata", "live"), {
    needs: "metadata",
  }),
  vcpus: field.integer(
    "Virtual CPUs. Upward to `maxVcpus` while it runs.",
    upTo("vcpusUp", "maxVcpus", Number, false),
    { min: 1, max: 4096 },
    { default: 1 },
  ),
  maxVcpus: field.integer(
    "Virtual CPUs that it can have without a restart.",
    restart,
    { min: 1, max: 4096 },
    { default: (inputs: Readonly<Inputs>) => inputs.vcpus, defaultText: "`vcpus`" },
  ),
  memory: field.size(
    "Memory, rounded up to whole MiB. Up and down to `maxMemory` while it runs.",
    upTo("memory", "maxMemory", bytes, true),
    {
      default: "1GiB",
      min: 1 << 20,
      step: 1 << 20,
    },
  ),
  maxMemory: field.size("Memory that it can have without a restart.", restart, {
    default: (inputs: Readonly<Inputs>) => inputs.memory,
    defaultText: "`memory`",
    min: 1 << 20,
    step: 1 << 20,
  }),
  cpu: field.group(
    "The processor that the guest sees.",
    {
      mode: field.choice(
        "`default`: the host's own under KVM, the most that is emulated otherwise.",
        restart,
        cpuModes,
        { default: "default", choices: "cpuModes" },
      ),
      model: field.text("Model, with mode `custom`.", restart, {
        pattern: /^[\w.-]{1,64}$/,
        says: "must be a CPU model",
      }),
      features: field.of(
        (z) =>
          z
            .record(
              z.string().regex(/^[\w.-]{1,64}$/, "is no name of a feature"),
              z.enum(["require", "disable", "optional", "force", "forbid"]),
            )
            .refine((all) => Object.keys(all).length <= 256, "has more than 256 entries"),
        "{ [key: string]: string }",
        "Features by name: require, disable, optional, force or forbid.",
        restart,
      ),
    },
    { needs: "cpuModes" },
  ),
  machineType: field.text("`q35`, `pc`, or an exact type, as `pc-q35-7.2`.", restart, {
    pattern: /^[\w.-]{1,64}$/,
    says: "must be a machine type",
    needs: "machineTypes",
    defaultText: "`q35`, its version kept",
  }),
  firmware: field.choice("How it boots.", restart, firmware, { default: "bios", choices: "firmware" }),
  boot: field.group("What it boots.", {
    order: field.list("Keys of disks and interfaces, first to last.", restart, text(32), "string", {
      defaultText: "its disks",
    }),
    kernel: field.reference("Kernel: a path on the host, or an image.", restart, ["Image", "Volume"], { orPath: true }),
    initrd: field.reference("Initial RAM disk: a path on the host, or an image.", restart, ["Image", "Volume"], {
      orPath: true,
    }),
    cmdline: field.text("Kernel command line.", restart, { lines: true, absent: "blank" }),
  }),
  disks: field.keyed("Disks by key. The key is the identity: adding one never renames another.", "Disk", disk, {
    added: hotplug,
    removed: hotplug,
  }),
  interfaces: field.keyed("Network interfaces by key.", "Interface", nic, {
    added: plugged,
    removed: unplugged,
  }),
  hotplugSlots: field.integer(
    "Free slots for disks and interfaces that are plugged in while it runs.",
    restart,
    { min: 0, max: 24 },
    { default: 8, needs: "hotplugSlots" },
  ),
  cloudInit: field.group(
    "Seed for cloud-init (NoCloud), written by us to a volume of its own.",
    {
      hostname: field.text("The guest's own host name.", reseed, { derived: true, defaultText: "the resource's name" }),
      fqdn: field.text("Full name.", reseed),
      users: field.list(
        "Users: names, or objects as cloud-init's `users`.",
        reseed,
        (z) => z.union([text()(z), z.record(z.string(), z.unknown())]),
        "string | object",
        { secret: true, content: true },
      ),
      sshKeys: field.list("Public keys let in, for the image's default user and root.", reseed, text(16_384), "string"),
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
        "User data: text, or an object that is merged with the fields here. 1 MiB at most.",
        reseed,
        { secret: true, content: true, absent: "empty" },
      ),
      networkConfig: field.of(anything, "string | object", "Network configuration, version 1 or 2.", reseed, {
        secret: true,
        content: true,
        absent: "empty",
        defaultText: "DHCP, as the image has it",
      }),
      vendorData: field.of(anything, "string | object", "Vendor data.", reseed, {
        secret: true,
        content: true,
        absent: "empty",
      }),
      pool: field.reference("Pool for the seed's volume.", restart, ["StoragePool"], {
        defaultText: "the pool of the first disk that has one",
      }),
    },
    { effect: reseed },
  ),
  graphics: field.group(
    "A screen.",
    {
      type: field.choice("Protocol.", restart, graphics, { default: "vnc", choices: "graphics" }),
      listen: field.text("Address of the host that it listens on.", restart, {
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
  serial: field.flag("A serial console, for `virsh console`.", restart, { default: true, needs: "serialConsole" }),
  guestAgent: field.flag("A channel for the QEMU guest agent.", restart, { default: true, needs: "guestAgent" }),
  rng: field.flag("A random number device.", restart, { default: true, needs: "randomDevice" }),
  clock: field.choice("Hardware clock.", restart, ["utc", "localtime"], { default: "utc", needs: "clocks" }),
  running: field.flag("Whether it runs.", power, { default: true }),
  paused: field.flag("Whether it stands still in memory.", pause, { default: false }),
  autostart: field.flag("Start it when the host starts.", "live", { default: false }),
  shutdown: field.group("How it is switched off.", {
    timeout: field.integer(
      "Seconds that the guest has to power off.",
      "local",
      { min: 1, max: 3600 },
      { default: 300 },
    ),
    force: field.flag("Power it off where it did not; otherwise that is an error.", "local", { default: true }),
  }),
  restart: field.choice(
    "What `up` does with a change that takes effect after a restart. `refuse`: fails, before anything is touched; `defer`: leaves it to the next restart; `now`: restarts the machine.",
    "local",
    ["refuse", "defer", "now"],
    { default: "refuse" },
  ),
  keepDisks: field.flag("Keep the volumes that were made with it when it is deleted.", "local", { default: false }),
  wait: field.group("When it counts as up.", {
    for: field.choice(
      "`address`: it has one; `ssh`: it answers, with the host key that it was given; `agent`: its guest agent answers.",
      "local",
      ["none", "address", "ssh", "agent"],
      { default: "none" },
    ),
    timeout: field.integer("Seconds.", "local", { min: 1, max: 7200 }, { default: 300 }),
    port: field.integer("Port of ssh.", "local", { min: 1, max: 65_535 }, { default: 22 }),
  }),
  defined: field.flag(
    "Set by a refresh where the domain is gone while its disks or reservations are still there: the next update defines it again.",
    worded("live", () => ({ effect: "live", says: "live, defined again with the disks that are there" })),
    { internal: true },
  ),
  xml: field.group(
    "A patch of the generated definition, for what has no field here.",
    {
      set: field.dictionary("Text by path: `/domain/devices/disk[1]/driver/@queues`.", restart),
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
    doc: "Fits @pulumi/command's remote connection; add a private key.",
  },
  sshHostKeys: { typeText: "string[]", doc: "Public ssh host keys that the seed gave the guest." },
  hostKeySeed: { typeText: "string", doc: "What the guest's ssh host key is made from.", secret: true },
  restartPending: { typeText: "string[]", doc: "Fields whose stored value takes effect after a restart." },
  display: { typeText: "string | undefined", doc: "Where its screen is: `vnc://127.0.0.1:5900`." },
  volumes: {
    typeText: "{ [key: string]: string }",
    doc: "Ids of the volumes made with it, by disk key; `seed`: the seed's.",
  },
  reservations: {
    typeText: "{ [key: string]: string }",
    doc: "Networks in which it reserved its address itself, by interface key.",
  },
} as const;

export const table = { kind: "VirtualMachine", fields, outputs } as const satisfies Table;
