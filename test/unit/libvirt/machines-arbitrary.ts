import fc from "fast-check";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition } from "../../../provider/drivers/model";

/** Definitions that libvirt takes, in all the variants that the model has. */

const kibibyte = 1024;

/** Text that XML can carry, with all that has a meaning in it. */
export const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        "&",
        '"',
        "'",
        "&amp;",
        "]]>",
        "<!--",
        "%",
        "{{x}}",
        "`",
        "=",
        "\n",
        "\t",
        "é",
        "✓",
        "🜁",
      ),
      fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 5 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const path = fc.stringMatching(/^\/srv\/[A-Za-z0-9._ &<>'"-]{1,20}$/).map((name) => name.replace(/ $/, "_"));

const limits = fc.oneof(
  fc.record(
    { totalIops: fc.integer({ min: 1, max: 1e6 }), totalBytes: fc.integer({ min: 1, max: 1e9 }) },
    { requiredKeys: ["totalIops"] },
  ),
  fc.record(
    {
      readIops: fc.integer({ min: 1, max: 1e6 }),
      writeIops: fc.integer({ min: 1, max: 1e6 }),
      readBytes: fc.integer({ min: 1, max: 1e9 }),
      writeBytes: fc.integer({ min: 1, max: 1e9 }),
    },
    { requiredKeys: ["readIops"] },
  ),
);

const prefixes = { virtio: "vd", scsi: "sd", sata: "sd", ide: "hd", usb: "sd" } as const;

const diskShape = fc.record(
  {
    path,
    format: fc.constantFrom("qcow2" as const, "raw" as const),
    bus: fc.constantFrom("virtio" as const, "scsi" as const, "sata" as const, "usb" as const),
    readonly: fc.boolean(),
    serial: fc.stringMatching(/^[A-Za-z0-9_.+-]{1,20}$/),
    cache: fc.constantFrom("none", "writeback", "writethrough", "directsync", "unsafe"),
    discard: fc.constantFrom("unmap", "ignore"),
    limits,
    cdrom: fc.boolean(),
    empty: fc.boolean(),
  },
  { requiredKeys: ["path", "format", "bus", "readonly", "cdrom", "empty"] },
);

const disks = fc.array(diskShape, { maxLength: 4 }).map((shapes) => {
  const counts = { vd: 0, sd: 0, hd: 0 };
  return shapes.map((shape, index): DiskDefinition => {
    const { cdrom, empty, ...rest } = shape;
    const isCdrom = cdrom && (rest.bus === "sata" || rest.bus === "scsi");
    const prefix = prefixes[rest.bus];
    const target = `${prefix}${"abcdefgh"[counts[prefix]++]}`;
    // A SATA or USB disk can't be readonly (src/qemu/qemu_validate.c).
    const readonly = isCdrom || (rest.readonly && rest.bus !== "sata");
    const made: DiskDefinition = {
      key: `disk-${index}`,
      device: isCdrom ? "cdrom" : "disk",
      ...rest,
      readonly,
      target,
    };
    if (isCdrom) made.format = "raw";
    if (isCdrom && empty) delete made.path;
    return made;
  });
});

const interfaces = fc
  .array(
    fc.record(
      {
        source: fc.oneof(
          word.map((network) => ({ network })),
          word.map((bridge) => ({ bridge: bridge.slice(0, 15) })),
          word.map((direct) => ({ direct: direct.slice(0, 15) })),
        ),
        model: fc.constantFrom("virtio", "e1000e", "e1000", "rtl8139"),
        link: fc.constantFrom("up" as const, "down" as const),
        mtu: fc.integer({ min: 576, max: 9000 }),
      },
      { requiredKeys: ["source", "model", "link"] },
    ),
    { maxLength: 3 },
  )
  .map((shapes) =>
    shapes.map(({ mtu, ...shape }, index): InterfaceDefinition => {
      const made = { key: `nic-${index}`, mac: `52:54:00:00:00:0${index}`, ...shape };
      // libvirt sets no MTU on a host's own interface.
      return mtu === undefined || "direct" in shape.source ? made : { ...made, mtu };
    }),
  );

const cpu = fc.oneof(
  fc.constantFrom<MachineDefinition["cpu"]>({ mode: "default" }, { mode: "maximum" }, { mode: "host-model" }),
  fc.record(
    {
      mode: fc.constant("custom" as const),
      model: fc.constantFrom("qemu64", "Nehalem", "EPYC"),
      features: fc.dictionary(fc.constantFrom("aes", "avx2", "smap"), fc.constantFrom("require", "disable"), {
        minKeys: 1,
      }),
    },
    { requiredKeys: ["mode", "model"] },
  ),
);

const boot = fc.oneof(
  fc.constant({}),
  fc.record({ order: fc.uniqueArray(fc.constantFrom("hd", "cdrom", "network"), { minLength: 1 }) }),
  fc.record({ kernel: path, initrd: path, cmdline: text.map((line) => `console=ttyS0 ${line.replace(/\s/g, "_")}`) }),
);

export interface ArbitraryOptions {
  firmware?: MachineDefinition["firmware"][];
  graphics?: ("vnc" | "spice")[];
}

export function machineDefinition({ firmware = ["bios", "uefi"], graphics = ["vnc", "spice"] }: ArbitraryOptions = {}) {
  return fc
    .record(
      {
        uuid: fc.uuid({ version: 4 }),
        mark: fc.record({ project: text, stack: text, urn: text, incarnation: word }),
        description: text.map((value) => `d${value.trim()}`),
        metadata: fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.:/-]{0,10}$/), fc.oneof(text, fc.constant(""))),
        vcpus: fc.integer({ min: 1, max: 4 }),
        extraVcpus: fc.integer({ min: 0, max: 4 }),
        memory: fc.integer({ min: 64 * 1024, max: 512 * 1024 }).map((kibibytes) => kibibytes * kibibyte),
        extraMemory: fc.integer({ min: 0, max: 512 * 1024 }).map((kibibytes) => kibibytes * kibibyte),
        cpu,
        machineType: fc.constantFrom("q35", "pc"),
        firmware: fc.constantFrom(...firmware),
        boot,
        disks,
        interfaces,
        hotplugSlots: fc.integer({ min: 0, max: 10 }),
        graphics: fc.record(
          {
            type: fc.constantFrom(...graphics),
            listen: fc.constantFrom("127.0.0.1", "0.0.0.0", "::1"),
            port: fc.integer({ min: 5900, max: 6000 }),
            password: fc.stringMatching(/^[!-~]{1,8}$/),
            keymap: fc.constantFrom("de", "en-us"),
          },
          { requiredKeys: ["type", "listen"] },
        ),
        video: fc.constantFrom("vga", "virtio", "bochs"),
        serial: fc.boolean(),
        guestAgent: fc.boolean(),
        rng: fc.boolean(),
        clock: fc.constantFrom("utc" as const, "localtime" as const),
      },
      {
        requiredKeys: [
          ...(["uuid", "metadata", "vcpus", "extraVcpus", "memory", "extraMemory", "cpu", "firmware", "boot"] as const),
          ...(["disks", "interfaces", "hotplugSlots", "serial", "guestAgent", "rng", "clock"] as const),
        ],
      },
    )
    .map(
      ({ extraVcpus, extraMemory, ...rest }): MachineDefinition =>
        // Plain objects, as those that are read.
        structuredClone({
          ...rest,
          name: `machine-${rest.uuid}`,
          maxVcpus: rest.vcpus + extraVcpus,
          maxMemory: rest.memory + extraMemory,
        }),
    );
}
