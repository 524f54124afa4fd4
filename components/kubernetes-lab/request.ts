import type { Capacity, Overcommit } from "./capacity";
import type { KubernetesRequest, NodeRequest } from "./kubernetes/request";

/** What a lab is asked to be, as far as the plan needs it. */

export type Role = "controlPlane" | "worker";

/** How large guests are. */
export interface GuestSize {
  /** Virtual CPUs. Default: 1. */
  readonly vcpus?: number;
  /** Virtual CPUs that a guest can have without a restart. Default: `vcpus`. */
  readonly maxVcpus?: number;
  /** Memory, with a unit: `2GiB`. Default: 1GiB. */
  readonly memory?: string;
  /** Memory that a guest can have without a restart. Default: `memory`. */
  readonly maxMemory?: string;
  /** Size of the root disk, at least the image's; it grows while the guest runs. Default: the image's. */
  readonly diskSize?: string;
}

/** A guest, and where it differs from the others. */
export interface GuestRequest extends GuestSize, NodeRequest {
  /** Its host name (RFC 1123), and the last part of its resource's name: 1 to 20 lowercase letters, digits and dashes. */
  readonly name: string;
  /** What it is in the cluster. Default: worker. */
  readonly role?: Role;
  /** Key of the host that it stands on. Default: follows from its name and the hosts, whoever else is there. */
  readonly host?: string;
  /** IPv4 address inside its host's subnet. Default: follows from its name, whoever else is there. */
  readonly address?: string;
  /** Key of its image. Another one replaces the guest. Default: the lab's `image`. */
  readonly image?: string;
}

export interface HostRequest {
  /** Subnet of its guests. Default: the lab's, where it has one host. */
  readonly subnet?: string;
  /** The host's own address in the subnet; in a bridged lab, the router's. Default: the first. */
  readonly gateway?: string;
  /**
   * What the plan may count on before the host is known: too small for its guests is refused at each preview. What the
   * host and its pool turn out to have is compared as well, as soon as it is known, and before a guest is made.
   */
  readonly capacity?: Capacity;
  /** What ssh goes through to reach its guests: `root@anemoi`. */
  readonly proxyJump?: string;
}

/** What is known of a host besides. */
interface HostFacts {
  /** Its own address, where its connection names one. */
  readonly address?: string;
  /** Its network was there before the lab. */
  readonly ownNetwork?: boolean;
}

export interface NetworkRequest {
  /**
   * `nat`, `routed`, `isolated`: each host has a network and a subnet of its own. `bridge`: all guests are in one subnet,
   * plugged into a bridge that each host has. Default: nat.
   */
  readonly mode?: "nat" | "routed" | "isolated" | "bridge";
}

export interface LabRequest extends GuestSize {
  /** The lab's own name, before that of everything it makes. */
  readonly name: string;
  /** MAC addresses derive from them. */
  readonly project: string;
  readonly stack: string;
  readonly hosts: Readonly<Record<string, HostRequest & HostFacts>>;
  readonly network?: NetworkRequest;
  readonly subnet?: string;
  readonly gateway?: string;
  /** Keys of the images that guests may name. */
  readonly images: readonly string[];
  /** Key of the image of guests that name none. Default: the only one. */
  readonly image?: string;
  readonly guests: readonly GuestRequest[];
  readonly kubernetes?: KubernetesRequest;
  readonly overcommit?: Overcommit;
  readonly user?: string;
  /** Undefined where one is not known yet. */
  readonly sshKeys?: readonly (string | undefined)[];
  /** Texts of certificates. */
  readonly caCertificates?: readonly string[];
}
