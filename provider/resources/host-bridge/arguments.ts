// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

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
