// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host";
import type { Image } from "./image";
import type { KubernetesNode } from "./kubernetes-node";
import type { Network } from "./network";
import type { StoragePool } from "./storage-pool";
import type { VirtualMachine } from "./virtual-machine";
import type { Volume } from "./volume";

/** How a host is reached: an object in place of a name or a libvirt URI. */
export interface ConnectionArgs {
  /** The hypervisor as the host itself has it. Default: `qemu:///system`. One with a host (`qemu+ssh://…`) says the way too; the other fields override it. */
  uri?: pulumi.Input<string>;
  /** Name or address; absent: this machine. */
  address?: pulumi.Input<string>;
  /** Default: that of ~/.ssh/config, else 22. */
  port?: pulumi.Input<number>;
  /** Default: that of ~/.ssh/config, else your own name. */
  user?: pulumi.Input<string>;
  /** An OpenSSH private key as text. Used, and never stored. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. */
  passphrase?: pulumi.Input<string>;
  /** The user's password. Used, and never stored. */
  password?: pulumi.Input<string>;
  /** Path of a private key. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: SSH_AUTH_SOCK. */
  agent?: pulumi.Input<boolean | string>;
  /** Path of a known_hosts file in place of the user's and the system's. */
  knownHosts?: pulumi.Input<string>;
  /** The one accepted host key: `ssh-ed25519 AAAA…`. In place of known_hosts. */
  hostKey?: pulumi.Input<string>;
  /** Hosts to go through, as OpenSSH writes them: `[user@]host[:port][,…]`; `none`: none. */
  proxyJump?: pulumi.Input<string>;
  /** true: every command through sudo, where the user is not root; false: none. Default: those that need root. */
  sudo?: pulumi.Input<boolean>;
  /** Path of the ssh configuration; false: none. Default: ~/.ssh/config and the system's. */
  sshConfig?: pulumi.Input<string | boolean>;
  /** Seconds until a connection must be up. Default: 20. */
  connectTimeout?: pulumi.Input<number>;
}

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
  /** Packages that are installed: `auto` for what a host with guests has, by its distribution (Debian, Ubuntu, Fedora and its kin, Arch, openSUSE); or a list of what for (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `curl`, `nftables`, `uefi`, `tpm`, or `auto` among them) and of the distribution's own names. They stay when the Host is deleted, unless `removePackages` is set. Default: `"none"`. A change: live. */
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
  /** Packages that are installed: `auto` for what a host with guests has, by its distribution (Debian, Ubuntu, Fedora and its kin, Arch, openSUSE); or a list of what for (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `curl`, `nftables`, `uefi`, `tpm`, or `auto` among them) and of the distribution's own names. They stay when the Host is deleted, unless `removePackages` is set. */
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

/** Arguments of a HostBridge. */
export interface HostBridgeArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The bridge's name on the host, 15 characters at most. Default: the resource's name. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. A change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** The NIC or bond that becomes the bridge's port. A change: replaces it. */
  nic: pulumi.Input<string>;
  /** The bridge is over this VLAN of the NIC, `<nic>.<vlan>`, which is made where it is not there. The kernel must have VLANs. Bounds: 1 to 4094. A change: replaces it. */
  vlan?: pulumi.Input<number>;
  /** `linux`: the kernel's bridge; `openvswitch`: a switch of Open vSwitch, which must be installed. Default: `"linux"`. A change: replaces it. */
  type?: pulumi.Input<"linux" | "openvswitch">;
  /** Where Open vSwitch moves packets: `system`, in the kernel; `netdev`, in user space. Default: `"system"`. A change: replaces it. */
  datapath?: pulumi.Input<"system" | "netdev">;
  /** VLAN of the host's own addresses on an Open vSwitch bridge; untagged where it is not given. Bounds: 1 to 4094. A change: live. */
  tag?: pulumi.Input<number>;
  /** VLANs that the NIC carries into an Open vSwitch bridge, 0 for untagged frames; all where none is given. Default: `[]`. A change: live. */
  trunks?: pulumi.Input<pulumi.Input<number>[]>;
  /** What manages the host's network; what manages the NIC is found by itself. Default: `"auto"`. A change: in the state alone. */
  manager?: pulumi.Input<"auto" | "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown">;
  /** `keep`: what the NIC has moves to the bridge as it is, fixed or by DHCP, with its routes and name servers. Or a list, each with its prefix: `192.0.2.5/24`, `2001:db8::5/64`. Default: `"keep"`, or none where DHCP or router advertisements are asked for. A change: live. */
  addresses?: pulumi.Input<"keep" | string[]>;
  /** Get an IPv4 address by DHCP. Default: `false`. A change: live. */
  dhcp4?: pulumi.Input<boolean>;
  /** Get an IPv6 address by DHCP. Default: `false`. A change: live. */
  dhcp6?: pulumi.Input<boolean>;
  /** Heed IPv6 router advertisements. Default: `false`. A change: live. */
  acceptRa?: pulumi.Input<boolean>;
  /** Gateway of IPv4's default route. A change: live. */
  gateway?: pulumi.Input<string>;
  /** Gateway of IPv6's default route. A change: live. */
  gateway6?: pulumi.Input<string>;
  /** Name servers. Default: `[]`. A change: live. */
  dns?: pulumi.Input<pulumi.Input<string>[]>;
  /** Domains that names are looked up in. Default: `[]`. A change: live. */
  search?: pulumi.Input<pulumi.Input<string>[]>;
  /** Spanning tree protocol. Default: `false`. A change: live. */
  stp?: pulumi.Input<boolean>;
  /** Seconds that a port listens and learns before it forwards; with `stp` alone. Bounds: 2 to 30. Default: the kernel's, 15. A change: live. */
  forwardDelay?: pulumi.Input<number>;
  /** MTU of the bridge, bytes. Bounds: 576 to 65535. Default: the NIC's. A change: live. */
  mtu?: pulumi.Input<number>;
  /** MAC address of the bridge. Default: the NIC's, so that a DHCP lease stays. A change: live. */
  mac?: pulumi.Input<string>;
  /** Seconds until the host takes a change back by itself, unless a fresh connection has confirmed it. Bounds: 10 to 3600. Default: `60`. A change: in the state alone. */
  rollbackAfter?: pulumi.Input<number>;
  /** A change is confirmed only if the gateway answers over the bridge, where there is one. Default: `true`. A change: in the state alone. */
  checkGateway?: pulumi.Input<boolean>;
}

