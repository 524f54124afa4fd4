// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { Image } from "../image";
import type { Network } from "../network";
import type { StoragePool } from "../storage-pool";
import type { Volume } from "../volume";

/** The processor that the guest sees. */
export interface VirtualMachineCpuArgs {
  /** `default`: the host's own under KVM, the most that is emulated otherwise. Default: `"default"`. A change: after a restart. */
  mode?: pulumi.Input<"default" | "host-passthrough" | "host-model" | "maximum" | "custom">;
  /** Model, with mode `custom`. A change: after a restart. */
  model?: pulumi.Input<string>;
  /** Features by name: require, disable, optional, force or forbid. A change: after a restart. */
  features?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** The processor that the guest sees. */
export interface VirtualMachineCpu {
  /** `default`: the host's own under KVM, the most that is emulated otherwise. */
  readonly mode?: "default" | "host-passthrough" | "host-model" | "maximum" | "custom";
  /** Model, with mode `custom`. */
  readonly model?: string;
  /** Features by name: require, disable, optional, force or forbid. */
  readonly features?: { [key: string]: string };
}

/** What it boots. */
export interface VirtualMachineBootArgs {
  /** Keys of disks and interfaces, first to last. Default: its disks. A change: after a restart. */
  order?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kernel: a path on the host, or an image. A change: after a restart. */
  kernel?: Image | Volume | pulumi.Input<string>;
  /** Initial RAM disk: a path on the host, or an image. A change: after a restart. */
  initrd?: Image | Volume | pulumi.Input<string>;
  /** Kernel command line. A change: after a restart. */
  cmdline?: pulumi.Input<string>;
}

/** What it boots. */
export interface VirtualMachineBoot {
  /** Keys of disks and interfaces, first to last. */
  readonly order?: string[];
  /** Kernel: a path on the host, or an image. */
  readonly kernel?: string;
  /** Initial RAM disk: a path on the host, or an image. */
  readonly initrd?: string;
  /** Kernel command line. */
  readonly cmdline?: string;
}

/** Limits, each 0 or absent for none. */
export interface DiskLimitsArgs {
  /** Operations a second. Bounds: 0 to 1000000000. A change: live. */
  totalIops?: pulumi.Input<number>;
  /** Reads a second. Bounds: 0 to 1000000000. A change: live. */
  readIops?: pulumi.Input<number>;
  /** Writes a second. Bounds: 0 to 1000000000. A change: live. */
  writeIops?: pulumi.Input<number>;
  /** Bytes a second. Bounds: 0 to 1000000000000. A change: live. */
  totalBytes?: pulumi.Input<number>;
  /** Bytes read a second. Bounds: 0 to 1000000000000. A change: live. */
  readBytes?: pulumi.Input<number>;
  /** Bytes written a second. Bounds: 0 to 1000000000000. A change: live. */
  writeBytes?: pulumi.Input<number>;
}

/** Limits, each 0 or absent for none. */
export interface DiskLimits {
  /** Operations a second. */
  readonly totalIops?: number;
  /** Reads a second. */
  readonly readIops?: number;
  /** Writes a second. */
  readonly writeIops?: number;
  /** Bytes a second. */
  readonly totalBytes?: number;
  /** Bytes read a second. */
  readonly readBytes?: number;
  /** Bytes written a second. */
  readonly writeBytes?: number;
}

/** Disks by key. The key is the identity: adding one never renames another. */
export interface DiskArgs {
  /** A volume that is there already. Without it a volume is made with the machine, and deleted with it. A change: live, where its bus allows; else after a restart. */
  volume?: Volume | pulumi.Input<string>;
  /** Pool for the volume that is made. A change: replaces it. */
  pool?: StoragePool | pulumi.Input<string>;
  /** Image that the volume is made from. A change: replaces it. */
  image?: Image | pulumi.Input<string>;
  /** `linked`: the image stays its backing file; `full`: an independent copy. Default: `"linked"`. A change: replaces it. */
  clone?: pulumi.Input<"linked" | "full">;
  /** Size of the volume that is made. It grows while the guest runs, and never shrinks. Default: the image's; with `adopt` that of the file. A change: live upward, refused downward. */
  size?: pulumi.Input<string>;
  /** Format of the volume that is made. Default: `"qcow2"`. A change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** Name of the volume that is made. A file that is there already under a name given here needs `adopt`, and stays on destroy. Default: derived. A change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** `cdrom`: media can be changed, the guest can't write. Default: `"disk"`. A change: after a restart. */
  device?: pulumi.Input<"disk" | "cdrom">;
  /** Media of a cdrom: a volume, an image, or a path on the host. A change: live. */
  iso?: Volume | Image | pulumi.Input<string>;
  /** How the guest sees it. Default: `"virtio"`, of a cdrom `"sata"`. A change: after a restart. */
  bus?: pulumi.Input<"virtio" | "scsi" | "sata">;
  /** Device name in the definition. Default: the next free one. A change: after a restart. */
  target?: pulumi.Input<string>;
  /** The guest can't write to it. Default: `false`. A change: after a restart. */
  readonly?: pulumi.Input<boolean>;
  /** Serial number that the guest sees. A change: after a restart. */
  serial?: pulumi.Input<string>;
  /** Cache mode of the host. A change: after a restart. */
  cache?: pulumi.Input<"none" | "writethrough" | "writeback" | "directsync" | "unsafe">;
  /** Whether the guest's discards free space. A change: after a restart. */
  discard?: pulumi.Input<"unmap" | "ignore">;
  /** How the host does input and output. A change: after a restart. */
  io?: pulumi.Input<"native" | "threads" | "io_uring">;
  /** Limits, each 0 or absent for none. */
  limits?: pulumi.Input<DiskLimitsArgs>;
}

/** Disks by key. The key is the identity: adding one never renames another. */
export interface Disk {
  /** A volume that is there already. Without it a volume is made with the machine, and deleted with it. */
  readonly volume?: string;
  /** Pool for the volume that is made. */
  readonly pool?: string;
  /** Image that the volume is made from. */
  readonly image?: string;
  /** `linked`: the image stays its backing file; `full`: an independent copy. */
  readonly clone?: "linked" | "full";
  /** Size of the volume that is made. It grows while the guest runs, and never shrinks. */
  readonly size?: string;
  /** Format of the volume that is made. */
  readonly format?: "qcow2" | "raw";
  /** Name of the volume that is made. A file that is there already under a name given here needs `adopt`, and stays on destroy. */
  readonly volumeName: string;
  /** `cdrom`: media can be changed, the guest can't write. */
  readonly device?: "disk" | "cdrom";
  /** Media of a cdrom: a volume, an image, or a path on the host. */
  readonly iso?: string;
  /** How the guest sees it. */
  readonly bus?: "virtio" | "scsi" | "sata";
  /** Device name in the definition. */
  readonly target: string;
  /** The guest can't write to it. */
  readonly readonly?: boolean;
  /** Serial number that the guest sees. */
  readonly serial?: string;
  /** Cache mode of the host. */
  readonly cache?: "none" | "writethrough" | "writeback" | "directsync" | "unsafe";
  /** Whether the guest's discards free space. */
  readonly discard?: "unmap" | "ignore";
  /** How the host does input and output. */
  readonly io?: "native" | "threads" | "io_uring";
  /** Limits, each 0 or absent for none. */
  readonly limits?: DiskLimits;
}

/** Network interfaces by key. */
export interface InterfaceArgs {
  /** Network that it is plugged into. A change: live. */
  network?: Network | pulumi.Input<string>;
  /** Bridge of the host that it is plugged into. A change: live, unplugged and plugged in again. */
  bridge?: pulumi.Input<string>;
  /** NIC of the host, shared by macvtap. A change: live, unplugged and plugged in again. */
  direct?: pulumi.Input<string>;
  /** MAC address; derived from project, stack, machine and key, and kept. Default: derived. A change: live, unplugged and plugged in again. */
  mac?: pulumi.Input<string>;
  /** Device that the guest sees. Default: `"virtio"`. A change: live, unplugged and plugged in again. */
  model?: pulumi.Input<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** IPv4 address that the network's DHCP reserves for it. A change: live. */
  address?: pulumi.Input<string>;
  /** Whether the cable is in. Default: `"up"`. A change: live. */
  link?: pulumi.Input<"up" | "down">;
  /** MTU that the guest is told. Bounds: 576 to 65535. A change: live, unplugged and plugged in again. */
  mtu?: pulumi.Input<number>;
}

/** Network interfaces by key. */
export interface Interface {
  /** Network that it is plugged into. */
  readonly network?: string;
  /** Bridge of the host that it is plugged into. */
  readonly bridge?: string;
  /** NIC of the host, shared by macvtap. */
  readonly direct?: string;
  /** MAC address; derived from project, stack, machine and key, and kept. */
  readonly mac: string;
  /** Device that the guest sees. */
  readonly model?: "virtio" | "e1000e" | "e1000" | "rtl8139";
  /** IPv4 address that the network's DHCP reserves for it. */
  readonly address?: string;
  /** Whether the cable is in. */
  readonly link?: "up" | "down";
  /** MTU that the guest is told. */
  readonly mtu?: number;
}

/** Seed for cloud-init (NoCloud), written by us to a volume of its own. */
export interface VirtualMachineCloudInitArgs {
  /** The guest's own host name. Default: the resource's name. A change: seeded anew, after a restart. */
  hostname?: pulumi.Input<string>;
  /** Full name. A change: seeded anew, after a restart. */
  fqdn?: pulumi.Input<string>;
  /** Users: names, or objects as cloud-init's `users`. Secret. A change: seeded anew, after a restart. */
  users?: pulumi.Input<pulumi.Input<string | object>[]>;
  /** Public keys let in, for the image's default user and root. A change: seeded anew, after a restart. */
  sshKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /** Packages to install. A change: seeded anew, after a restart. */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
  /** Commands for the first boot: text for a shell, or arguments. Secret. A change: seeded anew, after a restart. */
  runCommands?: pulumi.Input<pulumi.Input<string | string[]>[]>;
  /** User data: text, or an object that is merged with the fields here. 1 MiB at most. Secret. A change: seeded anew, after a restart. */
  userData?: pulumi.Input<string | object>;
  /** Network configuration, version 1 or 2. Default: DHCP, as the image has it. Secret. A change: seeded anew, after a restart. */
  networkConfig?: pulumi.Input<string | object>;
  /** Vendor data. Secret. A change: seeded anew, after a restart. */
  vendorData?: pulumi.Input<string | object>;
  /** Pool for the seed's volume. Default: the pool of the first disk that has one. A change: after a restart. */
  pool?: StoragePool | pulumi.Input<string>;
}

/** Seed for cloud-init (NoCloud), written by us to a volume of its own. */
export interface VirtualMachineCloudInit {
  /** The guest's own host name. */
  readonly hostname: string;
  /** Full name. */
  readonly fqdn?: string;
  /** Users: names, or objects as cloud-init's `users`. */
  readonly users?: (string | object)[];
  /** Public keys let in, for the image's default user and root. */
  readonly sshKeys?: string[];
  /** Packages to install. */
  readonly packages?: string[];
  /** Commands for the first boot: text for a shell, or arguments. */
  readonly runCommands?: (string | string[])[];
  /** User data: text, or an object that is merged with the fields here. 1 MiB at most. */
  readonly userData?: string | object;
  /** Network configuration, version 1 or 2. */
  readonly networkConfig?: string | object;
  /** Vendor data. */
  readonly vendorData?: string | object;
  /** Pool for the seed's volume. */
  readonly pool?: string;
}

/** A screen. */
export interface VirtualMachineGraphicsArgs {
  /** Protocol. Default: `"vnc"`. A change: after a restart. */
  type?: pulumi.Input<"vnc" | "spice">;
  /** Address of the host that it listens on. Default: `"127.0.0.1"`. A change: after a restart. */
  listen?: pulumi.Input<string>;
  /** Port. Bounds: 5900 to 65535. Default: chosen by the hypervisor. A change: after a restart. */
  port?: pulumi.Input<number>;
  /** Password. Secret. A change: live. */
  password?: pulumi.Input<string>;
  /** Keyboard layout. A change: after a restart. */
  keymap?: pulumi.Input<string>;
}

/** A screen. */
export interface VirtualMachineGraphics {
  /** Protocol. */
  readonly type?: "vnc" | "spice";
  /** Address of the host that it listens on. */
  readonly listen?: string;
  /** Port. */
  readonly port?: number;
  /** Password. */
  readonly password?: string;
  /** Keyboard layout. */
  readonly keymap?: string;
}

/** How it is switched off. */
export interface VirtualMachineShutdownArgs {
  /** Seconds that the guest has to power off. Bounds: 1 to 3600. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Power it off where it did not; otherwise that is an error. Default: `true`. A change: in the state alone. */
  force?: pulumi.Input<boolean>;
}

/** How it is switched off. */
export interface VirtualMachineShutdown {
  /** Seconds that the guest has to power off. */
  readonly timeout?: number;
  /** Power it off where it did not; otherwise that is an error. */
  readonly force?: boolean;
}

/** When it counts as up. */
export interface VirtualMachineWaitArgs {
  /** `address`: it has one; `ssh`: it answers, with the host key that it was given; `agent`: its guest agent answers. Default: `"none"`. A change: in the state alone. */
  for?: pulumi.Input<"none" | "address" | "ssh" | "agent">;
  /** Seconds. Bounds: 1 to 7200. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Port of ssh. Bounds: 1 to 65535. Default: `22`. A change: in the state alone. */
  port?: pulumi.Input<number>;
}

/** When it counts as up. */
export interface VirtualMachineWait {
  /** `address`: it has one; `ssh`: it answers, with the host key that it was given; `agent`: its guest agent answers. */
  readonly for?: "none" | "address" | "ssh" | "agent";
  /** Seconds. */
  readonly timeout?: number;
  /** Port of ssh. */
  readonly port?: number;
}

/** A patch of the generated definition, for what has no field here. */
export interface VirtualMachineXmlArgs {
  /** Text by path: `/domain/devices/disk[1]/driver/@queues`. A change: after a restart. */
  set?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Paths to remove. A change: after a restart. */
  remove?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A patch of the generated definition, for what has no field here. */
export interface VirtualMachineXml {
  /** Text by path: `/domain/devices/disk[1]/driver/@queues`. */
  readonly set?: { [key: string]: string };
  /** Paths to remove. */
  readonly remove?: string[];
}

/** Arguments of a VirtualMachine. */
export interface VirtualMachineArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The domain's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. A change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** For people. A change: live. */
  description?: pulumi.Input<string>;
  /** Your own keys and values, kept in the domain's metadata. A change: live. */
  metadata?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Virtual CPUs. Upward to `maxVcpus` while it runs. Bounds: 1 to 4096. Default: `1`. A change: live upward to `maxVcpus`, else after a restart. */
  vcpus?: pulumi.Input<number>;
  /** Virtual CPUs that it can have without a restart. Bounds: 1 to 4096. Default: `vcpus`. A change: after a restart. */
  maxVcpus?: pulumi.Input<number>;
  /** Memory, rounded up to whole MiB. Up and down to `maxMemory` while it runs. Default: `"1GiB"`. A change: live up to `maxMemory`, above it after a restart. */
  memory?: pulumi.Input<string>;
  /** Memory that it can have without a restart. Default: `memory`. A change: after a restart. */
  maxMemory?: pulumi.Input<string>;
  /** The processor that the guest sees. */
  cpu?: pulumi.Input<VirtualMachineCpuArgs>;
  /** `q35`, `pc`, or an exact type, as `pc-q35-7.2`. Default: `q35`, its version kept. A change: after a restart. */
  machineType?: pulumi.Input<string>;
  /** How it boots. Default: `"bios"`. A change: after a restart. */
  firmware?: pulumi.Input<"bios" | "uefi">;
  /** What it boots. */
  boot?: pulumi.Input<VirtualMachineBootArgs>;
  /** Disks by key. The key is the identity: adding one never renames another. An entry added: live, where its bus allows; else after a restart; removed: live, where its bus allows; else after a restart. */
  disks?: pulumi.Input<{ [key: string]: pulumi.Input<DiskArgs> }>;
  /** Network interfaces by key. An entry added: live, plugged in; removed: live, unplugged. */
  interfaces?: pulumi.Input<{ [key: string]: pulumi.Input<InterfaceArgs> }>;
  /** Free slots for disks and interfaces that are plugged in while it runs. Bounds: 0 to 24. Default: `8`. A change: after a restart. */
  hotplugSlots?: pulumi.Input<number>;
  /** Seed for cloud-init (NoCloud), written by us to a volume of its own. */
  cloudInit?: pulumi.Input<VirtualMachineCloudInitArgs>;
  /** A screen. */
  graphics?: pulumi.Input<VirtualMachineGraphicsArgs>;
  /** Video device. Default: by `graphics`. A change: after a restart. */
  video?: pulumi.Input<"none" | "virtio" | "vga" | "qxl" | "cirrus">;
  /** A serial console, for `virsh console`. Default: `true`. A change: after a restart. */
  serial?: pulumi.Input<boolean>;
  /** A channel for the QEMU guest agent. Default: `true`. A change: after a restart. */
  guestAgent?: pulumi.Input<boolean>;
  /** A random number device. Default: `true`. A change: after a restart. */
  rng?: pulumi.Input<boolean>;
  /** Hardware clock. Default: `"utc"`. A change: after a restart. */
  clock?: pulumi.Input<"utc" | "localtime">;
  /** Whether it runs. Default: `true`. A change: live. */
  running?: pulumi.Input<boolean>;
  /** Whether it stands still in memory. Default: `false`. A change: live. */
  paused?: pulumi.Input<boolean>;
  /** Start it when the host starts. Default: `false`. A change: live. */
  autostart?: pulumi.Input<boolean>;
  /** How it is switched off. */
  shutdown?: pulumi.Input<VirtualMachineShutdownArgs>;
  /** What `up` does with a change that takes effect after a restart. `refuse`: fails, before anything is touched; `defer`: leaves it to the next restart; `now`: restarts the machine. Default: `"refuse"`. A change: in the state alone. */
  restart?: pulumi.Input<"refuse" | "defer" | "now">;
  /** Keep the volumes that were made with it when it is deleted. Default: `false`. A change: in the state alone. */
  keepDisks?: pulumi.Input<boolean>;
  /** When it counts as up. */
  wait?: pulumi.Input<VirtualMachineWaitArgs>;
  /** A patch of the generated definition, for what has no field here. */
  xml?: pulumi.Input<VirtualMachineXmlArgs>;
}

/** What a VirtualMachine has once it is there. */
export interface VirtualMachineOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The domain's name on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** For people. */
  readonly description: pulumi.Output<string | undefined>;
  /** Your own keys and values, kept in the domain's metadata. */
  readonly metadata: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Virtual CPUs. Upward to `maxVcpus` while it runs. */
  readonly vcpus: pulumi.Output<number | undefined>;
  /** Virtual CPUs that it can have without a restart. */
  readonly maxVcpus: pulumi.Output<number | undefined>;
  /** Memory, rounded up to whole MiB. Up and down to `maxMemory` while it runs. */
  readonly memory: pulumi.Output<string | undefined>;
  /** Memory that it can have without a restart. */
  readonly maxMemory: pulumi.Output<string | undefined>;
  /** The processor that the guest sees. */
  readonly cpu: pulumi.Output<VirtualMachineCpu | undefined>;
  /** `q35`, `pc`, or an exact type, as `pc-q35-7.2`. */
  readonly machineType: pulumi.Output<string | undefined>;
  /** How it boots. */
  readonly firmware: pulumi.Output<"bios" | "uefi" | undefined>;
  /** What it boots. */
  readonly boot: pulumi.Output<VirtualMachineBoot | undefined>;
  /** Disks by key. The key is the identity: adding one never renames another. */
  readonly disks: pulumi.Output<{ [key: string]: Disk } | undefined>;
  /** Network interfaces by key. */
  readonly interfaces: pulumi.Output<{ [key: string]: Interface } | undefined>;
  /** Free slots for disks and interfaces that are plugged in while it runs. */
  readonly hotplugSlots: pulumi.Output<number | undefined>;
  /** Seed for cloud-init (NoCloud), written by us to a volume of its own. */
  readonly cloudInit: pulumi.Output<VirtualMachineCloudInit | undefined>;
  /** A screen. */
  readonly graphics: pulumi.Output<VirtualMachineGraphics | undefined>;
  /** Video device. */
  readonly video: pulumi.Output<"none" | "virtio" | "vga" | "qxl" | "cirrus" | undefined>;
  /** A serial console, for `virsh console`. */
  readonly serial: pulumi.Output<boolean | undefined>;
  /** A channel for the QEMU guest agent. */
  readonly guestAgent: pulumi.Output<boolean | undefined>;
  /** A random number device. */
  readonly rng: pulumi.Output<boolean | undefined>;
  /** Hardware clock. */
  readonly clock: pulumi.Output<"utc" | "localtime" | undefined>;
  /** Whether it runs. */
  readonly running: pulumi.Output<boolean | undefined>;
  /** Whether it stands still in memory. */
  readonly paused: pulumi.Output<boolean | undefined>;
  /** Start it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** How it is switched off. */
  readonly shutdown: pulumi.Output<VirtualMachineShutdown | undefined>;
  /** What `up` does with a change that takes effect after a restart. `refuse`: fails, before anything is touched; `defer`: leaves it to the next restart; `now`: restarts the machine. */
  readonly restart: pulumi.Output<"refuse" | "defer" | "now" | undefined>;
  /** Keep the volumes that were made with it when it is deleted. */
  readonly keepDisks: pulumi.Output<boolean | undefined>;
  /** When it counts as up. */
  readonly wait: pulumi.Output<VirtualMachineWait | undefined>;
  /** Set by a refresh where the domain is gone while its disks or reservations are still there: the next update defines it again. */
  readonly defined: pulumi.Output<boolean | undefined>;
  /** A patch of the generated definition, for what has no field here. */
  readonly xml: pulumi.Output<VirtualMachineXml | undefined>;
  /** Addresses by interface key, IPv4 first. */
  readonly addresses: pulumi.Output<{ [key: string]: string[] }>;
  /** The first address. */
  readonly ipAddress: pulumi.Output<string | undefined>;
  /** MAC addresses by interface key. */
  readonly macAddresses: pulumi.Output<{ [key: string]: string }>;
  /** Fits @pulumi/command's remote connection; add a private key. */
  readonly connection: pulumi.Output<{ host: string; user: string; port: number; hostKey?: string } | undefined>;
  /** Public ssh host keys that the seed gave the guest. */
  readonly sshHostKeys: pulumi.Output<string[]>;
  /** What the guest's ssh host key is made from. Secret. */
  readonly hostKeySeed: pulumi.Output<string>;
  /** Fields whose stored value takes effect after a restart. */
  readonly restartPending: pulumi.Output<string[]>;
  /** Where its screen is: `vnc://127.0.0.1:5900`. */
  readonly display: pulumi.Output<string | undefined>;
  /** Ids of the volumes made with it, by disk key; `seed`: the seed's. */
  readonly volumes: pulumi.Output<{ [key: string]: string }>;
  /** Networks in which it reserved its address itself, by interface key. */
  readonly reservations: pulumi.Output<{ [key: string]: string }>;
}
