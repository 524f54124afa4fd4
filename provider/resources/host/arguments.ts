// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../../connections/arguments";

/** What the host must have; checked before anything on it is changed. */
export interface HostRequirementsArgs {
  /** `required`: hardware virtualization (KVM); `preferred`: a warning without; `none`: emulation is accepted, 10 to 30 times slower. Default: `"preferred"`. A change: live. */
  virtualization?: pulumi.Input<"required" | "preferred" | "none">;
  /** Logical CPUs, at least. Bounds: 1 to 8192. A change: live. */
  cpus?: pulumi.Input<number>;
  /** Memory, at least. A change: live. */
  memory?: pulumi.Input<string>;
  /** Free disk space by path, at least: `{ "/var/lib/libvirt/images": "20GiB" }`. A change: live. */
  freeDisk?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** The hypervisor's version, at least. A change: live. */
  hypervisorVersion?: pulumi.Input<string>;
}

/** What the host must have; checked before anything on it is changed. */
export interface HostRequirements {
  /** `required`: hardware virtualization (KVM); `preferred`: a warning without; `none`: emulation is accepted, 10 to 30 times slower. */
  readonly virtualization?: "required" | "preferred" | "none";
  /** Logical CPUs, at least. */
  readonly cpus?: number;
  /** Memory, at least. */
  readonly memory?: string;
  /** Free disk space by path, at least: `{ "/var/lib/libvirt/images": "20GiB" }`. */
  readonly freeDisk?: { [key: string]: string };
  /** The hypervisor's version, at least. */
  readonly hypervisorVersion?: string;
}