/** What a HostBridge has once it is there. */
export interface HostBridgeOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The bridge's name on the host, 15 characters at most. */
  readonly name: pulumi.Output<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** The NIC or bond that becomes the bridge's port. */
  readonly nic: pulumi.Output<string>;
  /** The bridge is over this VLAN of the NIC, `<nic>.<vlan>`, which is made where it is not there. The kernel must have VLANs. */
  readonly vlan: pulumi.Output<number | undefined>;
  /** `linux`: the kernel's bridge; `openvswitch`: a switch of Open vSwitch, which must be installed. */
  readonly type: pulumi.Output<"linux" | "openvswitch" | undefined>;
  /** Where Open vSwitch moves packets: `system`, in the kernel; `netdev`, in user space. */
  readonly datapath: pulumi.Output<"system" | "netdev" | undefined>;
  /** VLAN of the host's own addresses on an Open vSwitch bridge; untagged where it is not given. */
  readonly tag: pulumi.Output<number | undefined>;
  /** VLANs that the NIC carries into an Open vSwitch bridge, 0 for untagged frames; all where none is given. */
  readonly trunks: pulumi.Output<number[] | undefined>;
  /** What manages the host's network; what manages the NIC is found by itself. */
  readonly manager: pulumi.Output<"auto" | "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown" | undefined>;
  /** `keep`: what the NIC has moves to the bridge as it is, fixed or by DHCP, with its routes and name servers. Or a list, each with its prefix: `192.0.2.5/24`, `2001:db8::5/64`. */
  readonly addresses: pulumi.Output<"keep" | string[] | undefined>;
  /** Get an IPv4 address by DHCP. */
  readonly dhcp4: pulumi.Output<boolean | undefined>;
  /** Get an IPv6 address by DHCP. */
  readonly dhcp6: pulumi.Output<boolean | undefined>;
  /** Heed IPv6 router advertisements. */
  readonly acceptRa: pulumi.Output<boolean | undefined>;
  /** Gateway of IPv4's default route. */
  readonly gateway: pulumi.Output<string | undefined>;
  /** Gateway of IPv6's default route. */
  readonly gateway6: pulumi.Output<string | undefined>;
  /** Name servers. */
  readonly dns: pulumi.Output<string[] | undefined>;
  /** Domains that names are looked up in. */
  readonly search: pulumi.Output<string[] | undefined>;
  /** Spanning tree protocol. */
  readonly stp: pulumi.Output<boolean | undefined>;
  /** Seconds that a port listens and learns before it forwards; with `stp` alone. */
  readonly forwardDelay: pulumi.Output<number | undefined>;
  /** MTU of the bridge, bytes. */
  readonly mtu: pulumi.Output<number | undefined>;
  /** MAC address of the bridge. */
  readonly mac: pulumi.Output<string | undefined>;
  /** Seconds until the host takes a change back by itself, unless a fresh connection has confirmed it. */
  readonly rollbackAfter: pulumi.Output<number | undefined>;
  /** A change is confirmed only if the gateway answers over the bridge, where there is one. */
  readonly checkGateway: pulumi.Output<boolean | undefined>;
  /** What manages the host's network: `systemd-networkd`, `NetworkManager`, `netplan` or `ifupdown`; empty for an adopted bridge. */
  readonly managedBy: pulumi.Output<string>;
  /** Addresses of global scope that the bridge has, with their prefix. */
  readonly hostAddresses: pulumi.Output<string[]>;
  /** Gateway of the default route that goes over the bridge; empty where none does. */
  readonly hostGateway: pulumi.Output<string>;
  /** The bridge's MAC address. */
  readonly hardwareAddress: pulumi.Output<string>;
  /** Whether it was there before, made by somebody else: it is left as it is, and stays. */
  readonly adopted: pulumi.Output<boolean>;
}

/** Arguments of a StoragePool. */
export interface StoragePoolArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The pool's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. A change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** What the pool is made of. `dir`: a directory. Default: `"dir"`. A change: replaces it. */
  type?: pulumi.Input<"dir">;
  /** Directory on the host. Default: `/var/lib/libvirt/images/<name>`. A change: replaces it. */
  path?: pulumi.Input<string>;
  /** User id of the directory. Bounds: 0 to 2147483647. A change: live. */
  owner?: pulumi.Input<number>;
  /** Group id of the directory. Bounds: 0 to 2147483647. A change: live. */
  group?: pulumi.Input<number>;
  /** Mode of the directory, octal. A change: live. */
  mode?: pulumi.Input<string>;
  /** Start it when the host starts. Default: `true`. A change: live. */
  autostart?: pulumi.Input<boolean>;
}

/** What a StoragePool has once it is there. */
export interface StoragePoolOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The pool's name on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** What the pool is made of. `dir`: a directory. */
  readonly type: pulumi.Output<"dir" | undefined>;
  /** Directory on the host. */
  readonly path: pulumi.Output<string | undefined>;
  /** User id of the directory. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id of the directory. */
  readonly group: pulumi.Output<number | undefined>;
  /** Mode of the directory, octal. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Start it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Size of the file system that holds it. */
  readonly capacity: pulumi.Output<string>;
  /** Whether the directory was made with the pool; one that was there before stays. */
  readonly madeDirectory: pulumi.Output<boolean>;
}

