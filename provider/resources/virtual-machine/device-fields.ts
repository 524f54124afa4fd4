import type { Inputs } from "../../basics/record";
import { clones, diskBuses, diskDevices, interfaceModels, volumeFormats } from "../../drivers/features";
import { type Fields, field } from "../../lifecycle/schema";
import { fileName } from "../common-fields";
import { cable, diskSize, otherNetwork, replug, restart, swapped, where } from "./rules";

/** The fields of one disk and of one interface. */

const limit = where("diskLimits", "live");

/** The bus of a disk without one: no guest has a cdrom on virtio. */
export const busOf = (disk: Readonly<Inputs>): unknown => disk.bus ?? (disk.device === "cdrom" ? "sata" : "virtio");

export const disk: Fields = {
  volume: field.reference(
    "A volume that is there already. Without it a volume is made with the machine, and deleted with it.",
    swapped,
    ["Volume"],
  ),
  pool: field.reference("Pool for the volume that is made.", "replace", ["StoragePool"], { carries: ["name"] }),
  image: field.reference("Image that the volume is made from.", "replace", ["Image"]),
  clone: field.choice("`linked`: the image stays its backing file; `full`: an independent copy.", "replace", clones, {
    default: "linked",
    choices: "clones",
  }),
  size: field.size(
    "Size of the volume that is made. It grows while the guest runs, and never shrinks.",
    where("growDisk", diskSize),
    {
      of: "disk",
      defaultText: "the image's; with `adopt` that of the file",
    },
  ),
  format: field.choice("Format of the volume that is made.", "replace", volumeFormats, {
    default: "qcow2",
    choices: "volumeFormats",
  }),
  volumeName: field.text(
    "Name of the volume that is made. A file that is there already under a name given here needs `adopt`, and stays on destroy.",
    "replace",
    { ...fileName, derived: true, defaultText: "derived" },
  ),
  device: field.choice("`cdrom`: media can be changed, the guest can't write.", restart, diskDevices, {
    default: "disk",
    choices: "diskDevices",
  }),
  iso: field.reference(
    "Media of a cdrom: a volume, an image, or a path on the host.",
    where("media", "live"),
    ["Volume", "Image"],
    {
      orPath: true,
    },
  ),
  bus: field.choice("How the guest sees it.", restart, diskBuses, {
    choices: "diskBuses",
    default: busOf,
    defaultText: '`"virtio"`, of a cdrom `"sata"`',
  }),
  target: field.text("Device name in the definition.", restart, {
    pattern: /^[svh]d[a-z]{1,2}$/,
    says: "must be a device name, as `vda`",
    derived: true,
    defaultText: "the next free one",
    needs: "diskTargets",
  }),
  readonly: field.flag("The guest can't write to it.", restart, { default: false }),
  serial: field.text("Serial number that the guest sees.", restart, {
    pattern: /^[\w.-]{1,20}$/,
    says: "has 20 letters, digits, `.`, `_` or `-` at most",
    needs: "diskSerials",
  }),
  cache: field.choice(
    "Cache mode of the host.",
    restart,
    ["none", "writethrough", "writeback", "directsync", "unsafe"],
    { needs: "diskCaches" },
  ),
  discard: field.choice("Whether the guest's discards free space.", restart, ["unmap", "ignore"], {
    needs: "diskCaches",
  }),
  io: field.choice("How the host does input and output.", restart, ["native", "threads", "io_uring"], {
    needs: "diskIo",
  }),
  limits: field.group(
    "Limits, each 0 or absent for none.",
    {
      totalIops: field.integer("Operations a second.", limit, { min: 0, max: 1e9 }),
      readIops: field.integer("Reads a second.", limit, { min: 0, max: 1e9 }),
      writeIops: field.integer("Writes a second.", limit, { min: 0, max: 1e9 }),
      totalBytes: field.integer("Bytes a second.", limit, { min: 0, max: 1e12 }),
      readBytes: field.integer("Bytes read a second.", limit, { min: 0, max: 1e12 }),
      writeBytes: field.integer("Bytes written a second.", limit, { min: 0, max: 1e12 }),
    },
    { needs: "diskLimits" },
  ),
};

export const nic: Fields = {
  network: field.reference("Network that it is plugged into.", otherNetwork, ["Network"], {
    carries: ["ipv4", "name", "reservations"],
    needs: "networkModes",
  }),
  bridge: field.text("Bridge of the host that it is plugged into.", replug, {
    pattern: /^[\w.-]{1,15}$/,
    says: "must be an interface's name",
  }),
  direct: field.text("NIC of the host, shared by macvtap.", replug, {
    pattern: /^[\w.-]{1,15}$/,
    says: "must be an interface's name",
    needs: "macvtap",
  }),
  mac: field.text("MAC address; derived from project, stack, machine and key, and kept.", replug, {
    pattern: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
    says: "must be a MAC address in small letters",
    derived: true,
    defaultText: "derived",
  }),
  model: field.choice("Device that the guest sees.", replug, interfaceModels, {
    default: "virtio",
    choices: "interfaceModels",
  }),
  address: field.text("IPv4 address that the network's DHCP reserves for it.", "live", { needs: "networkModes" }),
  link: field.choice("Whether the cable is in.", cable, ["up", "down"], {
    default: "up",
    needs: "linkState",
  }),
  mtu: field.integer("MTU that the guest is told.", replug, { min: 576, max: 65_535 }),
};
