import type * as pulumi from "@pulumi/pulumi";
import type {
  Host,
  HostArgs,
  Image,
  ImageArgs,
  Network,
  NetworkArgs,
  StoragePool,
  StoragePoolArgs,
  VirtualMachineArgs,
} from "../../provider/index";
import type { GuestRequest } from "./plan";

/** How large guests are. */
export interface GuestSize {
  /** Virtual CPUs. Default: 1. */
  vcpus?: VirtualMachineArgs["vcpus"];
  /** Virtual CPUs that a guest can have without a restart. Default: `vcpus`. */
  maxVcpus?: VirtualMachineArgs["maxVcpus"];
  /** Memory. Default: 1GiB. */
  memory?: VirtualMachineArgs["memory"];
  /** Memory that a guest can have without a restart. Default: `memory`. */
  maxMemory?: VirtualMachineArgs["maxMemory"];
  /** Size of the root disk, at least the image's. Default: the image's. */
  diskSize?: pulumi.Input<string>;
}

/** A guest, and where it differs from the others. */
export interface GuestArgs extends GuestRequest, GuestSize {}

/** Arguments of a child just before it is made; what the function gives back is used in their place. */
export type Transform<Args> = (args: Args, name: string) => Args;

export interface GuestGroupArgs extends GuestSize {
  /** The host, or what it is made with. Default: one whose connection is named like the group in `windrose:hosts`. */
  host?: Host | HostArgs;
  /** The pool for image, disks and seeds, or what it is made with. Default: a directory. */
  pool?: StoragePool | Omit<StoragePoolArgs, "host">;
  /** The image that all root disks are made from, or what it is made with. */
  image: Image | Omit<ImageArgs, "host" | "pool">;
  /**
   * The network, or what it is made with besides `ipv4` and `reservations`, which follow from `subnet` and `guests`. In a
   * network that is passed in, each guest's address is reserved when the guest is made. Default: NAT.
   */
  network?: Network | Omit<NetworkArgs, "host" | "ipv4" | "reservations">;
  /** Subnet of the guests: `172.17.2.0/24`; that of `network` where one is passed in. */
  subnet: string;
  /** The host's own address in the subnet. Default: the first. */
  gateway?: string;
  /**
   * The guests. One without an `address` gets the next free one in the order of the list: append new guests, or give
   * addresses, and none of the others moves.
   */
  guests: readonly GuestArgs[];
  /** Public keys that the guests let in. */
  sshKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /** The user that the ssh commands name. Default: root. */
  user?: string;
  /** What the ssh commands go through to reach the guests: `root@anemoi`. Default: nothing. */
  proxyJump?: string;
  /** Arguments of every guest besides those that follow from the rest: boot, wait, restart, cloudInit and so on. */
  machine?: Partial<Omit<VirtualMachineArgs, "host" | "disks" | "interfaces">>;
  /** The last word on each child's arguments. */
  transform?: {
    host?: Transform<HostArgs>;
    pool?: Transform<StoragePoolArgs>;
    image?: Transform<ImageArgs>;
    network?: Transform<NetworkArgs>;
    guest?: Transform<VirtualMachineArgs>;
  };
}

/** A guest as it can be reached. */
export interface GuestAccess {
  readonly name: string;
  readonly address: string;
  /** The command that logs in. */
  readonly ssh: string;
}