/** Arguments of a Image. */
export interface ImageArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Pool that it is in. A change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. Default: `<name>-<start of the digest>-<suffix>.<qcow2|img>`. A change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** The image's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** Where it is from: a URL (`https://…`, `http://…`), a file of this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). A change: replaces it, unless the digest is known and the same. */
  source: pulumi.Input<string>;
  /** Digest of the file as it is at the source, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that has the source's name; that is asked when the image is made and at each refresh. A file of this machine needs none. Without one, a server that does not tell the file's length, or sends a page, is refused. A change: replaces it; taking it away: in the state alone. */
  checksum?: pulumi.Input<string>;
  /** Format of the image. Default: by the source's ending: `.raw` and `.iso` are raw, all others qcow2. A change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** How the file is packed. It is unpacked after it was verified. Default: by the source's ending. A change: replaces it. */
  decompress?: pulumi.Input<"none" | "gzip" | "xz" | "zstd" | "bzip2">;
  /** Who downloads a URL: the host; this machine, which sends it on; or `auto`, the host, and this machine where the host does not get it. A download that was cut goes on, also in the next run, where the server's `ETag` or `Last-Modified`, or `checksum`, tells that the file is the same; until then this machine keeps its part in `~/.pulumi/windrose/downloads`. Default: `"auto"`. A change: in the state alone. */
  via?: pulumi.Input<"auto" | "host" | "client">;
}

/** What a Image has once it is there. */
export interface ImageOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Pool that it is in. */
  readonly pool: pulumi.Output<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. */
  readonly volumeName: pulumi.Output<string>;
  /** The image's name on the host. */
  readonly name: pulumi.Output<string>;
  /** Where it is from: a URL (`https://…`, `http://…`), a file of this machine (`./debian.qcow2`, `/images/debian.qcow2`, `~/…`, `file:///…`), or a path on the host (`host:/srv/debian.qcow2`). */
  readonly source: pulumi.Output<string>;
  /** Digest of the file as it is at the source, packed or not: `sha256:…`, `sha512:…`, or the URL of a list (SHA256SUMS, SHA512SUMS) that has the source's name; that is asked when the image is made and at each refresh. A file of this machine needs none. Without one, a server that does not tell the file's length, or sends a page, is refused. */
  readonly checksum: pulumi.Output<string | undefined>;
  /** Format of the image. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** How the file is packed. It is unpacked after it was verified. */
  readonly decompress: pulumi.Output<"none" | "gzip" | "xz" | "zstd" | "bzip2" | undefined>;
  /** Who downloads a URL: the host; this machine, which sends it on; or `auto`, the host, and this machine where the host does not get it. A download that was cut goes on, also in the next run, where the server's `ETag` or `Last-Modified`, or `checksum`, tells that the file is the same; until then this machine keeps its part in `~/.pulumi/windrose/downloads`. */
  readonly via: pulumi.Output<"auto" | "host" | "client" | undefined>;
  /** Tells our volumes from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** Digest of the file of this machine, where `checksum` is not given. */
  readonly fileDigest: pulumi.Output<string | undefined>;
  /** Set by a refresh where the list that `checksum` names has another digest now: the next update makes the image anew. */
  readonly upstreamDigest: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** Size that a guest sees. */
  readonly size: pulumi.Output<string>;
  /** Digest of the file that it was made from, where one was known. */
  readonly digest: pulumi.Output<string | undefined>;
}

/** Arguments of a Volume. */
export interface VolumeArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Pool that it is in. A change: replaces it. */
  pool: StoragePool | pulumi.Input<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. Default: `<name>-<suffix>.<qcow2|img>`. A change: replaces it. */
  volumeName?: pulumi.Input<string>;
  /** The volume's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** Format of the file. Default: `"qcow2"`. A change: replaces it. */
  format?: pulumi.Input<"qcow2" | "raw">;
  /** Size that a guest sees. It grows, also while a guest has it, and never shrinks. Needed without `image` or `from`. Default: that of `image` or `from`. A change: live upward, refused downward. */
  size?: pulumi.Input<string>;
  /** Image that it is made from. A change: replaces it. */
  image?: Image | pulumi.Input<string>;
  /** With `image`. `linked`: the image stays its backing file; `full`: an independent copy. Default: `"linked"`. A change: replaces it. */
  clone?: pulumi.Input<"linked" | "full">;
  /** Volume that it is made from: a full, independent copy of what it holds at the time. A change: replaces it. */
  from?: Volume | pulumi.Input<string>;
  /** Space that is taken at once: none, that of qcow2's own tables, or all. Default: `"off"`. A change: replaces it. */
  preallocation?: pulumi.Input<"off" | "metadata" | "full">;
  /** User id of the file. Bounds: 0 to 2147483647. A change: live. */
  owner?: pulumi.Input<number>;
  /** Group id of the file. Bounds: 0 to 2147483647. A change: live. */
  group?: pulumi.Input<number>;
  /** Mode of the file, octal. A change: live. */
  mode?: pulumi.Input<string>;
}

