import type * as pulumi from "@pulumi/pulumi";
import type {
  CommandArgs,
  CommandConnectionArgs,
  Host,
  HostArgs,
  Image,
  ImageArgs,
  KubernetesNodeArgs,
  Network,
  NetworkArgs,
  StoragePool,
  StoragePoolArgs,
  VirtualMachineArgs,
} from "../../provider/index";
import type { Overcommit } from "./capacity";
import type { KubernetesRequest } from "./kubernetes/request";
import type { GuestRequest, GuestSize, HostRequest, NetworkRequest, Role } from "./request";

/** A host of the lab, and what the lab's guests stand on there. */
export interface LabHostArgs extends HostRequest {
  /** The host, or what it is made with. Default: one whose connection is named by its key in `windrose:hosts`. */
  host?: Host | HostArgs;
  /** The pool for images, disks and seeds, or what it is made with. Default: a directory. */
  pool?: StoragePool | Omit<StoragePoolArgs, "host">;
  /** A network that is there already; each guest's address is reserved in it when the guest is made. Its subnet is `subnet`. */
  network?: Network;
  /** Images that are there already, by key; they go before those of the lab. */
  images?: Readonly<Record<string, Image>>;
}

/** The network that each host has, besides `ipv4` and `reservations`, which follow from subnet and guests. */
export type LabNetworkArgs = NetworkRequest & Omit<NetworkArgs, "host" | "mode" | "ipv4" | "reservations">;

/** What an image is made of, on each host that has guests of it. */
export type LabImageArgs = Omit<ImageArgs, "host" | "pool">;

/** A guest, and where it differs from the others. */
export interface LabGuestArgs extends GuestRequest {}

/** A cluster on the guests. */
export interface LabKubernetesArgs extends KubernetesRequest {}

/** The key for looking into guests, and how long they have. */
export interface LabCheckArgs
  extends Pick<CommandConnectionArgs, "identityFile" | "agent" | "privateKey" | "passphrase"> {
  /** Seconds for cloud-init to come to its end once ssh answers. Default: 900. */
  timeout?: number;
}

/** Arguments of a child just before it is made; what the function gives back is used in their place. */
export type Transform<Args> = (args: Args, name: string) => Args;

/**
 * Arguments of a KubernetesLab. Names, addresses, sizes and counts are plain values, so that the whole plan is known, and
 * checked, at each preview.
 */
export interface KubernetesLabArgs extends GuestSize {
  /** The hosts by key. A guest names its host by the key, or is placed by its own name. */
  hosts: Readonly<Record<string, LabHostArgs>>;
  /** Subnet of the guests, where there is one host: `172.17.2.0/24`. With several, each has its own. */
  subnet?: string;
  /** The host's own address in `subnet`. Default: the first. */
  gateway?: string;
  /** The network of each host that passes none in. Default: NAT. */
  network?: LabNetworkArgs;
  /**
   * Images by key: what guests' root disks are made from. One is made on a host as soon as a guest there uses it, and goes
   * with its last guest. To roll out a new image, add it under a key of its own and give it to one guest after another.
   */
  images: Readonly<Record<string, LabImageArgs>>;
  /** Key of the image of guests that name none. Another one replaces them all; with `kubernetes` the first control plane refuses to go. Default: the only one. */
  image?: string;
  /**
   * The guests. Control planes come first in all outputs, each role in the order of this list. Adding one, or taking one
   * away, changes nothing about the others.
   */
  guests: readonly LabGuestArgs[];
  /**
   * Guests are made and changed one after another, each as soon as the one before it is ready: so a change that replaces
   * or restarts them all takes down one at a time. Default: false, all at once; with `kubernetes` true.
   */
  rolling?: boolean;
  /** How far a host's CPUs, memory and disk may be promised beyond what it has. Default: 4, 1 and 2 times. */
  overcommit?: Overcommit;
  /**
   * Public keys that the guests let in: lines of authorized_keys(5), or files (`~/.ssh/id_ed25519.pub`, `/…`, `./…`).
   */
  sshKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /** The user whom the keys let in. Any other than root is made, and may do all by sudo. Default: root. */
  user?: string;
  /** Certificates that the guests trust: PEM text, or files (`~/ca.crt`, `/…`, `./…`). */
  caCertificates?: readonly string[];
  /**
   * Guests are made ready for kubeadm by cloud-init: swap off, kernel modules and sysctls, Python, certificates; then
   * cloud-init is disabled, so that later changes of `cloudInit`, keys and certificates reach only guests that are
   * made anew. false: for guests without cloud-init. Default: true.
   */
  prepare?: boolean;
  /**
   * A guest counts as ready when a script has looked, over ssh and the host's connection, that cloud-init has come to its
   * end and that kubeadm will find what it asks for. The login is by the keys of the host's connection, your ssh agent and
   * your own default keys, or those that are said here; one of them must be among `sshKeys`. false: for those who have
   * no key at hand, as a pipeline that makes guests for others; a guest is ready then when its ssh answers. Default: true,
   * where guests are prepared.
   */
  check?: boolean | LabCheckArgs;
  /**
   * A cluster of the guests, made and changed by kubeadm: a worker is drained before it goes, is replaced or restarts, and
   * versions are upgraded node by node. Default: none, the guests are ready for one.
   */
  kubernetes?: LabKubernetesArgs;
  /**
   * Arguments of every guest besides those that follow from the rest: boot, wait, restart, cloudInit and so on. With
   * `kubernetes`, `restart` is `"now"` by default: the guest's node is drained before, and takes pods again after it.
   */
  machine?: Partial<Omit<VirtualMachineArgs, "host" | "disks" | "interfaces">>;
  /** The last word on each child's arguments. */
  transform?: {
    host?: Transform<HostArgs>;
    pool?: Transform<StoragePoolArgs>;
    image?: Transform<ImageArgs>;
    network?: Transform<NetworkArgs>;
    guest?: Transform<VirtualMachineArgs>;
    check?: Transform<CommandArgs>;
    node?: Transform<KubernetesNodeArgs>;
  };
}

/** A guest as it can be reached. */
export interface GuestAccess {
  readonly name: string;
  readonly role: Role;
  /** Key of its host. */
  readonly host: string;
  readonly address: string;
  /** The command that logs in. */
  readonly ssh: string;
}