/** What previews may count on before the host is known. */
export interface HostCapacityArgs {
  /** Logical CPUs. Bounds: 1 to 8192. A change: in the state alone. */
  cpus?: pulumi.Input<number>;
  /** Memory. A change: in the state alone. */
  memory?: pulumi.Input<string>;
  /** Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`. A change: in the state alone. */
  disk?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** What previews may count on before the host is known. */
export interface HostCapacity {
  /** Logical CPUs. */
  readonly cpus?: number;
  /** Memory. */
  readonly memory?: string;
  /** Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`. */
  readonly disk?: { [key: string]: string };
}

/** Whether the host routes. Switched off again by the last stack that asked for it, unless a network that nobody asked it for needs it. */
export interface HostForwardingArgs {
  /** IPv4, for all interfaces. Default: `false`. A change: live. */
  ipv4?: pulumi.Input<boolean>;
  /** IPv6, for all interfaces. Refused where the host would stop listening to the router that tells it its own way out. Default: `false`. A change: live. */
  ipv6?: pulumi.Input<boolean>;
}

/** Whether the host routes. Switched off again by the last stack that asked for it, unless a network that nobody asked it for needs it. */
export interface HostForwarding {
  /** IPv4, for all interfaces. */
  readonly ipv4?: boolean;
  /** IPv6, for all interfaces. Refused where the host would stop listening to the router that tells it its own way out. */
  readonly ipv6?: boolean;
}

/** Bridges with guests, by name. */
export interface FirewallBridgeArgs {
  /** The bridge's name. Default: the key. A change: live. */
  bridge?: pulumi.Input<string>;
  /** Subnets on it, IPv4 and IPv6. A change: live. */
  subnets: pulumi.Input<pulumi.Input<string>[]>;
  /** What leaves the subnets by another interface gets the host's own address (NAT). libvirt's networks of mode `nat` do that by themselves. Default: `false`. A change: live. */
  masquerade?: pulumi.Input<boolean>;
}

/** Bridges with guests, by name. */
export interface FirewallBridge {
  /** The bridge's name. */
  readonly bridge?: string;
  /** Subnets on it, IPv4 and IPv6. */
  readonly subnets: string[];
  /** What leaves the subnets by another interface gets the host's own address (NAT). libvirt's networks of mode `nat` do that by themselves. */
  readonly masquerade?: boolean;
}

/** A table of ours in nftables, `inet windrose`, beside whatever else is there; nothing of others is changed. What the host routes from a bridge must come from its subnets, and what it routes to it must be for them; the rest is dropped. What stays on the bridge is let alone. A table can only forbid: where another one (Docker's, firewalld's) drops what is routed, that is said in a warning. */
export interface HostFirewallArgs {
  /** Bridges with guests, by name. An entry added: live; removed: live. */
  bridges?: pulumi.Input<{ [key: string]: pulumi.Input<FirewallBridgeArgs> }>;
}

/** A table of ours in nftables, `inet windrose`, beside whatever else is there; nothing of others is changed. What the host routes from a bridge must come from its subnets, and what it routes to it must be for them; the rest is dropped. What stays on the bridge is let alone. A table can only forbid: where another one (Docker's, firewalld's) drops what is routed, that is said in a warning. */
export interface HostFirewall {
  /** Bridges with guests, by name. */
  readonly bridges?: { [key: string]: FirewallBridge };
}

/** Arguments of a Host. */
export interface HostArgs {
  /** How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used, and never stored. Default: the resource's name. A change: in the state alone. */
  connection?: pulumi.Input<string | ConnectionArgs>;
  /** The id of the machine that stood here before: lets another machine answer in its place. A change: in the state alone. */
  acceptReplacement?: pulumi.Input<string>;
  /** What the identity of everything on the host derives from. Set it to that of a stack whose state was lost, as the errors name it: what that stack made is this one's again. Default: random, made with the Host. A change: in the state alone. */
  lineage?: pulumi.Input<string>;
  /** What the host must have; checked before anything on it is changed. */
  requirements?: pulumi.Input<HostRequirementsArgs>;
  /** What previews may count on before the host is known. */
  capacity?: pulumi.Input<HostCapacityArgs>;
  /** Packages that are installed: `auto` for what a host with guests has, by its distribution (Debian, Ubuntu, Fedora and its kin, Arch, openSUSE); or a list of what for (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `uefi`, `tpm`, `curl`, `nftables`, or `auto` among them) and of the distribution's own names. They stay when the Host is deleted, unless `removePackages` is set. Default: `"none"`. A change: live. */
  packages?: pulumi.Input<"auto" | "none" | string[]>;
  /** The distribution's names, where they are others than expected: `{ qemu: "qemu-system-x86-xen" }`. A change: live. */
  packageNames?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Packages that were not there before, and that no other stack asks for, are removed when they are no longer asked for. What they brought along stays, where the distribution's tool leaves it (`apt-get autoremove`). Default: `false`. A change: in the state alone. */
  removePackages?: pulumi.Input<boolean>;
  /** Units of systemd: a list, each enabled and running, or by name what they are to be. A service that a listening socket starts counts as running. One that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left as it is with `enabled: false`. One that guests run under is not taken away while there are some. What systemctl enables, disables, starts or stops along with them (`Also=`, sockets, what they require or rule out) is put back, too. Default: libvirt's own, where `packages` has `auto`. A change: live. */
  services?: pulumi.Input<string[] | { [key: string]: { enabled?: boolean; running?: boolean } }>;
  /** Users that are there, into groups: `{ ada: ["libvirt", "kvm"] }`. A change: live. */
  users?: pulumi.Input<{ [key: string]: string[] }>;
  /** Whether the host routes. Switched off again by the last stack that asked for it, unless a network that nobody asked it for needs it. */
  forwarding?: pulumi.Input<HostForwardingArgs>;
  /** Parameters of the kernel, kept over a reboot: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`. A change: live. */
  sysctl?: pulumi.Input<{ [key: string]: string | number }>;
  /** Modules of the kernel, loaded now and at each boot. A change: live. */
  modules?: pulumi.Input<pulumi.Input<string>[]>;
  /** A table of ours in nftables, `inet windrose`, beside whatever else is there; nothing of others is changed. What the host routes from a bridge must come from its subnets, and what it routes to it must be for them; the rest is dropped. What stays on the bridge is let alone. A table can only forbid: where another one (Docker's, firewalld's) drops what is routed, that is said in a warning. */
  firewall?: pulumi.Input<HostFirewallArgs>;
  /** Text files by path: `{ "/etc/motd": { content: "anemoi\n" } }`; mode `0644` and owner `root:root` unless given. A file that is there already with another content is refused, unless `adopt` is set: then it comes back when it is no longer asked for. A change: live. */
  files?: pulumi.Input<{ [key: string]: { content: string; mode?: string; owner?: string; adopt?: boolean } }>;
  /** Settings in libvirt's own files, by file of /etc/libvirt and name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of a file stays. Its daemon starts again, if it runs; guests run on. A change: live. */
  libvirt?: pulumi.Input<{ [key: string]: { [key: string]: string | number | boolean | (string | number)[] } }>;
  /** Directories whose files guests may use, beside the disks that libvirt finds by itself (AppArmor; without it nothing is done). A change: live. */
  apparmorPaths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Seconds that looking at the host and preparing it may take. Bounds: 1 to 86400. Default: `120`, with `packages` `1800`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** What a Host has once it is there. */
export interface HostOutputs {
  /** How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used, and never stored. */
  readonly connection: pulumi.Output<string | pulumi.Unwrap<ConnectionArgs> | undefined>;
  /** The id of the machine that stood here before: lets another machine answer in its place. */
  readonly acceptReplacement: pulumi.Output<string | undefined>;
  /** What the identity of everything on the host derives from. Set it to that of a stack whose state was lost, as the errors name it: what that stack made is this one's again. */
  readonly lineage: pulumi.Output<string>;
  /** What the host must have; checked before anything on it is changed. */
  readonly requirements: pulumi.Output<HostRequirements | undefined>;
  /** What previews may count on before the host is known. */
  readonly capacity: pulumi.Output<HostCapacity | undefined>;
  /** Packages that are installed: `auto` for what a host with guests has, by its distribution (Debian, Ubuntu, Fedora and its kin, Arch, openSUSE); or a list of what for (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `uefi`, `tpm`, `curl`, `nftables`, or `auto` among them) and of the distribution's own names. They stay when the Host is deleted, unless `removePackages` is set. */
  readonly packages: pulumi.Output<"auto" | "none" | string[] | undefined>;
  /** The distribution's names, where they are others than expected: `{ qemu: "qemu-system-x86-xen" }`. */
  readonly packageNames: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Packages that were not there before, and that no other stack asks for, are removed when they are no longer asked for. What they brought along stays, where the distribution's tool leaves it (`apt-get autoremove`). */
  readonly removePackages: pulumi.Output<boolean | undefined>;
  /** Units of systemd: a list, each enabled and running, or by name what they are to be. A service that a listening socket starts counts as running. One that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left as it is with `enabled: false`. One that guests run under is not taken away while there are some. What systemctl enables, disables, starts or stops along with them (`Also=`, sockets, what they require or rule out) is put back, too. */
  readonly services: pulumi.Output<string[] | { [key: string]: { enabled?: boolean; running?: boolean } } | undefined>;
  /** Users that are there, into groups: `{ ada: ["libvirt", "kvm"] }`. */
  readonly users: pulumi.Output<{ [key: string]: string[] } | undefined>;
  /** Whether the host routes. Switched off again by the last stack that asked for it, unless a network that nobody asked it for needs it. */
  readonly forwarding: pulumi.Output<HostForwarding | undefined>;
  /** Parameters of the kernel, kept over a reboot: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`. */
  readonly sysctl: pulumi.Output<{ [key: string]: string | number } | undefined>;
  /** Modules of the kernel, loaded now and at each boot. */
  readonly modules: pulumi.Output<string[] | undefined>;
  /** A table of ours in nftables, `inet windrose`, beside whatever else is there; nothing of others is changed. What the host routes from a bridge must come from its subnets, and what it routes to it must be for them; the rest is dropped. What stays on the bridge is let alone. A table can only forbid: where another one (Docker's, firewalld's) drops what is routed, that is said in a warning. */
  readonly firewall: pulumi.Output<HostFirewall | undefined>;
  /** Text files by path: `{ "/etc/motd": { content: "anemoi\n" } }`; mode `0644` and owner `root:root` unless given. A file that is there already with another content is refused, unless `adopt` is set: then it comes back when it is no longer asked for. */
  readonly files: pulumi.Output<
    { [key: string]: { content: string; mode?: string; owner?: string; adopt?: boolean } } | undefined
  >;
  /** Settings in libvirt's own files, by file of /etc/libvirt and name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of a file stays. Its daemon starts again, if it runs; guests run on. */
  readonly libvirt: pulumi.Output<
    { [key: string]: { [key: string]: string | number | boolean | (string | number)[] } } | undefined
  >;
  /** Directories whose files guests may use, beside the disks that libvirt finds by itself (AppArmor; without it nothing is done). */
  readonly apparmorPaths: pulumi.Output<string[] | undefined>;
  /** Seconds that looking at the host and preparing it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The machine's id (/etc/machine-id), which tells it from another behind the same address. */
  readonly hostId: pulumi.Output<string>;
  /** The host's own name. */
  readonly hostname: pulumi.Output<string>;
  /** Distribution and version, `debian 12`. */
  readonly os: pulumi.Output<string>;
  /** `x86_64`. */
  readonly arch: pulumi.Output<string>;
  /** Logical CPUs. */
  readonly cpus: pulumi.Output<number>;
  /** Memory, as a size. */
  readonly memory: pulumi.Output<string>;
  /** `QEMU`. */
  readonly hypervisor: pulumi.Output<string>;
  /** The hypervisor's version. */
  readonly version: pulumi.Output<string>;
  /** Whether guests run on the CPU itself. */
  readonly virtualization: pulumi.Output<"kvm" | "emulation">;
}
