// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";

/** Arguments of a HostBridge. */
export interface HostBridgeArgs {
  /** Host that it is on. Effect of a change: replaces it. */
  host: Host;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. Default: `false`. Effect of a change: state only. */
  adopt?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Name of the bridge on the host, at most 15 characters. Default: the resource's name. Effect of a change: replaces it. */
  name?: pulumi.Input<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). Default: derived. Effect of a change: replaces it. */
  uuid?: pulumi.Input<string>;
  /** The NIC or bond that becomes the bridge's port. Effect of a change: replaces it. */
  nic: pulumi.Input<string>;
  /** VLAN of the NIC that becomes the bridge's port instead of the NIC itself: `<nic>.<vlan>`, created if it does not exist. The kernel must support VLANs. Bounds: 1 to 4094. Effect of a change: replaces it. */
  vlan?: pulumi.Input<number>;
  /** Kind of bridge. `linux`: a bridge of the kernel; `openvswitch`: a switch of Open vSwitch, which must be installed. Default: `"linux"`. Effect of a change: replaces it. */
  type?: pulumi.Input<"linux" | "openvswitch">;
  /** Datapath of Open vSwitch. `system`: in the kernel; `netdev`: in user space. Default: `"system"`. Effect of a change: replaces it. */
  datapath?: pulumi.Input<"system" | "netdev">;
  /** VLAN of the host's own addresses on an Open vSwitch bridge. Default: untagged. Bounds: 1 to 4094. Effect of a change: live. */
  tag?: pulumi.Input<number>;
  /** VLANs that the NIC carries into an Open vSwitch bridge, 0 for untagged frames. An empty list means all. Default: `[]`. Effect of a change: live. */
  trunks?: pulumi.Input<pulumi.Input<number>[]>;
  /** Network manager of the host. `auto`: the one that manages the NIC. Default: `"auto"`. Effect of a change: state only. */
  manager?: pulumi.Input<"auto" | "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown">;
  /** Addresses of the bridge. `keep`: the addresses of the NIC move to the bridge, static or by DHCP, with their routes and name servers. Or a list of addresses with their prefix: `192.0.2.5/24`, `2001:db8::5/64`. Default: `"keep"`; none with `dhcp4`, `dhcp6` or `acceptRa`. Effect of a change: live. */
  addresses?: pulumi.Input<"keep" | string[]>;
  /** Get an IPv4 address by DHCP. Default: `false`. Effect of a change: live. */
  dhcp4?: pulumi.Input<boolean>;
  /** Get an IPv6 address by DHCP. Default: `false`. Effect of a change: live. */
  dhcp6?: pulumi.Input<boolean>;
  /** Accept IPv6 router advertisements. Default: `false`. Effect of a change: live. */
  acceptRa?: pulumi.Input<boolean>;
  /** Gateway of the IPv4 default route. Effect of a change: live. */
  gateway?: pulumi.Input<string>;
  /** Gateway of the IPv6 default route. Effect of a change: live. */
  gateway6?: pulumi.Input<string>;
  /** Name servers. Default: `[]`. Effect of a change: live. */
  dns?: pulumi.Input<pulumi.Input<string>[]>;
  /** DNS search domains. Default: `[]`. Effect of a change: live. */
  search?: pulumi.Input<pulumi.Input<string>[]>;
  /** Spanning tree protocol. Default: `false`. Effect of a change: live. */
  stp?: pulumi.Input<boolean>;
  /** Seconds that a port listens and learns before it forwards. Only with `stp`. Bounds: 2 to 30. Default: the kernel's, 15. Effect of a change: live. */
  forwardDelay?: pulumi.Input<number>;
  /** MTU of the bridge, bytes. Bounds: 576 to 65535. Default: the NIC's. Effect of a change: live. */
  mtu?: pulumi.Input<number>;
  /** MAC address of the bridge. Default: the NIC's, so that a DHCP lease stays. Effect of a change: live. */
  mac?: pulumi.Input<string>;
  /** Seconds after which the host rolls a change back, unless a fresh connection has confirmed it. Bounds: 10 to 3600. Default: `60`. Effect of a change: state only. */
  rollbackAfter?: pulumi.Input<number>;
  /** Whether a change is confirmed only if the gateway answers over the bridge. Without a gateway it has no effect. Default: `true`. Effect of a change: state only. */
  checkGateway?: pulumi.Input<boolean>;
}

