// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

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
