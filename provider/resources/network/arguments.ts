// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

/** Range of addresses that DHCP gives out. */
export interface NetworkIpv4DhcpArgs {
  /** First address. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  start: pulumi.Input<string>;
  /** Last address. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  end: pulumi.Input<string>;
}

/** Range of addresses that DHCP gives out. */
export interface NetworkIpv4Dhcp {
  /** First address. */
  readonly start: string;
  /** Last address. */
  readonly end: string;
}

/** IPv4 in the network. */
export interface NetworkIpv4Args {
  /** The host's address in the network, with its prefix: `172.17.2.1/24`. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  address: pulumi.Input<string>;
  /** Range of addresses that DHCP gives out. */
  dhcp?: pulumi.Input<NetworkIpv4DhcpArgs>;
}

/** IPv4 in the network. */
export interface NetworkIpv4 {
  /** The host's address in the network, with its prefix: `172.17.2.1/24`. */
  readonly address: string;
  /** Range of addresses that DHCP gives out. */
  readonly dhcp?: NetworkIpv4Dhcp;
}

/** Range of addresses that DHCP gives out. */
export interface NetworkIpv6DhcpArgs {
  /** First address. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  start: pulumi.Input<string>;
  /** Last address. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  end: pulumi.Input<string>;
}

/** Range of addresses that DHCP gives out. */
export interface NetworkIpv6Dhcp {
  /** First address. */
  readonly start: string;
  /** Last address. */
  readonly end: string;
}

/** IPv6 in the network. */
export interface NetworkIpv6Args {
  /** The host's address in the network, with its prefix: `fd00:17:2::1/64`. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  address: pulumi.Input<string>;
  /** Range of addresses that DHCP gives out. */
  dhcp?: pulumi.Input<NetworkIpv6DhcpArgs>;
}

/** IPv6 in the network. */
export interface NetworkIpv6 {
  /** The host's address in the network, with its prefix: `fd00:17:2::1/64`. */
  readonly address: string;
  /** Range of addresses that DHCP gives out. */
  readonly dhcp?: NetworkIpv6Dhcp;
}

/** Addresses that DHCP reserves for machines. The key is the machine's name in the program. */
export interface ReservationArgs {
  /** IPv4 address. Effect of a change: live. */
  address: pulumi.Input<string>;
  /** Key of the machine's interface, from which its MAC address derives. Default: `"lan"`. Effect of a change: live. */
  interface?: pulumi.Input<string>;
  /** MAC address. Default: the one that the machine of this name in this stack has or will have. Default: derived. Effect of a change: live. */
  mac?: pulumi.Input<string>;
  /** Host name in DHCP and DNS. Default: the key. Effect of a change: live. */
  hostname?: pulumi.Input<string>;
}

/** Addresses that DHCP reserves for machines. The key is the machine's name in the program. */
export interface Reservation {
  /** IPv4 address. */
  readonly address: string;
  /** Key of the machine's interface, from which its MAC address derives. */
  readonly interface?: string;
  /** MAC address. Default: the one that the machine of this name in this stack has or will have. */
  readonly mac: string;
  /** Host name in DHCP and DNS. */
  readonly hostname?: string;
}

/** DNS server of the network. */
export interface NetworkDnsArgs {
  /** IP addresses by host name. Effect of a change: live. */
  hosts?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Servers for all other names. Default: the host's own. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  forwarders?: pulumi.Input<pulumi.Input<string>[]>;
}

/** DNS server of the network. */
export interface NetworkDns {
  /** IP addresses by host name. */
  readonly hosts?: { [key: string]: string };
  /** Servers for all other names. */
  readonly forwarders?: string[];
}

/** Arguments of a Network. */
export interface NetworkArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Name of the network on the host. Default: `<stack>-<name>`. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. Effect of a change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** How guests reach other networks. `nat`: with the host's address; `routed`: with their own addresses; `isolated`: not at all, only the host and each other. Default: `"nat"`. Effect of a change: replaces it. */
  mode?: pulumi.Input<"nat" | "routed" | "isolated">;
  /** Name of the network's bridge on the host. Default: chosen by the hypervisor. Effect of a change: replaces it. */
  bridge?: pulumi.Input<string>;
  /** MTU of the bridge and of the guests on it, bytes. Bounds: 576 to 65535. Default: 1500. Effect of a change: replaces it. */
  mtu?: pulumi.Input<number>;
  /** DNS domain of the guests. Effect of a change: live, the network is restarted: guests stay connected, but their traffic stops for some seconds while the bridge learns its ports. */
  domain?: pulumi.Input<string>;
  /** IPv4 in the network. */
  ipv4?: pulumi.Input<NetworkIpv4Args>;
  /** IPv6 in the network. */
  ipv6?: pulumi.Input<NetworkIpv6Args>;
  /** Addresses that DHCP reserves for machines. The key is the machine's name in the program. An entry added: live; removed: live. */
  reservations?: pulumi.Input<{ [key: string]: pulumi.Input<ReservationArgs> }>;
  /** DNS server of the network. */
  dns?: pulumi.Input<NetworkDnsArgs>;
  /** Starts it when the host starts. Default: `true`. Effect of a change: live. */
  autostart?: pulumi.Input<boolean>;
}

/** What a Network has once it is there. */
export interface NetworkOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Name of the network on the host. */
  readonly name: pulumi.Output<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** How guests reach other networks. `nat`: with the host's address; `routed`: with their own addresses; `isolated`: not at all, only the host and each other. */
  readonly mode: pulumi.Output<"nat" | "routed" | "isolated" | undefined>;
  /** Name of the network's bridge on the host. */
  readonly bridge: pulumi.Output<string>;
  /** MTU of the bridge and of the guests on it, bytes. */
  readonly mtu: pulumi.Output<number | undefined>;
  /** DNS domain of the guests. */
  readonly domain: pulumi.Output<string | undefined>;
  /** IPv4 in the network. */
  readonly ipv4: pulumi.Output<NetworkIpv4 | undefined>;
  /** IPv6 in the network. */
  readonly ipv6: pulumi.Output<NetworkIpv6 | undefined>;
  /** Addresses that DHCP reserves for machines. The key is the machine's name in the program. */
  readonly reservations: pulumi.Output<{ [key: string]: Reservation } | undefined>;
  /** DNS server of the network. */
  readonly dns: pulumi.Output<NetworkDns | undefined>;
  /** Starts it when the host starts. */
  readonly autostart: pulumi.Output<boolean | undefined>;
  /** Set by a refresh if the network is not running. The next update starts it. */
  readonly active: pulumi.Output<boolean | undefined>;
  /** The host's IPv4 address in the network. */
  readonly gateway: pulumi.Output<string | undefined>;
}
