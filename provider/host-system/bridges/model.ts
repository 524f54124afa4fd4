import type { Mark } from "../../drivers/model";

export type ManagerName = "systemd-networkd" | "NetworkManager" | "netplan" | "ifupdown";

/** What the bridge gets of addresses in place of what the NIC had. */
export interface Addressing {
  /** With their prefix, `192.0.2.5/24`, of both families. */
  readonly addresses: readonly string[];
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** Whether router advertisements are heeded. */
  readonly acceptRa: boolean;
  readonly gateway?: string;
  readonly gateway6?: string;
  readonly dns: readonly string[];
  readonly search: readonly string[];
}

interface OpenvSwitch {
  /** `netdev`: in user space, where the kernel has no module of Open vSwitch. */
  readonly datapath: "system" | "netdev";
  /** VLAN of the host's own port; its frames are tagged on the NIC. */
  readonly tag?: number;
  /** VLANs that the NIC carries; empty: all. */
  readonly trunks: readonly number[];
}

export interface BridgeDefinition {
  readonly name: string;
  /** A NIC or a bond of the host. */
  readonly nic: string;
  /** The bridge is over `<nic>.<vlan>`, which is made where it is not there. */
  readonly vlan?: number;
  /** undefined: what the NIC has moves to the bridge as it is. */
  readonly addressing?: Addressing;
  readonly stp: boolean;
  /** Seconds; undefined: the kernel's own, 15. Only with `stp`. */
  readonly forwardDelay?: number;
  readonly mtu?: number;
  /** undefined: the NIC's, so that a DHCP server knows the host again. */
  readonly mac?: string;
  /** undefined: whatever manages the NIC. */
  readonly manager?: ManagerName;
  /** undefined: a bridge of the kernel. */
  readonly openvswitch?: OpenvSwitch;
}

/** How a change is armed. All in milliseconds. */
export interface Arming {
  /** From the arming to the host's own roll-back. */
  readonly rollbackAfter: number;
  /** Whether the gateway must answer over the bridge before the change is confirmed. */
  readonly checkGateway: boolean;
}

/** Which bridge this is of all; kept beside it on the host. */
export interface BridgeMark extends Mark {
  readonly uuid: string;
}

/** A file of the host; no content: it is not there. */
export interface HostFile {
  readonly path: string;
  readonly content?: string;
  /** Octal. */
  readonly mode: string;
  /** One of the user's, edited; else it is made by us alone. */
  readonly edited?: boolean;
}

/**
 * One configuration of the host's network: its files, and shell commands around them. A change from one to another is:
 * `down` of the old, files, `gone` of the old where it has what the new lacks, `up` of the new. Each may be run again.
 */
export interface Layout {
  readonly files: readonly HostFile[];
  /** While its files are in place, before they go. */
  readonly down: string;
  /** Once its files are in place: it becomes what runs. An exit code other than 0 is a failure. */
  readonly up: string;
  /** After its files went: what it made goes too. */
  readonly gone: string;
  /** At boot, where its files were put back before any network manager starts. */
  readonly boot: string;
}

/** What is found of the NIC and its manager, before anything is changed. */
export interface Original {
  readonly manager: ManagerName;
  /** The device that becomes the bridge's port: the NIC, or its VLAN. */
  readonly port: string;
  /** Whether the VLAN's device is made with the bridge. */
  readonly makesVlan: boolean;
  /** The NIC's MAC address. */
  readonly mac: string;
  /** Whether IPv4's, IPv6's default route goes over the port. */
  readonly gateway4: boolean;
  readonly gateway6: boolean;
  /** The configuration file of the port, or of the NIC where the VLAN is to be made; as the manager names it. */
  readonly file?: string;
  /** The manager's own name for it: NetworkManager's UUID, netplan's id. */
  readonly id?: string;
  /** The port's configuration as text, with everything that is merged into it. */
  readonly text?: string;
  /** IAID of the port's DHCP lease (RFC 4361), from which a server knows the host: 8 hexadecimal digits. */
  readonly iaid?: string;
  /** Files that the manager reads and that may have to be edited. */
  readonly files: readonly HostFile[];
}

/** Kept on the host beside a bridge, in /var/lib/windrose/bridges/NAME/record.json; an empty one is none. */
export interface BridgeRecord {
  readonly version: 1;
  readonly mark: BridgeMark;
  readonly definition: BridgeDefinition;
  readonly original: Original;
  /** The NIC as it was. */
  readonly plain: Layout;
  readonly bridge: Layout;
}

/** A bridge as the host has it. */
export interface BridgeState {
  readonly name: string;
  /** Ours, and how it was asked for; undefined: somebody else's. */
  readonly record?: BridgeRecord;
  readonly ports: readonly string[];
  readonly mac: string;
  readonly mtu: number;
  /** Of the kernel's bridge. */
  readonly stp?: boolean;
  /** Of global scope, with their prefix. */
  readonly addresses: readonly string[];
  readonly gateway?: string;
  readonly gateway6?: string;
  readonly openvswitch: boolean;
}