/** What a HostBridge has once it is there. */
export interface HostBridgeOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it. */
  readonly adopt: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Name of the bridge on the host, at most 15 characters. */
  readonly name: pulumi.Output<string>;
  /** UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`). */
  readonly uuid: pulumi.Output<string>;
  /** The NIC or bond that becomes the bridge's port. */
  readonly nic: pulumi.Output<string>;
  /** VLAN of the NIC that becomes the bridge's port instead of the NIC itself: `<nic>.<vlan>`, created if it does not exist. The kernel must support VLANs. */
  readonly vlan: pulumi.Output<number | undefined>;
  /** Kind of bridge. `linux`: a bridge of the kernel; `openvswitch`: a switch of Open vSwitch, which must be installed. */
  readonly type: pulumi.Output<"linux" | "openvswitch" | undefined>;
  /** Datapath of Open vSwitch. `system`: in the kernel; `netdev`: in user space. */
  readonly datapath: pulumi.Output<"system" | "netdev" | undefined>;
  /** VLAN of the host's own addresses on an Open vSwitch bridge. Default: untagged. */
  readonly tag: pulumi.Output<number | undefined>;
  /** VLANs that the NIC carries into an Open vSwitch bridge, 0 for untagged frames. An empty list means all. */
  readonly trunks: pulumi.Output<number[] | undefined>;
  /** Network manager of the host. `auto`: the one that manages the NIC. */
  readonly manager: pulumi.Output<"auto" | "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown" | undefined>;
  /** Addresses of the bridge. `keep`: the addresses of the NIC move to the bridge, static or by DHCP, with their routes and name servers. Or a list of addresses with their prefix: `192.0.2.5/24`, `2001:db8::5/64`. */
  readonly addresses: pulumi.Output<"keep" | string[] | undefined>;
  /** Get an IPv4 address by DHCP. */
  readonly dhcp4: pulumi.Output<boolean | undefined>;
  /** Get an IPv6 address by DHCP. */
  readonly dhcp6: pulumi.Output<boolean | undefined>;
  /** Accept IPv6 router advertisements. */
  readonly acceptRa: pulumi.Output<boolean | undefined>;
  /** Gateway of the IPv4 default route. */
  readonly gateway: pulumi.Output<string | undefined>;
  /** Gateway of the IPv6 default route. */
  readonly gateway6: pulumi.Output<string | undefined>;
  /** Name servers. */
  readonly dns: pulumi.Output<string[] | undefined>;
  /** DNS search domains. */
  readonly search: pulumi.Output<string[] | undefined>;
  /** Spanning tree protocol. */
  readonly stp: pulumi.Output<boolean | undefined>;
  /** Seconds that a port listens and learns before it forwards. Only with `stp`. */
  readonly forwardDelay: pulumi.Output<number | undefined>;
  /** MTU of the bridge, bytes. */
  readonly mtu: pulumi.Output<number | undefined>;
  /** MAC address of the bridge. */
  readonly mac: pulumi.Output<string | undefined>;
  /** Seconds after which the host rolls a change back, unless a fresh connection has confirmed it. */
  readonly rollbackAfter: pulumi.Output<number | undefined>;
  /** Whether a change is confirmed only if the gateway answers over the bridge. Without a gateway it has no effect. */
  readonly checkGateway: pulumi.Output<boolean | undefined>;
  /** Network manager of the host: `systemd-networkd`, `NetworkManager`, `netplan` or `ifupdown`; empty for an adopted bridge. */
  readonly managedBy: pulumi.Output<string>;
  /** Addresses of global scope on the bridge, with their prefix. */
  readonly hostAddresses: pulumi.Output<string[]>;
  /** Gateway of the default route over the bridge; empty without one. */
  readonly hostGateway: pulumi.Output<string>;
  /** The bridge's MAC address. */
  readonly hardwareAddress: pulumi.Output<string>;
  /** Whether the bridge existed before this resource. Such a bridge is not changed, and not deleted. */
  readonly adopted: pulumi.Output<boolean>;
}
