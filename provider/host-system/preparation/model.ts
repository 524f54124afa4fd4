/** What a host is to be prepared with, in plain terms. Everything here was checked by the field table before. */
export interface WantedPreparation {
  /** Names of groups (`PackageGroup`), `auto` for the usual ones, or the distribution's own names. */
  readonly packages: readonly string[];
  /** A group's name → the distribution's name, where it is another than the group's. */
  readonly packageNames: Readonly<Record<string, string>>;
  /** undefined: the hypervisor's own, where `packages` has `auto`; else none. */
  readonly services: Readonly<Record<string, ServiceState>> | undefined;
  /** User → groups. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** Name → value, forwarding included. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly modules: readonly string[];
  readonly firewall: readonly FirewallBridge[];
  readonly files: readonly WantedFile[];
  /** File of the hypervisor's settings → key → value. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, SettingValue>>>>;
  /** Directories that guests may use, beside those that AppArmor's profiles of the hypervisor allow. */
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
  settings: {},
  apparmorPaths: [],
};

export function isWanted(wanted: WantedPreparation): boolean {
  return (
    [wanted.packages, wanted.modules, wanted.firewall, wanted.files, wanted.apparmorPaths].some(
      (all) => all.length > 0,
    ) ||
    [wanted.services ?? {}, wanted.users, wanted.sysctl, wanted.settings].some((all) => Object.keys(all).length > 0)
  );
}

/** A value in a file of the hypervisor's settings. */
export type SettingValue = string | number | boolean | readonly (string | number)[];

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

/** What the host has of what is wanted: the same shape, with what is missing or different left out or changed. */
export interface ActualPreparation {
  /** Of the packages asked for, those that are there, by the names by which they were asked for. */
  readonly packages: readonly string[];
  /** The others. */
  readonly missingPackages: readonly string[];
  /** By the names by which they were asked for; the hypervisor's own without their suffix. */
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly users: Readonly<Record<string, readonly string[]>>;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly modules: readonly string[];
  readonly firewall: readonly FirewallBridge[];
  readonly files: readonly Omit<WantedFile, "adopt">[];
  readonly settings: Readonly<Record<string, Readonly<Record<string, SettingValue>>>>;
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
  /** Parts by a blank: `network.conf firewall_backend`, `ada adm`, `br0 172.17.2.0/24`. */
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

/** What systemd knows of a unit, and of what a call of systemctl for it does to others. */
export interface Unit {
  /** Whether systemd knows it. */
  readonly loaded: boolean;
  /** `enabled`, `disabled`, `static`, `masked`, … (systemctl(1), is-enabled). */
  readonly file: string;
  /** Whether it runs, or begins to run when somebody comes: one of the sockets that start it listens. */
  readonly running: boolean;
  /** Whether it runs itself. */
  readonly active?: boolean;
  /** Units that start it. */
  readonly triggers?: readonly string[];
  /** Units that are enabled and disabled together with it (`Also=`). */
  readonly also?: readonly string[];
  /** Units that start with it, and whose stop stops it. */
  readonly requires?: readonly string[];
  /** Units that start with it. */
  readonly wants?: readonly string[];
  /** Units that stop as it starts. */
  readonly conflicts?: readonly string[];
  /** Units that stop as it stops. */
  readonly dependents?: readonly string[];
  /** Symbolic links that enable it: path → where it leads. */
  readonly links?: Readonly<Record<string, string>>;
}

/** Distributions that have packages and their tools in common. */
export type Family = "debian" | "fedora" | "arch" | "suse";
