import type { Inputs } from "../../basics/record";
import { clones, diskBuses, diskDevices, interfaceModels, volumeFormats } from "../../drivers/features";
import { type Fields, field } from "../../lifecycle/schema";
import { fileName } from "../common-fields";
import { cable, diskSize, otherNetwork, replug, restart, swapped, where } from "./rules";

/** The fields of one disk and of one interface. */

const limit = where("diskLimits", "live");

/** The bus of a disk without one: no guest has a cdrom on virtio. */
export const busOf = (disk: Readonly<Inputs>): unknown => disk.bus ?? (disk.device === "cdrom" ? "sata" : "virtio");

export const disk = {
  volume: field.reference(
    "Existing volume. Without it, a volume is created with the machine and deleted with it.",
    swapped,
    ["Volume"],
  ),
  pool: field.reference("Storage pool of the created volume.", "replace", ["StoragePool"], { carries: ["name"] }),
  image: field.reference("Image that the created volume is made from.", "replace", ["Image"]),
  clone: field.choice(
    "How the image is used. `linked`: as the backing file; `full`: as an independent copy.",
    "replace",
    clones,
    {
      default: "linked",
      choices: "clones",
    },
  ),
  size: field.size(
    "Size of the created volume. It can grow, also while the guest runs, and never shrinks.",
    where("growDisk", diskSize),
    {
      of: "disk",
      defaultText: "the image's size; with `adopt` the file's",
    },
  ),
  format: field.choice("Format of the created volume.", "replace", volumeFormats, {
    default: "qcow2",
    choices: "volumeFormats",
  }),
  volumeName: field.text(
    "File name of the created volume. An existing file of this name needs `adopt`, and is not deleted on destroy.",
    "replace",
    { ...fileName, derived: true, defaultText: "derived" },
  ),
  device: field.choice(
    "Kind of device. `cdrom`: its media can be changed, and the guest can't write to it.",
    restart,
    diskDevices,
    {
      default: "disk",
      choices: "diskDevices",
    },
  ),
  iso: field.reference(
    "Media of a `cdrom`: a volume, an image, or a path on the host.",
    where("media", "live"),
    ["Volume", "Image"],
    {
      orPath: true,
    },
  ),
  bus: field.choice("Bus that the disk is attached to.", restart, diskBuses, {
    choices: "diskBuses",
    default: busOf,
    defaultText: '`"virtio"`; for a `cdrom` `"sata"`',
  }),
  target: field.text("Device name in the domain definition.", restart, {
    pattern: /^[svh]d[a-z]{1,2}$/,
    says: "must be a device name, such as `vda`",
    derived: true,
    defaultText: "the next free one",
    needs: "diskTargets",
  }),
  readonly: field.flag("The guest can't write to it.", restart, { default: false }),
  serial: field.text("Serial number that the guest sees.", restart, {
    pattern: /^[\w.-]{1,20}$/,
    says: "must be at most 20 letters, digits, `.`, `_` or `-`",
    needs: "diskSerials",
  }),
  cache: field.choice(
    "Cache mode of the disk on the host.",
    restart,
    ["none", "writethrough", "writeback", "directsync", "unsafe"],
    { needs: "diskCaches" },
  ),
  discard: field.choice("Whether the guest's discards free space on the host.", restart, ["unmap", "ignore"], {
    needs: "diskCaches",
  }),
  io: field.choice("How the host performs input and output.", restart, ["native", "threads", "io_uring"], {
    needs: "diskIo",
  }),
  limits: field.group(
    "Limits of operations and bytes per second. 0 or absent: no limit.",
    {
      totalIops: field.integer("Operations per second.", limit, { min: 0, max: 1e9 }),
      readIops: field.integer("Reads per second.", limit, { min: 0, max: 1e9 }),
      writeIops: field.integer("Writes per second.", limit, { min: 0, max: 1e9 }),
      totalBytes: field.integer("Bytes per second.", limit, { min: 0, max: 1e12 }),
      readBytes: field.integer("Bytes read per second.", limit, { min: 0, max: 1e12 }),
      writeBytes: field.integer("Bytes written per second.", limit, { min: 0, max: 1e12 }),
    },
    { needs: "diskLimits" },
  ),
} as const satisfies Fields;

export const nic = {
  network: field.reference("Network that the interface is connected to.", otherNetwork, ["Network"], {
    carries: ["ipv4", "name", "reservations"],
    needs: "networkModes",
  }),
  bridge: field.text("Bridge of the host that the interface is connected to.", replug, {
    pattern: /^[\w.-]{1,15}$/,
    says: "must be an interface name",
  }),
  direct: field.text("NIC of the host that the interface shares by macvtap.", replug, {
    pattern: /^[\w.-]{1,15}$/,
    says: "must be an interface name",
    needs: "macvtap",
  }),
  mac: field.text("MAC address. By default derived from project, stack, machine and key, and then kept.", replug, {
    pattern: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
    says: "must be a MAC address in lowercase",
    derived: true,
    defaultText: "derived",
  }),
  model: field.choice("Device model.", replug, interfaceModels, {
    default: "virtio",
    choices: "interfaceModels",
  }),
  address: field.text("IPv4 address that the network's DHCP reserves for the interface.", "live", {
    needs: "networkModes",
  }),
  link: field.choice("Link state.", cable, ["up", "down"], {
    default: "up",
    needs: "linkState",
  }),
  mtu: field.integer("MTU that the guest is told, bytes.", replug, { min: 576, max: 65_535 }),
} as const satisfies Fields;
