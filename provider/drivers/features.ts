/**
 * What a driver can do, as a static record: `check` and `diff` ask no host, so that a preview needs no connection to one.
 * The record is total: a driver compiles only when it has answered every question. What reads it: the field tables
 * (`needs` of a field, `of` of a choice), rules of effect, and the documentation (docs/drivers.md).
 */
export interface Features {
  /** Kinds of storage pools. */
  readonly poolTypes: readonly PoolType[];
  readonly volumeFormats: readonly VolumeFormat[];
  /** `linked`: a volume can be a layer above an image. */
  readonly clones: readonly Clone[];
  /** Pools and volumes are files, with an owner, a group and a mode. */
  readonly filePermissions: boolean;
  /** Modes of the hypervisor's own networks; empty: it has no networks, and guests are on bridges of the host. */
  readonly networkModes: readonly NetworkMode[];
  readonly diskBuses: readonly DiskBus[];
  /** Device names of disks can be chosen. */
  readonly diskTargets: boolean;
  readonly diskSerials: boolean;
  readonly diskCaches: boolean;
  /** How the host does a disk's input and output can be chosen. */
  readonly diskIo: boolean;
  /** Limits of operations and bytes a second. */
  readonly diskLimits: boolean;
  readonly diskDevices: readonly DiskDevice[];
  readonly interfaceModels: readonly InterfaceModel[];
  /** A NIC of the host shared by macvtap. */
  readonly macvtap: boolean;
  /** The cable of an interface can be pulled. */
  readonly linkState: boolean;
  readonly cpuModes: readonly CpuMode[];
  readonly machineTypes: boolean;
  readonly firmware: readonly Firmware[];
  readonly graphics: readonly GraphicsType[];
  readonly videos: readonly Video[];
  /** Slots for devices that are plugged in later are set aside in the definition. */
  readonly hotplugSlots: boolean;
  readonly serialConsole: boolean;
  readonly guestAgent: boolean;
  readonly randomDevice: boolean;
  readonly clocks: boolean;
  /** The user's keys and values are kept with the machine. */
  readonly metadata: boolean;
  /** The definition is XML, and can be patched. */
  readonly xmlPatch: boolean;
  /** Snapshots of machines that are off, and of running ones. */
  readonly snapshots: { readonly stopped: boolean; readonly running: boolean };
  /** Settings in the hypervisor's own files on the host can be set. */
  readonly hostSettings: boolean;
  /** Guests are confined by AppArmor, in which directories can be allowed to them. */
  readonly guestProfiles: boolean;
  /** What the driver changes on a running machine. */
  readonly live: {
    readonly memory: boolean;
    readonly vcpusUp: boolean;
    /** Buses whose disks can be plugged in and out; empty: disks need a restart. */
    readonly diskBuses: readonly DiskBus[];
    readonly media: boolean;
    readonly growDisk: boolean;
    readonly diskLimits: boolean;
    readonly interfaces: boolean;
    readonly metadata: boolean;
  };
}

export const poolTypes = ["dir"] as const;
type PoolType = (typeof poolTypes)[number];

export const volumeFormats = ["qcow2", "raw"] as const;
type VolumeFormat = (typeof volumeFormats)[number];

export const clones = ["linked", "full"] as const;
type Clone = (typeof clones)[number];

export const networkModes = ["nat", "routed", "isolated"] as const;
type NetworkMode = (typeof networkModes)[number];

export const diskBuses = ["virtio", "scsi", "sata"] as const;
type DiskBus = (typeof diskBuses)[number];

export const diskDevices = ["disk", "cdrom"] as const;
type DiskDevice = (typeof diskDevices)[number];

export const interfaceModels = ["virtio", "e1000e", "e1000", "rtl8139"] as const;
type InterfaceModel = (typeof interfaceModels)[number];

export const cpuModes = ["default", "host-passthrough", "host-model", "maximum", "custom"] as const;
type CpuMode = (typeof cpuModes)[number];

export const firmware = ["bios", "uefi"] as const;
type Firmware = (typeof firmware)[number];

export const graphics = ["vnc", "spice"] as const;
type GraphicsType = (typeof graphics)[number];

export const videos = ["none", "virtio", "vga", "qxl", "cirrus"] as const;
type Video = (typeof videos)[number];

/** A feature that a driver has or has not. A list that is empty is one that it has not. */
export type FeatureName = Exclude<keyof Features, "live">;

/** Something that is changed while a machine runs. */
export type LiveName = keyof Features["live"];

/** A feature that says which values a choice may have. */
export type ChoiceName = {
  [Name in keyof Features]: Features[Name] extends readonly string[] ? Name : never;
}[keyof Features];

/** What a feature is called in a sentence: `needs a driver with …`. */
export const featureWords: Readonly<Record<FeatureName, string>> = {
  poolTypes: "storage pools",
  volumeFormats: "volumes",
  clones: "clones",
  filePermissions: "volumes that are files",
  networkModes: "networks of its own",
  diskBuses: "a choice of disk buses",
  diskTargets: "a choice of device names",
  diskSerials: "serial numbers of disks",
  diskCaches: "caching of disks",
  diskIo: "a choice of disk input and output",
  diskLimits: "limits of disks",
  diskDevices: "a choice of devices",
  interfaceModels: "a choice of interface models",
  macvtap: "macvtap",
  linkState: "link states of interfaces",
  cpuModes: "CPU modes",
  machineTypes: "machine types",
  firmware: "a choice of firmware",
  graphics: "graphical consoles",
  videos: "a choice of video devices",
  hotplugSlots: "slots for hot-plug",
  serialConsole: "serial consoles",
  guestAgent: "guest agents",
  randomDevice: "random number devices",
  clocks: "a choice of hardware clocks",
  metadata: "metadata of machines",
  xmlPatch: "XML definitions",
  snapshots: "snapshots",
  hostSettings: "settings in files of the host",
  guestProfiles: "AppArmor profiles of guests",
};

export function hasFeature(features: Features, name: FeatureName): boolean {
  const value = features[name];
  if (typeof value === "boolean") return value;
  return Array.isArray(value) ? value.length > 0 : Object.values(value).some(Boolean);
}

export function changesLive({ live }: Features, name: LiveName): boolean {
  const answer: boolean | readonly string[] = live[name];
  return typeof answer === "boolean" ? answer : answer.length > 0;
}

/** Whether a disk can be plugged in and out of a running machine; of a cdrom only the media can be changed. */
export function isPluggable({ live }: Features, disk: { device?: unknown; bus?: unknown }): boolean {
  const bus = String(disk.bus ?? "virtio");
  return disk.device !== "cdrom" && live.diskBuses.some((one) => one === bus);
}