/** What a Volume has once it is there. */
export interface VolumeOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Pool that it is in. */
  readonly pool: pulumi.Output<string>;
  /** Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over. */
  readonly volumeName: pulumi.Output<string>;
  /** The volume's name on the host. */
  readonly name: pulumi.Output<string>;
  /** Format of the file. */
  readonly format: pulumi.Output<"qcow2" | "raw" | undefined>;
  /** Size that a guest sees. It grows, also while a guest has it, and never shrinks. Needed without `image` or `from`. */
  readonly size: pulumi.Output<string | undefined>;
  /** Image that it is made from. */
  readonly image: pulumi.Output<string | undefined>;
  /** With `image`. `linked`: the image stays its backing file; `full`: an independent copy. */
  readonly clone: pulumi.Output<"linked" | "full" | undefined>;
  /** Volume that it is made from: a full, independent copy of what it holds at the time. */
  readonly from: pulumi.Output<string | undefined>;
  /** Space that is taken at once: none, that of qcow2's own tables, or all. */
  readonly preallocation: pulumi.Output<"off" | "metadata" | "full" | undefined>;
  /** User id of the file. */
  readonly owner: pulumi.Output<number | undefined>;
  /** Group id of the file. */
  readonly group: pulumi.Output<number | undefined>;
  /** Mode of the file, octal. */
  readonly mode: pulumi.Output<string | undefined>;
  /** Path on the host. */
  readonly path: pulumi.Output<string>;
  /** What the hypervisor tells it by. */
  readonly key: pulumi.Output<string>;
  /** Space that it took when it was made. */
  readonly allocation: pulumi.Output<string>;
}

/** Addresses that DHCP gives out. */
export interface NetworkIpv4DhcpArgs {
  /** First. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  start: pulumi.Input<string>;
  /** Last. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  end: pulumi.Input<string>;
}

/** Addresses that DHCP gives out. */
export interface NetworkIpv4Dhcp {
  /** First. */
  readonly start: string;
  /** Last. */
  readonly end: string;
}

/** IPv4 in the network. */
export interface NetworkIpv4Args {
  /** The host's own address in it, with the prefix: `172.17.2.1/24`. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  address: pulumi.Input<string>;
  /** Addresses that DHCP gives out. */
  dhcp?: pulumi.Input<NetworkIpv4DhcpArgs>;
}

/** IPv4 in the network. */
export interface NetworkIpv4 {
  /** The host's own address in it, with the prefix: `172.17.2.1/24`. */
  readonly address: string;
  /** Addresses that DHCP gives out. */
  readonly dhcp?: NetworkIpv4Dhcp;
}

/** Addresses that DHCP gives out. */
export interface NetworkIpv6DhcpArgs {
  /** First. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  start: pulumi.Input<string>;
  /** Last. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  end: pulumi.Input<string>;
}

/** Addresses that DHCP gives out. */
export interface NetworkIpv6Dhcp {
  /** First. */
  readonly start: string;
  /** Last. */
  readonly end: string;
}

/** IPv6 in the network. */
export interface NetworkIpv6Args {
  /** The host's own address in it, with the prefix: `fd00:17:2::1/64`. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  address: pulumi.Input<string>;
  /** Addresses that DHCP gives out. */
  dhcp?: pulumi.Input<NetworkIpv6DhcpArgs>;
}

/** IPv6 in the network. */
export interface NetworkIpv6 {
  /** The host's own address in it, with the prefix: `fd00:17:2::1/64`. */
  readonly address: string;
  /** Addresses that DHCP gives out. */
  readonly dhcp?: NetworkIpv6Dhcp;
}

/** Addresses that DHCP keeps for machines. The key is the machine's name in the program. */
export interface ReservationArgs {
  /** IPv4 address. A change: live. */
  address: pulumi.Input<string>;
  /** Key of the machine's interface, from which its MAC address derives. Default: `"lan"`. A change: live. */
  interface?: pulumi.Input<string>;
  /** MAC address. Default: that of the machine of this name in this stack, or what it will have. Default: derived. A change: live. */
  mac?: pulumi.Input<string>;
  /** Host name that DHCP and DNS know it by. Default: the key. A change: live. */
  hostname?: pulumi.Input<string>;
}

/** Addresses that DHCP keeps for machines. The key is the machine's name in the program. */
export interface Reservation {
  /** IPv4 address. */
  readonly address: string;
  /** Key of the machine's interface, from which its MAC address derives. */
  readonly interface?: string;
  /** MAC address. Default: that of the machine of this name in this stack, or what it will have. */
  readonly mac: string;
  /** Host name that DHCP and DNS know it by. */
  readonly hostname?: string;
}

/** Its DNS server. */
export interface NetworkDnsArgs {
  /** Addresses by host name. A change: live. */
  hosts?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Servers that are asked for all other names. Default: the host's own. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  forwarders?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Its DNS server. */
export interface NetworkDns {
  /** Addresses by host name. */
  readonly hosts?: { [key: string]: string };
  /** Servers that are asked for all other names. */
  readonly forwarders?: string[];
}

/** Arguments of a Network. */
export interface NetworkArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The network's name on the host. Default: `<stack>-<name>`. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. A change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** `nat`: guests reach out through the host's own address; `routed`: by their own; `isolated`: they reach the host and each other. Default: `"nat"`. A change: replaces it. */
  mode?: pulumi.Input<"nat" | "routed" | "isolated">;
  /** Name of its bridge on the host. Default: chosen by the hypervisor. A change: replaces it. */
  bridge?: pulumi.Input<string>;
  /** MTU of the bridge and of the guests on it. Bounds: 576 to 65535. Default: 1500. A change: replaces it. */
  mtu?: pulumi.Input<number>;
  /** DNS domain of the guests. A change: live, the network is restarted: guests stay plugged in, and reach nothing for some seconds (its bridge learns its ports anew). */
  domain?: pulumi.Input<string>;
  /** IPv4 in the network. */
  ipv4?: pulumi.Input<NetworkIpv4Args>;
  /** IPv6 in the network. */
  ipv6?: pulumi.Input<NetworkIpv6Args>;
  /** Addresses that DHCP keeps for machines. The key is the machine's name in the program. An entry added: live; removed: live. */
  reservations?: pulumi.Input<{ [key: string]: pulumi.Input<ReservationArgs> }>;
  /** Its DNS server. */
  dns?: pulumi.Input<NetworkDnsArgs>;
  /** Start it when the host starts. Default: `true`. A change: live. */
  autostart?: pulumi.Input<boolean>;
}

/** What a Network has once it is there. */
export interface NetworkOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The network's name on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** `nat`: guests reach out through the host's own address; `routed`: by their own; `isolated`: they reach the host and each other. */
  readonly mode: pulumi.Output<"nat" | "routed" | "isolated" | undefined>;
  /** Name of its bridge on the host. */
  readonly bridge: pulumi.Output<string>;
  /** MTU of the bridge and of the guests on it. */
  readonly mtu: pulumi.Output<number | undefined>;
  /** DNS domain of the guests. */
  readonly domain: pulumi.Output<string | undefined>;
  /** IPv4 in the network. */
  readonly ipv4: pulumi.Output<NetworkIpv4 | undefined>;
  /** IPv6 in the network. */
  readonly ipv6: pulumi.Output<NetworkIpv6 | undefined>;
  /** Addresses that DHCP keeps for machines. The key is the machine's name in the program. */
  readonly reservations: pulumi.Output<{ [key: string]: Reservation } | undefined>;
  /** Its DNS server. */
  readonly dns: pulumi.Output<NetworkDns | undefined>;
  /** Start it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Set by a refresh where the network does not run: the next update starts it. */
  readonly active: pulumi.Output<boolean | undefined>;
  /** The host's own IPv4 address in it. */
  readonly gateway: pulumi.Output<string | undefined>;
}

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

/** Arguments of a Snapshot. */
export interface SnapshotArgs {
  /** The machine that it stands on. A change: replaces it. */
  host: Host;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. Default: `false`. A change: in the state alone. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** The machine. A change: replaces it. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** Name of the snapshot, unique for its machine. Default: the resource's name. A change: replaces it. */
  name?: pulumi.Input<string>;
  /** For people. A change: live. */
  description?: pulumi.Input<string>;
  /** With the memory of the machine, where it runs. Default: `true`. A change: replaces it. */
  memory?: pulumi.Input<boolean>;
  /** Have the guest agent write out its file systems before. Default: `false`. A change: replaces it. */
  quiesce?: pulumi.Input<boolean>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. A change: live: a new value rolls the machine back. */
  restore?: pulumi.Input<string>;
}

/** What a Snapshot has once it is there. */
export interface SnapshotOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** The machine. */
  readonly machine: pulumi.Output<string>;
  /** Name of the snapshot, unique for its machine. */
  readonly name: pulumi.Output<string>;
  /** For people. */
  readonly description: pulumi.Output<string | undefined>;
  /** With the memory of the machine, where it runs. */
  readonly memory: pulumi.Output<boolean | undefined>;
  /** Have the guest agent write out its file systems before. */
  readonly quiesce: pulumi.Output<boolean | undefined>;
  /** Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing. */
  readonly restore: pulumi.Output<string | undefined>;
  /** Tells our snapshots from others of the same name. */
  readonly suffix: pulumi.Output<string | undefined>;
  /** When it was made, ISO 8601. */
  readonly created: pulumi.Output<string>;
  /** Whether the machine ran then. */
  readonly power: pulumi.Output<string>;
  /** The last `restore` that was carried out, or that it was made with. */
  readonly restoredToken: pulumi.Output<string | undefined>;
}

