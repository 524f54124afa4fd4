/**
 * What drivers and resources speak of: pools, volumes, networks, machines and snapshots in plain terms of no driver.
 * Sizes are bytes; times are milliseconds; UUIDs are lower-case with hyphens; MAC addresses lower-case with colons.
 */

/** What a domain or network carries to say who made it. Pools and volumes can't carry one (libvirt drops it). */
export interface Mark {
  project: string;
  stack: string;
  /** For people; rewritten when it changes. */
  urn: string;
  /** Random, new for each object that is made; compared before anything is destroyed. */
  incarnation: string;
  /** That of the Host under which it was made: with it a stack whose state was lost finds its own again. */
  lineage?: string;
}

export interface PoolDefinition {
  uuid: string;
  name: string;
  type: "dir";
  /** Directory on the host. */
  path: string;
  /** Octal, `0711`. */
  mode?: string;
  owner?: number;
  group?: number;
}

export interface PoolState extends PoolDefinition {
  active: boolean;
  autostart: boolean;
  capacity: number;
  available: number;
}

/** A volume by what it is: the UUID of its pool, and its name there. Where that is, the driver knows. */
export interface VolumeRef {
  readonly pool: string;
  readonly name: string;
}

/**
 * What is remembered of an image beside it on the host. `condemned`: it is deleted when nothing needs it any more.
 * `unfinished`: it is being written, and whoever finds it so starts again.
 */
export type VolumeNote = "condemned" | "unfinished";

export interface VolumeDefinition {
  pool: string;
  name: string;
  format: "qcow2" | "raw";
  capacity: number;
  preallocation?: "off" | "metadata" | "full";
  owner?: number;
  group?: number;
  /** Octal, `0600`. */
  mode?: string;
}

export interface VolumeState {
  pool: string;
  name: string;
  /**
   * Where it is, as definitions of machines have it: a path, or what the driver has in its place. Resources compare it and
   * hand it on; they never compose one or take one apart.
   */
  path: string;
  key: string;
  /** What the hypervisor says: qcow2, raw, iso, … */
  format: string;
  capacity: number;
  allocation: number;
  backingPath?: string;
  /** Where a pool's volumes are listed: what is remembered of it. */
  notes?: VolumeNote[];
  owner?: number;
  group?: number;
  mode?: string;
}

export interface Reservation {
  mac: string;
  address: string;
  name?: string;
}

export interface DnsHost {
  address: string;
  names: string[];
}

export interface NetworkDefinition {
  uuid: string;
  name: string;
  mark?: Mark;
  mode: "nat" | "routed" | "isolated" | "open" | "bridge";
  /** The bridge's name; absent: the hypervisor chooses. For mode `bridge` the host's own bridge. */
  bridge?: string;
  mtu?: number;
  /** The bridge's own MAC address; absent: the hypervisor chooses. */
  mac?: string;
  domain?: string;
  ipv4?: NetworkAddress;
  ipv6?: NetworkAddress;
  reservations: Reservation[];
  dnsHosts: DnsHost[];
  forwarders: string[];
}

export interface NetworkAddress {
  /** The host's own address in it. */
  address: string;
  prefix: number;
  dhcp?: { start: string; end: string };
}

export interface NetworkState extends NetworkDefinition {
  active: boolean;
  autostart: boolean;
}

export interface Lease {
  mac: string;
  address: string;
  hostname?: string;
  /** Milliseconds since 1970; absent: for good. */
  expires?: number;
}

export interface DiskLimits {
  totalIops?: number;
  readIops?: number;
  writeIops?: number;
  totalBytes?: number;
  readBytes?: number;
  writeBytes?: number;
}

/** The key of a device that others made, by its target or MAC address. No program can give it, so it is never one of ours. */
export const placeKey = (place: string): string => `@${place}`;
export const isPlaceKey = (key: string): boolean => key.startsWith("@");

export interface DiskDefinition {
  /** The user's key: the disk's identity. Kept in the definition as a device alias (`ua-disk-KEY`). */
  key: string;
  device: "disk" | "cdrom";
  /** Path on the host; absent: an empty cdrom. */
  path?: string;
  format: "qcow2" | "raw";
  bus: "virtio" | "scsi" | "sata" | "ide" | "usb";
  /** Device name, `vda`. */
  target: string;
  readonly: boolean;
  serial?: string;
  cache?: string;
  discard?: string;
  io?: string;
  limits?: DiskLimits;
}

