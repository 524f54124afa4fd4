// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { Image } from "../image";
import type { Network } from "../network";
import type { StoragePool } from "../storage-pool";
import type { Volume } from "../volume";

/** The processor that the guest sees. */
export interface VirtualMachineCpuArgs {
  /** CPU mode. `default`: the host's CPU under KVM, the most capable emulated CPU otherwise. Default: `"default"`. Effect of a change: after a restart. */
  mode?: pulumi.Input<"default" | "host-passthrough" | "host-model" | "maximum" | "custom">;
  /** CPU model. Only with mode `custom`. Effect of a change: after a restart. */
  model?: pulumi.Input<string>;
  /** CPU features by name, each `require`, `disable`, `optional`, `force` or `forbid`. Effect of a change: after a restart. */
  features?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** The processor that the guest sees. */
export interface VirtualMachineCpu {
  /** CPU mode. `default`: the host's CPU under KVM, the most capable emulated CPU otherwise. */
  readonly mode?: "default" | "host-passthrough" | "host-model" | "maximum" | "custom";
  /** CPU model. Only with mode `custom`. */
  readonly model?: string;
  /** CPU features by name, each `require`, `disable`, `optional`, `force` or `forbid`. */
  readonly features?: { [key: string]: string };
}

/** Boot order and kernel. */
export interface VirtualMachineBootArgs {
  /** Keys of disks and interfaces, first to last. Default: its disks. Effect of a change: after a restart. */
  order?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kernel: a path on the host, an image or a volume. Effect of a change: after a restart. */
  kernel?: Image | Volume | pulumi.Input<string>;
  /** Initial RAM disk: a path on the host, an image or a volume. Effect of a change: after a restart. */
  initrd?: Image | Volume | pulumi.Input<string>;
  /** Kernel command line. Effect of a change: after a restart. */
  cmdline?: pulumi.Input<string>;
}

/** Boot order and kernel. */
export interface VirtualMachineBoot {
  /** Keys of disks and interfaces, first to last. */
  readonly order?: string[];
  /** Kernel: a path on the host, an image or a volume. */
  readonly kernel?: string;
  /** Initial RAM disk: a path on the host, an image or a volume. */
  readonly initrd?: string;
  /** Kernel command line. */
  readonly cmdline?: string;
}

/** Limits of operations and bytes per second. 0 or absent: no limit. */
export interface DiskLimitsArgs {
  /** Operations per second. Bounds: 0 to 1000000000. Effect of a change: live. */
  totalIops?: pulumi.Input<number>;
  /** Reads per second. Bounds: 0 to 1000000000. Effect of a change: live. */
  readIops?: pulumi.Input<number>;
  /** Writes per second. Bounds: 0 to 1000000000. Effect of a change: live. */
  writeIops?: pulumi.Input<number>;
  /** Bytes per second. Bounds: 0 to 1000000000000. Effect of a change: live. */
  totalBytes?: pulumi.Input<number>;
  /** Bytes read per second. Bounds: 0 to 1000000000000. Effect of a change: live. */
  readBytes?: pulumi.Input<number>;
  /** Bytes written per second. Bounds: 0 to 1000000000000. Effect of a change: live. */
  writeBytes?: pulumi.Input<number>;
}

/** Limits of operations and bytes per second. 0 or absent: no limit. */
export interface DiskLimits {
  /** Operations per second. */
  readonly totalIops?: number;
  /** Reads per second. */
  readonly readIops?: number;
  /** Writes per second. */
  readonly writeIops?: number;
  /** Bytes per second. */
  readonly totalBytes?: number;
  /** Bytes read per second. */
  readonly readBytes?: number;
  /** Bytes written per second. */
  readonly writeBytes?: number;
}

/** Disks by key. The key identifies the disk, so adding a disk never renames another. */
export interface DiskArgs {
  /** Existing volume. Without it, a volume is created with the machine and deleted with it. Effect of a change: live, where its bus allows; else after a restart. */
  volume?: Volume | pulumi.Input<string>;
  /** Storage pool of the created volume. Effect of a change: replaces it. */
  pool?: StoragePool | pulumi.Input<string>;
  /** Image that the created volume is made from. Effect of a change: replaces it. */
  image?: Image | pulumi.Input<string>;
  /** How the image is used. `linked`: as the backing file; `full`: as an independent copy. Default: `"linked"`. Effect of a change: replaces it. */
  clone?: pulumi.Input<"linked" | "full">;
  /** Size of the created volume. It can grow, also while the guest runs, and never shrinks. Default: the image's size; with `adopt` the file's. Effect of a change: live upward, refused downward. */
  size?: pulumi.Input<string>;
  /** Format of the created volume. Default: `"qcow2"`. Effect of a change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** File name of the created volume. An existing file of this name needs `adopt`, and is not deleted on destroy. Default: derived. Effect of a change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** Kind of device. `cdrom`: its media can be changed, and the guest can't write to it. Default: `"disk"`. Effect of a change: after a restart. */
  device?: pulumi.Input<"disk" | "cdrom">;
  /** Media of a `cdrom`: a volume, an image, or a path on the host. Effect of a change: live. */
  iso?: Volume | Image | pulumi.Input<string>;
  /** Bus that the disk is attached to. Default: `"virtio"`; for a `cdrom` `"sata"`. Effect of a change: after a restart. */
  bus?: pulumi.Input<"virtio" | "scsi" | "sata">;
  /** Device name in the domain definition. Default: the next free one. Effect of a change: after a restart. */
  target?: pulumi.Input<string>;
  /** The guest can't write to it. Default: `false`. Effect of a change: after a restart. */
  readonly?: pulumi.Input<boolean>;
  /** Serial number that the guest sees. Effect of a change: after a restart. */
  serial?: pulumi.Input<string>;
  /** Cache mode of the disk on the host. Effect of a change: after a restart. */
  cache?: pulumi.Input<"none" | "writethrough" | "writeback" | "directsync" | "unsafe">;
  /** Whether the guest's discards free space on the host. Effect of a change: after a restart. */
  discard?: pulumi.Input<"unmap" | "ignore">;
  /** How the host performs input and output. Effect of a change: after a restart. */
  io?: pulumi.Input<"native" | "threads" | "io_uring">;
  /** Limits of operations and bytes per second. 0 or absent: no limit. */
  limits?: pulumi.Input<DiskLimitsArgs>;
}

/** Disks by key. The key identifies the disk, so adding a disk never renames another. */
export interface Disk {
  /** Existing volume. Without it, a volume is created with the machine and deleted with it. */
  readonly volume?: string;
  /** Storage pool of the created volume. */
  readonly pool?: string;
  /** Image that the created volume is made from. */
  readonly image?: string;
  /** How the image is used. `linked`: as the backing file; `full`: as an independent copy. */
  readonly clone?: "linked" | "full";
  /** Size of the created volume. It can grow, also while the guest runs, and never shrinks. */
  readonly size?: string;
  /** Format of the created volume. */
  readonly format?: "qcow2" | "raw";
  /** File name of the created volume. An existing file of this name needs `adopt`, and is not deleted on destroy. */
  readonly volumeName: string;
  /** Kind of device. `cdrom`: its media can be changed, and the guest can't write to it. */
  readonly device?: "disk" | "cdrom";
  /** Media of a `cdrom`: a volume, an image, or a path on the host. */
  readonly iso?: string;
  /** Bus that the disk is attached to. */
  readonly bus?: "virtio" | "scsi" | "sata";
  /** Device name in the domain definition. */
  readonly target: string;
  /** The guest can't write to it. */
  readonly readonly?: boolean;
  /** Serial number that the guest sees. */
  readonly serial?: string;
  /** Cache mode of the disk on the host. */
  readonly cache?: "none" | "writethrough" | "writeback" | "directsync" | "unsafe";
  /** Whether the guest's discards free space on the host. */
  readonly discard?: "unmap" | "ignore";
  /** How the host performs input and output. */
  readonly io?: "native" | "threads" | "io_uring";
  /** Limits of operations and bytes per second. 0 or absent: no limit. */
  readonly limits?: DiskLimits;
}

/** Network interfaces by key. The key identifies the interface. */
export interface InterfaceArgs {
  /** Network that the interface is connected to. Effect of a change: live. */
  network?: Network | pulumi.Input<string>;
  /** Bridge of the host that the interface is connected to. Effect of a change: live, unplugged and plugged in again. */
  bridge?: pulumi.Input<string>;
  /** NIC of the host that the interface shares by macvtap. Effect of a change: live, unplugged and plugged in again. */
  direct?: pulumi.Input<string>;
  /** MAC address. By default derived from project, stack, machine and key, and then kept. Default: derived. Effect of a change: live, unplugged and plugged in again. */
  mac?: pulumi.Input<string>;
  /** Device model. Default: `"virtio"`. Effect of a change: live, unplugged and plugged in again. */
  model?: pulumi.Input<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** IPv4 address that the network's DHCP reserves for the interface. Effect of a change: live. */
  address?: pulumi.Input<string>;
  /** Link state. Default: `"up"`. Effect of a change: live. */
  link?: pulumi.Input<"up" | "down">;
  /** MTU that the guest is told, bytes. Bounds: 576 to 65535. Effect of a change: live, unplugged and plugged in again. */
  mtu?: pulumi.Input<number>;
}

/** Network interfaces by key. The key identifies the interface. */
export interface Interface {
  /** Network that the interface is connected to. */
  readonly network?: string;
  /** Bridge of the host that the interface is connected to. */
  readonly bridge?: string;
  /** NIC of the host that the interface shares by macvtap. */
  readonly direct?: string;
  /** MAC address. By default derived from project, stack, machine and key, and then kept. */
  readonly mac: string;
  /** Device model. */
  readonly model?: "virtio" | "e1000e" | "e1000" | "rtl8139";
  /** IPv4 address that the network's DHCP reserves for the interface. */
  readonly address?: string;
  /** Link state. */
  readonly link?: "up" | "down";
  /** MTU that the guest is told, bytes. */
  readonly mtu?: number;
}

/** Seed for cloud-init (NoCloud), on a separate volume. */
export interface VirtualMachineCloudInitArgs {
  /** Host name of the guest. Default: the resource's name. Effect of a change: a new seed, after a restart. */
  hostname?: pulumi.Input<string>;
  /** Fully qualified domain name of the guest. Effect of a change: a new seed, after a restart. */
  fqdn?: pulumi.Input<string>;
  /** Users: names, or objects as cloud-init's `users`. Secret. Effect of a change: a new seed, after a restart. */
  users?: pulumi.Input<pulumi.Input<string | object>[]>;
  /** Public keys that can log in as the image's default user and as root. Effect of a change: a new seed, after a restart. */
  sshKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /** Packages to install. Effect of a change: a new seed, after a restart. */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
  /** Commands for the first boot: text for a shell, or arguments. Secret. Effect of a change: a new seed, after a restart. */
  runCommands?: pulumi.Input<pulumi.Input<string | string[]>[]>;
  /** User data: text, or an object that is merged with the other fields. At most 1 MiB. Secret. Effect of a change: a new seed, after a restart. */
  userData?: pulumi.Input<string | object>;
  /** Network configuration, version 1 or 2. Default: the image's own, usually DHCP. Secret. Effect of a change: a new seed, after a restart. */
  networkConfig?: pulumi.Input<string | object>;
  /** Vendor data. Secret. Effect of a change: a new seed, after a restart. */
  vendorData?: pulumi.Input<string | object>;
  /** Storage pool of the seed's volume. Default: the pool of the first disk that has one. Effect of a change: after a restart. */
  pool?: StoragePool | pulumi.Input<string>;
}

/** Seed for cloud-init (NoCloud), on a separate volume. */
export interface VirtualMachineCloudInit {
  /** Host name of the guest. */
  readonly hostname: string;
  /** Fully qualified domain name of the guest. */
  readonly fqdn?: string;
  /** Users: names, or objects as cloud-init's `users`. */
  readonly users?: (string | object)[];
  /** Public keys that can log in as the image's default user and as root. */
  readonly sshKeys?: string[];
  /** Packages to install. */
  readonly packages?: string[];
  /** Commands for the first boot: text for a shell, or arguments. */
  readonly runCommands?: (string | string[])[];
  /** User data: text, or an object that is merged with the other fields. At most 1 MiB. */
  readonly userData?: string | object;
  /** Network configuration, version 1 or 2. */
  readonly networkConfig?: string | object;
  /** Vendor data. */
  readonly vendorData?: string | object;
  /** Storage pool of the seed's volume. */
  readonly pool?: string;
}

/** Graphical console (VNC or SPICE). */
export interface VirtualMachineGraphicsArgs {
  /** Protocol. Default: `"vnc"`. Effect of a change: after a restart. */
  type?: pulumi.Input<"vnc" | "spice">;
  /** Address on the host that the console listens on. Default: `"127.0.0.1"`. Effect of a change: after a restart. */
  listen?: pulumi.Input<string>;
  /** Port. Bounds: 5900 to 65535. Default: chosen by the hypervisor. Effect of a change: after a restart. */
  port?: pulumi.Input<number>;
  /** Password. Secret. Effect of a change: live. */
  password?: pulumi.Input<string>;
  /** Keyboard layout. Effect of a change: after a restart. */
  keymap?: pulumi.Input<string>;
}

/** Graphical console (VNC or SPICE). */
export interface VirtualMachineGraphics {
  /** Protocol. */
  readonly type?: "vnc" | "spice";
  /** Address on the host that the console listens on. */
  readonly listen?: string;
  /** Port. */
  readonly port?: number;
  /** Password. */
  readonly password?: string;
  /** Keyboard layout. */
  readonly keymap?: string;
}

/** How the machine is shut down. */
export interface VirtualMachineShutdownArgs {
  /** Seconds that the guest has to shut down. Bounds: 1 to 3600. Default: `300`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Powers the machine off if the guest did not shut down in time. Otherwise that is an error. Default: `true`. Effect of a change: state only. */
  force?: pulumi.Input<boolean>;
}

/** How the machine is shut down. */
export interface VirtualMachineShutdown {
  /** Seconds that the guest has to shut down. */
  readonly timeout?: number;
  /** Powers the machine off if the guest did not shut down in time. Otherwise that is an error. */
  readonly force?: boolean;
}

/** When the machine counts as ready. */
export interface VirtualMachineWaitArgs {
  /** What to wait for. `address`: an address; `ssh`: an answer on the ssh port with the host key that the seed gave the guest; `agent`: an answer of the guest agent. Default: `"none"`. Effect of a change: state only. */
  for?: pulumi.Input<"none" | "address" | "ssh" | "agent">;
  /** Seconds. Bounds: 1 to 7200. Default: `300`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** ssh port of the guest. Bounds: 1 to 65535. Default: `22`. Effect of a change: state only. */
  port?: pulumi.Input<number>;
}

/** When the machine counts as ready. */
export interface VirtualMachineWait {
  /** What to wait for. `address`: an address; `ssh`: an answer on the ssh port with the host key that the seed gave the guest; `agent`: an answer of the guest agent. */
  readonly for?: "none" | "address" | "ssh" | "agent";
  /** Seconds. */
  readonly timeout?: number;
  /** ssh port of the guest. */
  readonly port?: number;
}

/** Changes to the generated definition, for settings without a field. */
export interface VirtualMachineXmlArgs {
  /** Values by path: `/domain/devices/disk[1]/driver/@queues`. Effect of a change: after a restart. */
  set?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Paths to remove. Effect of a change: after a restart. */
  remove?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Changes to the generated definition, for settings without a field. */
export interface VirtualMachineXml {
  /** Values by path: `/domain/devices/disk[1]/driver/@queues`. */
  readonly set?: { [key: string]: string };
  /** Paths to remove. */
  readonly remove?: string[];
}

/** Arguments of a VirtualMachine. */
export interface VirtualMachineArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Name of the domain on the host. Default: `<stack>-<name>`. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. Effect of a change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** Free-text description. Effect of a change: live. */
  description?: pulumi.Input<string>;
  /** Your own keys and values, kept in the domain's metadata. Effect of a change: live. */
  metadata?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Virtual CPUs. The number can rise up to `maxVcpus` while the machine runs. Bounds: 1 to 4096. Default: `1`. Effect of a change: live upward to `maxVcpus`, else after a restart. */
  vcpus?: pulumi.Input<number>;
  /** Maximum number of virtual CPUs without a restart. Bounds: 1 to 4096. Default: `vcpus`. Effect of a change: after a restart. */
  maxVcpus?: pulumi.Input<number>;
  /** Memory, rounded up to whole MiB. It can rise and fall up to `maxMemory` while the machine runs. Default: `"1GiB"`. Effect of a change: live up to `maxMemory`, above it after a restart. */
  memory?: pulumi.Input<string>;
  /** Maximum memory without a restart. Default: `memory`. Effect of a change: after a restart. */
  maxMemory?: pulumi.Input<string>;
  /** The processor that the guest sees. */
  cpu?: pulumi.Input<VirtualMachineCpuArgs>;
  /** Machine type: `q35`, `pc`, or an exact type such as `pc-q35-7.2`. Default: `q35`; its version is kept. Effect of a change: after a restart. */
  machineType?: pulumi.Input<string>;
  /** Firmware. Default: `"bios"`. Effect of a change: after a restart. */
  firmware?: pulumi.Input<"bios" | "uefi">;
  /** Boot order and kernel. */
  boot?: pulumi.Input<VirtualMachineBootArgs>;
  /** Disks by key. The key identifies the disk, so adding a disk never renames another. An entry added: live, where its bus allows; else after a restart; removed: live, where its bus allows; else after a restart. */
  disks?: pulumi.Input<{ [key: string]: pulumi.Input<DiskArgs> }>;
  /** Network interfaces by key. The key identifies the interface. An entry added: live, plugged in; removed: live, unplugged. */
  interfaces?: pulumi.Input<{ [key: string]: pulumi.Input<InterfaceArgs> }>;
  /** Free slots for disks and interfaces that are plugged in while the machine runs. Bounds: 0 to 24. Default: `8`. Effect of a change: after a restart. */
  hotplugSlots?: pulumi.Input<number>;
  /** Seed for cloud-init (NoCloud), on a separate volume. */
  cloudInit?: pulumi.Input<VirtualMachineCloudInitArgs>;
  /** Graphical console (VNC or SPICE). */
  graphics?: pulumi.Input<VirtualMachineGraphicsArgs>;
  /** Video device. Default: by `graphics`. Effect of a change: after a restart. */
  video?: pulumi.Input<"none" | "virtio" | "vga" | "qxl" | "cirrus">;
  /** Serial console, for `virsh console`. Default: `true`. Effect of a change: after a restart. */
  serial?: pulumi.Input<boolean>;
  /** Channel for the QEMU guest agent. Default: `true`. Effect of a change: after a restart. */
  guestAgent?: pulumi.Input<boolean>;
  /** Random number device. Default: `true`. Effect of a change: after a restart. */
  rng?: pulumi.Input<boolean>;
  /** Hardware clock. Default: `"utc"`. Effect of a change: after a restart. */
  clock?: pulumi.Input<"utc" | "localtime">;
  /** Whether the machine runs. Default: `true`. Effect of a change: live. */
  running?: pulumi.Input<boolean>;
  /** Pauses the running machine; it stays in memory. Default: `false`. Effect of a change: live. */
  paused?: pulumi.Input<boolean>;
  /** Starts it when the host starts. Default: `false`. Effect of a change: live. */
  autostart?: pulumi.Input<boolean>;
  /** How the machine is shut down. */
  shutdown?: pulumi.Input<VirtualMachineShutdownArgs>;
  /** What `up` does with a change that takes effect after a restart. `refuse`: fails before anything is changed; `defer`: stores the change for the next restart; `now`: restarts the machine. Default: `"refuse"`. Effect of a change: state only. */
  restart?: pulumi.Input<"refuse" | "defer" | "now">;
  /** Keeps the volumes that were created with the machine when it is deleted. Default: `false`. Effect of a change: state only. */
  keepDisks?: pulumi.Input<boolean>;
  /** When the machine counts as ready. */
  wait?: pulumi.Input<VirtualMachineWaitArgs>;
  /** Changes to the generated definition, for settings without a field. */
  xml?: pulumi.Input<VirtualMachineXmlArgs>;
}

/** What a VirtualMachine has once it is there. */
export interface VirtualMachineOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Name of the domain on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** Free-text description. */
  readonly description: pulumi.Output<string | undefined>;
  /** Your own keys and values, kept in the domain's metadata. */
  readonly metadata: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Virtual CPUs. The number can rise up to `maxVcpus` while the machine runs. */
  readonly vcpus: pulumi.Output<number | undefined>;
  /** Maximum number of virtual CPUs without a restart. */
  readonly maxVcpus: pulumi.Output<number | undefined>;
  /** Memory, rounded up to whole MiB. It can rise and fall up to `maxMemory` while the machine runs. */
  readonly memory: pulumi.Output<string | undefined>;
  /** Maximum memory without a restart. */
  readonly maxMemory: pulumi.Output<string | undefined>;
  /** The processor that the guest sees. */
  readonly cpu: pulumi.Output<VirtualMachineCpu | undefined>;
  /** Machine type: `q35`, `pc`, or an exact type such as `pc-q35-7.2`. */
  readonly machineType: pulumi.Output<string | undefined>;
  /** Firmware. */
  readonly firmware: pulumi.Output<"bios" | "uefi" | undefined>;
  /** Boot order and kernel. */
  readonly boot: pulumi.Output<VirtualMachineBoot | undefined>;
  /** Disks by key. The key identifies the disk, so adding a disk never renames another. */
  readonly disks: pulumi.Output<{ [key: string]: Disk } | undefined>;
  /** Network interfaces by key. The key identifies the interface. */
  readonly interfaces: pulumi.Output<{ [key: string]: Interface } | undefined>;
  /** Free slots for disks and interfaces that are plugged in while the machine runs. */
  readonly hotplugSlots: pulumi.Output<number | undefined>;
  /** Seed for cloud-init (NoCloud), on a separate volume. */
  readonly cloudInit: pulumi.Output<VirtualMachineCloudInit | undefined>;
  /** Graphical console (VNC or SPICE). */
  readonly graphics: pulumi.Output<VirtualMachineGraphics | undefined>;
  /** Video device. */
  readonly video: pulumi.Output<"none" | "virtio" | "vga" | "qxl" | "cirrus" | undefined>;
  /** Serial console, for `virsh console`. */
  readonly serial: pulumi.Output<boolean | undefined>;
  /** Channel for the QEMU guest agent. */
  readonly guestAgent: pulumi.Output<boolean | undefined>;
  /** Random number device. */
  readonly rng: pulumi.Output<boolean | undefined>;
  /** Hardware clock. */
  readonly clock: pulumi.Output<"utc" | "localtime" | undefined>;
  /** Whether the machine runs. */
  readonly running: pulumi.Output<boolean | undefined>;
  /** Pauses the running machine; it stays in memory. */
  readonly paused: pulumi.Output<boolean | undefined>;
  /** Starts it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** How the machine is shut down. */
  readonly shutdown: pulumi.Output<VirtualMachineShutdown | undefined>;
  /** What `up` does with a change that takes effect after a restart. `refuse`: fails before anything is changed; `defer`: stores the change for the next restart; `now`: restarts the machine. */
  readonly restart: pulumi.Output<"refuse" | "defer" | "now" | undefined>;
  /** Keeps the volumes that were created with the machine when it is deleted. */
  readonly keepDisks: pulumi.Output<boolean | undefined>;
  /** When the machine counts as ready. */
  readonly wait: pulumi.Output<VirtualMachineWait | undefined>;
  /** Set by a refresh if the domain no longer exists but its disks or reservations do. The next update defines it again. */
  readonly defined: pulumi.Output<boolean | undefined>;
  /** Changes to the generated definition, for settings without a field. */
  readonly xml: pulumi.Output<VirtualMachineXml | undefined>;
  /** Addresses by interface key, IPv4 first. */
  readonly addresses: pulumi.Output<{ [key: string]: string[] }>;
  /** The first address. */
  readonly ipAddress: pulumi.Output<string | undefined>;
  /** MAC addresses by interface key. */
  readonly macAddresses: pulumi.Output<{ [key: string]: string }>;
  /** Connection for @pulumi/command's remote commands; add a private key. */
  readonly connection: pulumi.Output<{ host: string; user: string; port: number; hostKey?: string } | undefined>;
  /** Public ssh host keys that the seed gives the guest. */
  readonly sshHostKeys: pulumi.Output<string[]>;
  /** Seed from which the guest's ssh host key is made. Secret. */
  readonly hostKeySeed: pulumi.Output<string>;
  /** Fields whose stored value takes effect after the next restart. */
  readonly restartPending: pulumi.Output<string[]>;
  /** Address of the graphical console: `vnc://127.0.0.1:5900`. */
  readonly display: pulumi.Output<string | undefined>;
  /** Ids of the volumes created with the machine, by disk key. `seed`: the seed's volume. */
  readonly volumes: pulumi.Output<{ [key: string]: string }>;
  /** Networks in which the machine reserved its own address, by interface key. */
  readonly reservations: pulumi.Output<{ [key: string]: string }>;
}