/** How `machine` is logged in to. */
export interface CommandConnectionArgs {
  /** User in the guest. Default: `"root"`. A change: in the state alone. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. A change: in the state alone. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: asked of the host: leases, guest agent, neighbours. A change: in the state alone. */
  address?: pulumi.Input<string>;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. A change: in the state alone. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: that of the host's connection, and your own default keys. A change: in the state alone. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: as for the host. A change: in the state alone. */
  agent?: pulumi.Input<boolean | string>;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. Default: that of the host's connection. Secret. A change: in the state alone. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. Secret. A change: in the state alone. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** How `machine` is logged in to. */
export interface CommandConnection {
  /** User in the guest. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** false: no ssh agent; a path: that agent's socket. */
  readonly agent?: boolean | string;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used, and never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** Arguments of a Command. */
export interface CommandArgs {
  /** The machine on which it runs, or on which `machine` is. A change: replaces it. */
  host: Host;
  /** Runs it in this machine, by ssh through the host's connection. The machine must be running. A change: replaces it. */
  machine?: VirtualMachine | pulumi.Input<string>;
  /** How `machine` is logged in to. */
  connection?: pulumi.Input<CommandConnectionArgs>;
  /** Runs when it is made: a script, or a program and its arguments. One that failed or was cut off is run again by the next `up`. Arguments can be read by all users of the machine while it runs; a script can't. It is over when its outputs are closed: what it leaves in the background needs others. A script with the line ends of Windows gets those of Unix. A change: live: runs `update`, or `create` where there is none. */
  create?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs in place of `create` where it ran before and something of it has changed. A change: live: runs it; taken away: in the state alone. */
  update?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs before it is deleted or replaced; also where `create` failed. Without it, a command in a machine goes with the machine. In a machine that is gone already it is left out. A change: in the state alone. */
  delete?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** A program and its first arguments, to which the path of the script is added: `["python3"]`. Default: `sh`. A change: live: runs `update`, or `create` where there is none. */
  interpreter?: pulumi.Input<pulumi.Input<string>[]>;
  /** Variables. Secret ones are stored encrypted, and replaced by `[secret]` in what is shown. `update` and `delete` have `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` of the run before as well. A change: live: runs `update`, or `create` where there is none. */
  environment?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Its standard input. A change: live: runs `update`, or `create` where there is none. */
  stdin?: pulumi.Input<string>;
  /** Any values: a change of one runs it. A change: live: runs `update`, or `create` where there is none. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /** An absolute path. Default: the user's home. A change: live: runs `update`, or `create` where there is none. */
  workingDirectory?: pulumi.Input<string>;
  /** Runs as root, through sudo where the user is not. Default: as the connection has it. A change: live: runs `update`, or `create` where there is none. */
  root?: pulumi.Input<boolean>;
  /** Lines of output: `status`, as the resource's live status; `diagnostics`, as lasting messages too, 500 at most; `none`. Default: `"status"`. A change: in the state alone. */
  log?: pulumi.Input<"status" | "diagnostics" | "none">;
  /** Whether `stdout` and `stderr` are secret, and are kept out of what is shown. Default: true where the command itself is a secret; secret variables and input are replaced in what is shown. A change: in the state alone. */
  secretOutput?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** What a Command has once it is there. */
export interface CommandOutputs {
  /** The machine on which it runs, or on which `machine` is. */
  readonly host: pulumi.Output<string>;
  /** Runs it in this machine, by ssh through the host's connection. The machine must be running. */
  readonly machine: pulumi.Output<string | undefined>;
  /** How `machine` is logged in to. */
  readonly connection: pulumi.Output<CommandConnection | undefined>;
  /** Runs when it is made: a script, or a program and its arguments. One that failed or was cut off is run again by the next `up`. Arguments can be read by all users of the machine while it runs; a script can't. It is over when its outputs are closed: what it leaves in the background needs others. A script with the line ends of Windows gets those of Unix. */
  readonly create: pulumi.Output<string | string[] | undefined>;
  /** Runs in place of `create` where it ran before and something of it has changed. */
  readonly update: pulumi.Output<string | string[] | undefined>;
  /** Runs before it is deleted or replaced; also where `create` failed. Without it, a command in a machine goes with the machine. In a machine that is gone already it is left out. */
  readonly delete: pulumi.Output<string | string[] | undefined>;
  /** A program and its first arguments, to which the path of the script is added: `["python3"]`. */
  readonly interpreter: pulumi.Output<string[] | undefined>;
  /** Variables. Secret ones are stored encrypted, and replaced by `[secret]` in what is shown. `update` and `delete` have `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` of the run before as well. */
  readonly environment: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Its standard input. */
  readonly stdin: pulumi.Output<string | undefined>;
  /** Any values: a change of one runs it. */
  readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** An absolute path. */
  readonly workingDirectory: pulumi.Output<string | undefined>;
  /** Runs as root, through sudo where the user is not. */
  readonly root: pulumi.Output<boolean | undefined>;
  /** Lines of output: `status`, as the resource's live status; `diagnostics`, as lasting messages too, 500 at most; `none`. */
  readonly log: pulumi.Output<"status" | "diagnostics" | "none" | undefined>;
  /** Whether `stdout` and `stderr` are secret, and are kept out of what is shown. */
  readonly secretOutput: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** What the last run wrote, without newlines at the end; the last 64 KiB. Encrypted in the state; a secret in the program where something that it was made from is one. Secret. */
  readonly stdout: pulumi.Output<string>;
  /** What the last run wrote to its standard error, as `stdout`. Secret. */
  readonly stderr: pulumi.Output<string>;
  /** Exit code of the last run: anything but 0 is an error. */
  readonly exitCode: pulumi.Output<number>;
}

/** How `machine` is logged in to. */
export interface KubernetesNodeConnectionArgs {
  /** User in the guest. Default: `"root"`. A change: in the state alone. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. A change: in the state alone. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: asked of the host: leases, guest agent, neighbours. A change: in the state alone. */
  address?: pulumi.Input<string>;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. A change: in the state alone. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: that of the host's connection, and your own default keys. A change: in the state alone. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: as for the host. A change: in the state alone. */
  agent?: pulumi.Input<boolean | string>;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. Default: that of the host's connection. Secret. A change: in the state alone. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. Secret. A change: in the state alone. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** How `machine` is logged in to. */
export interface KubernetesNodeConnection {
  /** User in the guest. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** false: no ssh agent; a path: that agent's socket. */
  readonly agent?: boolean | string;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used, and never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** The cluster; the same on all its nodes. */
export interface KubernetesNodeClusterArgs {
  /** Its name. A change: refused, unless `cluster.generation` changes: then replaces it. */
  name: pulumi.Input<string>;
  /** Version of Kubernetes: `1.34.4`. A change: live: upgraded by kubeadm, drained meanwhile; a downgrade, and two minor versions at once, are refused. */
  version: pulumi.Input<string>;
  /** Where the API is reached by all nodes, `host:port`: a name or address that stays, also with other control planes. A change: refused, unless `cluster.generation` changes: then replaces it. */
  endpoint: pulumi.Input<string>;
  /** Addresses of pods. Default: `"10.244.0.0/16"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  podSubnet?: pulumi.Input<string>;
  /** Addresses of services. Default: `"10.96.0.0/12"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  serviceSubnet?: pulumi.Input<string>;
  /** Domain of services. Default: `"cluster.local"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  dnsDomain?: pulumi.Input<string>;
  /** A number or word of your own. Another one asks for a new cluster in place of this one. Default: `1`. A change: a new cluster: replaces every node. */
  generation?: pulumi.Input<number | string>;
}

/** The cluster; the same on all its nodes. */
export interface KubernetesNodeCluster {
  /** Its name. */
  readonly name: string;
  /** Version of Kubernetes: `1.34.4`. */
  readonly version: string;
  /** Where the API is reached by all nodes, `host:port`: a name or address that stays, also with other control planes. */
  readonly endpoint: string;
  /** Addresses of pods. */
  readonly podSubnet?: string;
  /** Addresses of services. */
  readonly serviceSubnet?: string;
  /** Domain of services. */
  readonly dnsDomain?: string;
  /** A number or word of your own. Another one asks for a new cluster in place of this one. */
  readonly generation?: number | string;
}

/** Configuration of your own, merged deeply into what is made here. */
export interface KubernetesNodeKubeadmArgs {
  /** kubeadm's InitConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  init?: pulumi.Input<object>;
  /** kubeadm's ClusterConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  cluster?: pulumi.Input<object>;
  /** kubeadm's JoinConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  join?: pulumi.Input<object>;
  /** kubeadm's UpgradeConfiguration (v1beta4). The timeouts of `init` or `join` are its own otherwise. A change: in the state alone: used when a node is made or upgraded. */
  upgrade?: pulumi.Input<object>;
  /** KubeletConfiguration (v1beta1). A change: in the state alone: used when a node is made or upgraded. */
  kubelet?: pulumi.Input<object>;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. A change: in the state alone: used when a node is made or upgraded. */
  kubeProxy?: pulumi.Input<object>;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. A change: in the state alone: used when a node is made or upgraded. */
  patches?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Configuration of your own, merged deeply into what is made here. */
export interface KubernetesNodeKubeadm {
  /** kubeadm's InitConfiguration (v1beta4). */
  readonly init?: object;
  /** kubeadm's ClusterConfiguration (v1beta4). */
  readonly cluster?: object;
  /** kubeadm's JoinConfiguration (v1beta4). */
  readonly join?: object;
  /** kubeadm's UpgradeConfiguration (v1beta4). The timeouts of `init` or `join` are its own otherwise. */
  readonly upgrade?: object;
  /** KubeletConfiguration (v1beta1). */
  readonly kubelet?: object;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. */
  readonly kubeProxy?: object;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. */
  readonly patches?: { [key: string]: string };
}

/** Where kubeadm, the kubelet and kubectl come from. */
export interface KubernetesNodeSourceArgs {
  /** `image`: they are in the guest, which is found out; `bundle`: a disk or directory in the guest with programs and images; `packages`: a repository of packages. A change: in the state alone: used when a node is made or upgraded. */
  from: pulumi.Input<"image" | "bundle" | "packages">;
  /** With `bundle`: a block device, file or directory of the guest. Default: `/dev/disk/by-label/kubernetes-<version>`. A change: in the state alone: used when a node is made or upgraded. */
  path?: pulumi.Input<string>;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; absent, the distribution's own are used. A change: in the state alone: used when a node is made or upgraded. */
  repository?: pulumi.Input<string>;
  /** With `repository`: the public key that signs it, as text. A change: in the state alone: used when a node is made or upgraded. */
  key?: pulumi.Input<string>;
  /** With `packages`: names. Default: `kubeadm`, `kubelet`, `kubectl`. A change: in the state alone: used when a node is made or upgraded. */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Where kubeadm, the kubelet and kubectl come from. */
export interface KubernetesNodeSource {
  /** `image`: they are in the guest, which is found out; `bundle`: a disk or directory in the guest with programs and images; `packages`: a repository of packages. */
  readonly from: "image" | "bundle" | "packages";
  /** With `bundle`: a block device, file or directory of the guest. */
  readonly path?: string;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; absent, the distribution's own are used. */
  readonly repository?: string;
  /** With `repository`: the public key that signs it, as text. */
  readonly key?: string;
  /** With `packages`: names. */
  readonly packages?: string[];
}

/** How pods reach each other. On the first control plane, and for `routes` on each node. */
export interface KubernetesNodePodNetworkArgs {
  /** `flannel`: the manifest that the bundle or the image brings; `manifest`: your own; `routes`: a bridge and static routes between nodes, which needs no image; `none`: somebody else sees to it. A change: live from `none`; another plugin is refused, unless `cluster.generation` changes. */
  plugin: pulumi.Input<"flannel" | "manifest" | "routes" | "none">;
  /** With `flannel`: how packets go from node to node. Default: `"vxlan"`. A change: live. */
  backend?: pulumi.Input<"vxlan" | "host-gw">;
  /** With `manifest`: YAML, applied by the server. A change: live. */
  manifest?: pulumi.Input<string>;
  /** With `routes`: the subnet that the nodes' addresses are in. The n-th address of it has the n-th block of `cluster.podSubnet`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  guestSubnet?: pulumi.Input<string>;
}

/** How pods reach each other. On the first control plane, and for `routes` on each node. */
export interface KubernetesNodePodNetwork {
  /** `flannel`: the manifest that the bundle or the image brings; `manifest`: your own; `routes`: a bridge and static routes between nodes, which needs no image; `none`: somebody else sees to it. */
  readonly plugin: "flannel" | "manifest" | "routes" | "none";
  /** With `flannel`: how packets go from node to node. */
  readonly backend?: "vxlan" | "host-gw";
  /** With `manifest`: YAML, applied by the server. */
  readonly manifest?: string;
  /** With `routes`: the subnet that the nodes' addresses are in. The n-th address of it has the n-th block of `cluster.podSubnet`. */
  readonly guestSubnet?: string;
}

/** What kubeadm adds to the cluster. On the first control plane. */
export interface KubernetesNodeAddonsArgs {
  /** DNS in the cluster. Default: `true`. A change: live. */
  coreDns?: pulumi.Input<boolean>;
}

/** What kubeadm adds to the cluster. On the first control plane. */
export interface KubernetesNodeAddons {
  /** DNS in the cluster. */
  readonly coreDns?: boolean;
}

/** How pods leave before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrainArgs {
  /** Seconds. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Also deletes pods that nothing makes anew, and goes on where pods are left after `timeout`. Default: `false`. A change: in the state alone. */
  force?: pulumi.Input<boolean>;
  /** Also evicts pods with an emptyDir, whose content is lost. Default: `true`. A change: in the state alone. */
  deleteEmptyDirData?: pulumi.Input<boolean>;
}

/** How pods leave before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrain {
  /** Seconds. */
  readonly timeout?: number;
  /** Also deletes pods that nothing makes anew, and goes on where pods are left after `timeout`. */
  readonly force?: boolean;
  /** Also evicts pods with an emptyDir, whose content is lost. */
  readonly deleteEmptyDirData?: boolean;
}

/** Arguments of a KubernetesNode. */
export interface KubernetesNodeArgs {
  /** The machine that it stands on. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  host: Host;
  /** The machine that is the node. It must be running, with containerd and systemd in it. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** How `machine` is logged in to. */
  connection?: pulumi.Input<KubernetesNodeConnectionArgs>;
  /** The node's name in the cluster. A change: refused, unless `cluster.generation` changes: then replaces it. */
  nodeName: pulumi.Input<string>;
  /** What it is. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  role: pulumi.Input<"controlPlane" | "worker">;
  /** Its address in the cluster, which the other nodes reach. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  address: pulumi.Input<string>;
  /** The first control plane's node, through which this one joins. Absent on that one itself, which makes the cluster. A change: in the state alone. */
  through?: KubernetesNode | pulumi.Input<string>;
  /** The cluster; the same on all its nodes. */
  cluster: pulumi.Input<KubernetesNodeClusterArgs>;
  /** Addresses of all control planes, to which the name in `cluster.endpoint` leads in this guest (/etc/hosts). Absent where that name or address leads there by itself. A change: live. */
  endpointAddresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Configuration of your own, merged deeply into what is made here. */
  kubeadm?: pulumi.Input<KubernetesNodeKubeadmArgs>;
  /** Where kubeadm, the kubelet and kubectl come from. */
  source: pulumi.Input<KubernetesNodeSourceArgs>;
  /** How pods reach each other. On the first control plane, and for `routes` on each node. */
  podNetwork?: pulumi.Input<KubernetesNodePodNetworkArgs>;
  /** What kubeadm adds to the cluster. On the first control plane. */
  addons?: pulumi.Input<KubernetesNodeAddonsArgs>;
  /** Labels of the node. A change: live. */
  labels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. Default: of a control plane `node-role.kubernetes.io/control-plane:NoSchedule`. A change: live. */
  taints?: pulumi.Input<pulumi.Input<string>[]>;
  /** How pods leave before it is restarted, upgraded or deleted. */
  drain?: pulumi.Input<KubernetesNodeDrainArgs>;
  /** Arguments of `machine` that take effect after a restart, as its program has them (`vcpus`, `maxMemory`, …): a change that leaves its definition pending drains and restarts it. A change: live: drained, restarted, uncordoned, where the change of the machine takes effect after a restart; else in the state alone. */
  definition?: pulumi.Input<object>;
  /** A word of your own: another one renews the node's certificates. A change: live: its certificates are renewed. */
  renewal?: pulumi.Input<string>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** What a KubernetesNode has once it is there. */
export interface KubernetesNodeOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** The machine that is the node. It must be running, with containerd and systemd in it. */
  readonly machine: pulumi.Output<string>;
  /** How `machine` is logged in to. */
  readonly connection: pulumi.Output<KubernetesNodeConnection | undefined>;
  /** The node's name in the cluster. */
  readonly nodeName: pulumi.Output<string>;
  /** What it is. */
  readonly role: pulumi.Output<"controlPlane" | "worker">;
  /** Its address in the cluster, which the other nodes reach. */
  readonly address: pulumi.Output<string>;
  /** The first control plane's node, through which this one joins. Absent on that one itself, which makes the cluster. */
  readonly through: pulumi.Output<string | undefined>;
  /** The cluster; the same on all its nodes. */
  readonly cluster: pulumi.Output<KubernetesNodeCluster | undefined>;
  /** Addresses of all control planes, to which the name in `cluster.endpoint` leads in this guest (/etc/hosts). Absent where that name or address leads there by itself. */
  readonly endpointAddresses: pulumi.Output<string[] | undefined>;
  /** Configuration of your own, merged deeply into what is made here. */
  readonly kubeadm: pulumi.Output<KubernetesNodeKubeadm | undefined>;
  /** Where kubeadm, the kubelet and kubectl come from. */
  readonly source: pulumi.Output<KubernetesNodeSource | undefined>;
  /** How pods reach each other. On the first control plane, and for `routes` on each node. */
  readonly podNetwork: pulumi.Output<KubernetesNodePodNetwork | undefined>;
  /** What kubeadm adds to the cluster. On the first control plane. */
  readonly addons: pulumi.Output<KubernetesNodeAddons | undefined>;
  /** Labels of the node. */
  readonly labels: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. */
  readonly taints: pulumi.Output<string[] | undefined>;
  /** How pods leave before it is restarted, upgraded or deleted. */
  readonly drain: pulumi.Output<KubernetesNodeDrain | undefined>;
  /** Arguments of `machine` that take effect after a restart, as its program has them (`vcpus`, `maxMemory`, …): a change that leaves its definition pending drains and restarts it. */
  readonly definition: pulumi.Output<object | undefined>;
  /** A word of your own: another one renews the node's certificates. */
  readonly renewal: pulumi.Output<string | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Version of its kubelet, as it runs. */
  readonly version: pulumi.Output<string>;
  /** Whether it was Ready when it was last looked at. */
  readonly ready: pulumi.Output<boolean>;
  /** The API's address for all nodes: `https://HOST:PORT`. */
  readonly endpoint: pulumi.Output<string>;
  /** Certificate of the cluster's authority, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** Its public key as kubeadm pins it: `sha256:…`. */
  readonly caHash: pulumi.Output<string>;
  /** Addresses of its pods. */
  readonly podCidr: pulumi.Output<string | undefined>;
  /** kubectl's configuration of an administrator; on the first control plane alone. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
}
