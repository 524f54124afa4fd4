// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../../connections/arguments";

/** Requirements of the host, checked before anything on it is changed. */
export interface HostRequirementsArgs {
  /** Hardware virtualization (KVM). `required`: an error without it; `preferred`: a warning without it; `none`: emulation is accepted, which is 10 to 30 times slower. Default: `"preferred"`. Effect of a change: live. */
  virtualization?: pulumi.Input<"required" | "preferred" | "none">;
  /** Minimum number of logical CPUs. Bounds: 1 to 8192. Effect of a change: live. */
  cpus?: pulumi.Input<number>;
  /** Minimum memory. Effect of a change: live. */
  memory?: pulumi.Input<string>;
  /** Minimum free disk space by path: `{ "/var/lib/libvirt/images": "20GiB" }`. Effect of a change: live. */
  freeDisk?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Minimum version of the hypervisor. Effect of a change: live. */
  hypervisorVersion?: pulumi.Input<string>;
}

/** Requirements of the host, checked before anything on it is changed. */
export interface HostRequirements {
  /** Hardware virtualization (KVM). `required`: an error without it; `preferred`: a warning without it; `none`: emulation is accepted, which is 10 to 30 times slower. */
  readonly virtualization?: "required" | "preferred" | "none";
  /** Minimum number of logical CPUs. */
  readonly cpus?: number;
  /** Minimum memory. */
  readonly memory?: string;
  /** Minimum free disk space by path: `{ "/var/lib/libvirt/images": "20GiB" }`. */
  readonly freeDisk?: { [key: string]: string };
  /** Minimum version of the hypervisor. */
  readonly hypervisorVersion?: string;
}