export interface InterfaceDefinition {
  /** The user's key; a device alias `ua-nic-KEY`. */
  key: string;
  mac: string;
  source: { network: string } | { bridge: string } | { direct: string };
  model: string;
  link: "up" | "down";
  mtu?: number;
}

export interface GraphicsDefinition {
  type: "vnc" | "spice";
  listen: string;
  /** Absent: the hypervisor chooses. */
  port?: number;
  password?: string;
  /** Leave the password that is there, which the definition does not know. */
  keepPassword?: boolean;
  keymap?: string;
}

export interface XmlPatch {
  /** Path in the definition (`/domain/devices/disk[2]/@type`) → new text. */
  set?: Record<string, string>;
  remove?: string[];
}

export interface MachineDefinition {
  uuid: string;
  name: string;
  mark?: Mark;
  description?: string;
  /** The user's own keys and values. */
  metadata: Record<string, string>;
  vcpus: number;
  maxVcpus: number;
  memory: number;
  maxMemory: number;
  cpu: {
    mode: "host-passthrough" | "host-model" | "maximum" | "custom" | "default";
    model?: string;
    features?: Record<string, string>;
  };
  /** Absent: the hypervisor's default for the architecture, kept once it is chosen. */
  machineType?: string;
  firmware: "bios" | "uefi";
  boot: { order?: string[]; kernel?: string; initrd?: string; cmdline?: string };
  disks: DiskDefinition[];
  interfaces: InterfaceDefinition[];
  hotplugSlots: number;
  graphics?: GraphicsDefinition;
  video?: string;
  serial: boolean;
  guestAgent: boolean;
  rng: boolean;
  clock: "utc" | "localtime";
  patch?: XmlPatch;
  /** Keys of devices that are somebody else's: they stay as they are. */
  others?: { disks: readonly string[]; interfaces: readonly string[] };
}

/** A file that the hypervisor made for a machine beside its volumes. */
export interface MachineFile {
  /** Its UEFI variables, where the hypervisor keeps those of a machine of its name. */
  variables?: boolean;
  /** Path of its UEFI variables, where a definition names one, and the firmware that they belong to. */
  nvram?: string;
  loader?: string;
  /** The state of its emulated TPM. */
  tpm?: boolean;
}

export type PowerState = "running" | "paused" | "shutoff" | "crashed" | "suspended";

/** A definition as the hypervisor reports it, in the model's own terms; what is not modelled is left out. */
export type ReportedMachine = Omit<MachineDefinition, "patch" | "others"> & {
  /** Tells the patch that it was defined with from any other; absent without one. */
  patched?: string;
  display?: { type: string; listen?: string; port?: number };
  /** What the hypervisor made for it, also for earlier definitions. */
  files?: MachineFile[];
};

export interface MachineState {
  uuid: string;
  name: string;
  power: PowerState;
  persistent: boolean;
  autostart: boolean;
  /** What is stored: in force from the next start on. */
  stored: ReportedMachine;
  /** What runs now; absent where the machine is off. */
  running?: ReportedMachine;
  /** Process-independent identity of this run, changes with each start; absent where off. */
  runId?: number;
}

export interface SnapshotDefinition {
  machine: string;
  name: string;
  description?: string;
  /** Says whose it is: eight hexadecimal digits. */
  mark: string;
  /** With the memory of a running machine. */
  memory: boolean;
  quiesce: boolean;
}

export interface SnapshotState {
  machine: string;
  name: string;
  /** The user's own text. */
  description?: string;
  /** That of its definition, where a stack made it. */
  mark?: string;
  /** Power state at its creation. */
  power: string;
  memory: boolean;
  created: number;
  parent?: string;
  current: boolean;
  external: boolean;
}

/** What the hypervisor is. */
export interface HypervisorFacts {
  /** `QEMU` */
  hypervisor: string;
  /** The hypervisor's version, `7.2.22`. */
  version: string;
  /** libvirt's version, `9.0.0`. */
  libraryVersion: string;
  /** `kvm` where guests run on the CPU itself. */
  virtualization: "kvm" | "emulation";
}

export interface HostStatus {
  memoryFree: number;
  machinesRunning: number;
  machinesDefined: number;
}
