/** What a host is to be prepared with, in plain terms. Everything here was checked by the field table before. */
export interface WantedPreparation {
  /** Names of the table in packages.ts, `auto` for its usual ones, or the distribution's own names. */
  readonly packages: readonly string[];
  /** A name of the table → the distribution's name, where it is another than the table's. */
  readonly packageNames: Readonly<Record<string, string>>;
  /** undefined: libvirt's own, where `packages` has `auto`; else none. */
  readonly services: Readonly<Record<string, ServiceState>> | undefined;
  /** User → groups. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** Name → value, forwarding included. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly modules: readonly string[];
  readonly firewall: readonly FirewallBridge[];
  readonly files: readonly WantedFile[];
  /** File of /etc/libvirt → key → value as it stands in the file. */
  readonly libvirt: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Directories that guests may use, whatever AppArmor's profiles of libvirt say. */
  readonly apparmorPaths: readonly string[];
}

export const nothingWanted: WantedPreparation = {
  packages: [],
  packageNames: {},
  services: undefined,
  users: {},
  sysctl: {},
  modules: [],
  firewall: [],
  files: [],
  libvirt: {},
  apparmorPaths: [],
};

export interface ServiceState {
  readonly enabled?: boolean;
  readonly running?: boolean;
}

export interface FirewallBridge {
  readonly bridge: string;
  /** In CIDR notation, the network's own address: `172.17.2.0/24`. */
  readonly subnets: readonly string[];
  readonly masquerade: boolean;
}

export interface WantedFile {
  readonly path: string;
  readonly content: string;
  /** Octal, four digits. */
  readonly mode: string;
  /** `user:group` */
  readonly owner: string;
  readonly adopt: boolean;
}

/** Who wants something of the host. */
export interface Holder {
  /** The lineage of the Host resource. */
  readonly lineage: string;
  /** For people. */
  readonly project: string;
  readonly stack: string;
  readonly urn: string;
}

/** What stands on the host of what was asked for: the same shape, with what is missing or otherwise left out or changed. */
export interface ActualPreparation {
  /** Of the packages asked for, those that are there, by the names by which they were asked for. */
  readonly packages: readonly string[];
  /** The others. */
  readonly missingPackages: readonly string[];
  /** By the names by which they were asked for; libvirt's own without their suffix. */
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly users: Readonly<Record<string, readonly string[]>>;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly modules: readonly string[];
  readonly firewall: readonly FirewallBridge[];
  readonly files: readonly Omit<WantedFile, "adopt">[];
  readonly libvirt: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly apparmorPaths: readonly string[];
}

/** What can be claimed. The order is the one in which things are brought about; they are taken back in reverse. */
export const kinds = [
  "package",
  "module",
  "sysctl",
  "member",
  "setting",
  "file",
  "apparmor",
  "enabled",
  "running",
  "firewall",
] as const;
export type Kind = (typeof kinds)[number];

/** One thing of the host that can be claimed, `sysctl net.ipv4.ip_forward`. */
export interface Thing {
  readonly kind: Kind;
  /** Parts by a blank: `network.conf firewall_backend`, `ada libvirt`, `kvmbr0 172.17.2.0/24`. */
  readonly name: string;
}

export interface WantedThing extends Thing {
  readonly value: string;
  /** A file's content. */
  readonly file?: WantedFile;
}

export const keyOf = (thing: Thing): string => `${thing.kind} ${thing.name}`;

/** What a file was before, or is. */
export interface FileState {
  readonly content: Buffer;
  readonly mode: string;
  readonly owner: string;
}