/** Capacity that previews assume before the host is known. */
export interface HostCapacityArgs {
  /** Logical CPUs. Bounds: 1 to 8192. Effect of a change: state only. */
  cpus?: pulumi.Input<number>;
  /** Memory. Effect of a change: state only. */
  memory?: pulumi.Input<string>;
  /** Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`. Effect of a change: state only. */
  disk?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Capacity that previews assume before the host is known. */
export interface HostCapacity {
  /** Logical CPUs. */
  readonly cpus?: number;
  /** Memory. */
  readonly memory?: string;
  /** Free disk space by path: `{ "/var/lib/libvirt/images": "200GiB" }`. */
  readonly disk?: { [key: string]: string };
}

/** IP forwarding between the host's interfaces. It is switched off again when the last stack that set it is destroyed, unless another network still needs it. */
export interface HostForwardingArgs {
  /** IPv4, for all interfaces. Default: `false`. Effect of a change: live. */
  ipv4?: pulumi.Input<boolean>;
  /** IPv6, for all interfaces. Refused if the host would then ignore the router advertisements that its own default route comes from. Default: `false`. Effect of a change: live. */
  ipv6?: pulumi.Input<boolean>;
}

/** IP forwarding between the host's interfaces. It is switched off again when the last stack that set it is destroyed, unless another network still needs it. */
export interface HostForwarding {
  /** IPv4, for all interfaces. */
  readonly ipv4?: boolean;
  /** IPv6, for all interfaces. Refused if the host would then ignore the router advertisements that its own default route comes from. */
  readonly ipv6?: boolean;
}

/** Bridges with guests, by name. */
export interface FirewallBridgeArgs {
  /** Name of the bridge. Default: the key. Effect of a change: live. */
  bridge?: pulumi.Input<string>;
  /** Subnets on it, IPv4 and IPv6. Effect of a change: live. */
  subnets: pulumi.Input<pulumi.Input<string>[]>;
  /** Gives packets that leave the subnets by another interface the host's own address (NAT). libvirt's networks of mode `nat` do this by themselves. Default: `false`. Effect of a change: live. */
  masquerade?: pulumi.Input<boolean>;
}

/** Bridges with guests, by name. */
export interface FirewallBridge {
  /** Name of the bridge. */
  readonly bridge?: string;
  /** Subnets on it, IPv4 and IPv6. */
  readonly subnets: string[];
  /** Gives packets that leave the subnets by another interface the host's own address (NAT). libvirt's networks of mode `nat` do this by themselves. */
  readonly masquerade?: boolean;
}

/** Separate nftables table `inet windrose`; other tables are not changed. Packets that the host routes from a bridge must come from the bridge's subnets, and packets that it routes to a bridge must be for them; others are dropped. Traffic within the bridge is not filtered. This table cannot allow what another one (Docker's, firewalld's) drops; in that case there is a warning. */
export interface HostFirewallArgs {
  /** Bridges with guests, by name. An entry added: live; removed: live. */
  bridges?: pulumi.Input<{ [key: string]: pulumi.Input<FirewallBridgeArgs> }>;
}

/** Separate nftables table `inet windrose`; other tables are not changed. Packets that the host routes from a bridge must come from the bridge's subnets, and packets that it routes to a bridge must be for them; others are dropped. Traffic within the bridge is not filtered. This table cannot allow what another one (Docker's, firewalld's) drops; in that case there is a warning. */
export interface HostFirewall {
  /** Bridges with guests, by name. */
  readonly bridges?: { [key: string]: FirewallBridge };
}

/** Arguments of a Host. */
export interface HostArgs {
  /** How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used but never stored. Default: the resource's name. Effect of a change: state only. */
  connection?: pulumi.Input<string | ConnectionArgs>;
  /** Id of the machine that this Host was before. Accepts another machine in its place. Effect of a change: state only. */
  acceptReplacement?: pulumi.Input<string>;
  /** Random id from which the ids and names of everything on the host derive. To recover from a lost state, set it to the lineage that the error names: this stack then owns everything that was made under it. Default: random, made with the Host. Effect of a change: state only. */
  lineage?: pulumi.Input<string>;
  /** Requirements of the host, checked before anything on it is changed. */
  requirements?: pulumi.Input<HostRequirementsArgs>;
  /** Capacity that previews assume before the host is known. */
  capacity?: pulumi.Input<HostCapacityArgs>;
  /** Packages to install. `auto`: those that a host of guests needs on its distribution (Debian, Ubuntu, Fedora and derivatives, Arch, openSUSE). Or a list of purposes (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `uefi`, `tpm`, `curl`, `nftables`, or `auto`) and of the distribution's package names. Packages stay when the Host is deleted, unless `removePackages` is set. Default: `"none"`. Effect of a change: live. */
  packages?: pulumi.Input<"auto" | "none" | string[]>;
  /** Package names of the distribution that differ from the expected ones: `{ qemu: "qemu-system-x86-xen" }`. Effect of a change: live. */
  packageNames?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Removes packages that are no longer listed, unless they were on the host before or another stack lists them. Their dependencies stay if the distribution's tool leaves them (`apt-get autoremove`). Default: `false`. Effect of a change: state only. */
  removePackages?: pulumi.Input<boolean>;
  /** Units of systemd: a list of units to enable and start, or the desired state of each unit by name. A service that a listening socket starts counts as running. A unit that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left unchanged with `enabled: false`. A unit that guests depend on is not stopped or disabled while guests run. Other units that systemctl changes along with it (`Also=`, sockets, requirements, conflicts) are restored as well. Default: libvirt's own, if `packages` has `auto`. Effect of a change: live. */
  services?: pulumi.Input<string[] | { [key: string]: { enabled?: boolean; running?: boolean } }>;
  /** Groups that existing users are added to: `{ ada: ["libvirt", "kvm"] }`. Effect of a change: live. */
  users?: pulumi.Input<{ [key: string]: string[] }>;
  /** IP forwarding between the host's interfaces. It is switched off again when the last stack that set it is destroyed, unless another network still needs it. */
  forwarding?: pulumi.Input<HostForwardingArgs>;
  /** Kernel parameters, kept across reboots: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`. Effect of a change: live. */
  sysctl?: pulumi.Input<{ [key: string]: string | number }>;
  /** Kernel modules, loaded now and at each boot. Effect of a change: live. */
  modules?: pulumi.Input<pulumi.Input<string>[]>;
  /** Separate nftables table `inet windrose`; other tables are not changed. Packets that the host routes from a bridge must come from the bridge's subnets, and packets that it routes to a bridge must be for them; others are dropped. Traffic within the bridge is not filtered. This table cannot allow what another one (Docker's, firewalld's) drops; in that case there is a warning. */
  firewall?: pulumi.Input<HostFirewallArgs>;
  /** Text files by path: `{ "/etc/motd": { content: "anemoi\n" } }`; default mode `0644` and owner `root:root`. An existing file with other content is refused, unless `adopt` is set; its content is then restored when the file is no longer listed. Effect of a change: live. */
  files?: pulumi.Input<{ [key: string]: { content: string; mode?: string; owner?: string; adopt?: boolean } }>;
  /** Settings in libvirt's configuration, by file in /etc/libvirt and by name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of the file does not change. Its daemon is restarted if it runs; guests keep running. Effect of a change: live. */
  libvirt?: pulumi.Input<{ [key: string]: { [key: string]: string | number | boolean | (string | number)[] } }>;
  /** Directories whose files guests may use, besides the disks that libvirt allows by itself. Only for hosts with AppArmor. Effect of a change: live. */
  apparmorPaths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Seconds allowed for observing and preparing the host. Bounds: 1 to 86400. Default: `120`, with `packages` `1800`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
}

/** What a Host has once it is there. */
export interface HostOutputs {
  /** How the host is reached: a name in the stack configuration `windrose:hosts`, a libvirt URI (`qemu:///system`, `qemu+ssh://root@anemoi/system`), or an object. Keys and passwords in it are used but never stored. */
  readonly connection: pulumi.Output<string | pulumi.Unwrap<ConnectionArgs> | undefined>;
  /** Id of the machine that this Host was before. Accepts another machine in its place. */
  readonly acceptReplacement: pulumi.Output<string | undefined>;
  /** Random id from which the ids and names of everything on the host derive. To recover from a lost state, set it to the lineage that the error names: this stack then owns everything that was made under it. */
  readonly lineage: pulumi.Output<string>;
  /** Requirements of the host, checked before anything on it is changed. */
  readonly requirements: pulumi.Output<HostRequirements | undefined>;
  /** Capacity that previews assume before the host is known. */
  readonly capacity: pulumi.Output<HostCapacity | undefined>;
  /** Packages to install. `auto`: those that a host of guests needs on its distribution (Debian, Ubuntu, Fedora and derivatives, Arch, openSUSE). Or a list of purposes (`libvirt`, `libvirt-clients`, `qemu`, `qemu-img`, `dnsmasq`, `uefi`, `tpm`, `curl`, `nftables`, or `auto`) and of the distribution's package names. Packages stay when the Host is deleted, unless `removePackages` is set. */
  readonly packages: pulumi.Output<"auto" | "none" | string[] | undefined>;
  /** Package names of the distribution that differ from the expected ones: `{ qemu: "qemu-system-x86-xen" }`. */
  readonly packageNames: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Removes packages that are no longer listed, unless they were on the host before or another stack lists them. Their dependencies stay if the distribution's tool leaves them (`apt-get autoremove`). */
  readonly removePackages: pulumi.Output<boolean | undefined>;
  /** Units of systemd: a list of units to enable and start, or the desired state of each unit by name. A service that a listening socket starts counts as running. A unit that can't be enabled (systemd calls it `static`, `indirect`, `alias`, `generated`, `transient` or `masked`) is refused with `enabled: true`, and left unchanged with `enabled: false`. A unit that guests depend on is not stopped or disabled while guests run. Other units that systemctl changes along with it (`Also=`, sockets, requirements, conflicts) are restored as well. */
  readonly services: pulumi.Output<string[] | { [key: string]: { enabled?: boolean; running?: boolean } } | undefined>;
  /** Groups that existing users are added to: `{ ada: ["libvirt", "kvm"] }`. */
  readonly users: pulumi.Output<{ [key: string]: string[] } | undefined>;
  /** IP forwarding between the host's interfaces. It is switched off again when the last stack that set it is destroyed, unless another network still needs it. */
  readonly forwarding: pulumi.Output<HostForwarding | undefined>;
  /** Kernel parameters, kept across reboots: `{ "net.bridge.bridge-nf-call-iptables": 0 }`. A dot within a name is written as `/`. */
  readonly sysctl: pulumi.Output<{ [key: string]: string | number } | undefined>;
  /** Kernel modules, loaded now and at each boot. */
  readonly modules: pulumi.Output<string[] | undefined>;
  /** Separate nftables table `inet windrose`; other tables are not changed. Packets that the host routes from a bridge must come from the bridge's subnets, and packets that it routes to a bridge must be for them; others are dropped. Traffic within the bridge is not filtered. This table cannot allow what another one (Docker's, firewalld's) drops; in that case there is a warning. */
  readonly firewall: pulumi.Output<HostFirewall | undefined>;
  /** Text files by path: `{ "/etc/motd": { content: "anemoi\n" } }`; default mode `0644` and owner `root:root`. An existing file with other content is refused, unless `adopt` is set; its content is then restored when the file is no longer listed. */
  readonly files: pulumi.Output<
    { [key: string]: { content: string; mode?: string; owner?: string; adopt?: boolean } } | undefined
  >;
  /** Settings in libvirt's configuration, by file in /etc/libvirt and by name: `{ "network.conf": { firewall_backend: "iptables" } }`. The rest of the file does not change. Its daemon is restarted if it runs; guests keep running. */
  readonly libvirt: pulumi.Output<
    { [key: string]: { [key: string]: string | number | boolean | (string | number)[] } } | undefined
  >;
  /** Directories whose files guests may use, besides the disks that libvirt allows by itself. Only for hosts with AppArmor. */
  readonly apparmorPaths: pulumi.Output<string[] | undefined>;
  /** Seconds allowed for observing and preparing the host. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Id of the machine (/etc/machine-id), which tells it from another machine at the same address. */
  readonly hostId: pulumi.Output<string>;
  /** Host name. */
  readonly hostname: pulumi.Output<string>;
  /** Distribution and version: `debian 12`. */
  readonly os: pulumi.Output<string>;
  /** `x86_64`. */
  readonly arch: pulumi.Output<string>;
  /** Logical CPUs. */
  readonly cpus: pulumi.Output<number>;
  /** Memory, as a size. */
  readonly memory: pulumi.Output<string>;
  /** `QEMU`. */
  readonly hypervisor: pulumi.Output<string>;
  /** Version of the hypervisor. */
  readonly version: pulumi.Output<string>;
  /** Whether guests run with hardware virtualization. */
  readonly virtualization: pulumi.Output<"kvm" | "emulation">;
}
