import type { Family, SettingValue, Unit } from "./preparation/model";

/**
 * What a driver tells the host's system of its hypervisor, since the system itself knows none. Shell in a profile is run as
 * root by sh(1), in a subshell, so it may use `exit`; it must not wait.
 */
export interface HostProfile {
  readonly packages: PackageProfile;
  readonly services: ServiceProfile;
  readonly guests: GuestProfile;
  readonly networks: NetworkProfile | undefined;
  /** Units that start only once the firewall's table is loaded, and stop before it goes. */
  readonly afterFirewall: readonly string[];
  /** Files of the hypervisor's own settings, in which a program may set some. */
  readonly settings: SettingsProfile | undefined;
  readonly apparmor: AppArmorProfile | undefined;
  readonly virtualization: VirtualizationProfile;
}

/**
 * The profile of a host's own driver, and those of all drivers there are. Whatever is removed or stopped, the guests and
 * networks of every hypervisor on the host count.
 */
export interface HostProfiles {
  readonly own: HostProfile;
  readonly all: readonly HostProfile[];
}

/** The distribution's names of the packages for one purpose. */
export interface PackageGroup extends Readonly<Record<Family, readonly string[]>> {
  /** Where hosts of this architecture have other packages. */
  readonly aarch64?: Partial<Readonly<Record<Family, readonly string[]>>>;
}

export interface PackageProfile {
  /** By what they are for; users ask for them by these names. */
  readonly groups: Readonly<Record<string, PackageGroup>>;
  /** The groups that `packages: "auto"` stands for, beside those that the system needs itself. */
  readonly usual: readonly string[];
}

/** A service of the hypervisor's own, and the unit by which it begins with the host: itself, or its socket. */
export interface OwnService {
  readonly service: string;
  readonly begins: string;
}

/** The hypervisor's own services, which run where `packages` has `auto` and `services` says nothing. */
export interface ServiceProfile {
  /** All that may have to run, before it is known what the packages bring. */
  readonly candidates: readonly string[];
  /** Units that come with those, and that an earlier package may have left: how they are is remembered before others are installed. */
  readonly companions: readonly string[];
  /** Units that are observed before `choose` is called. */
  readonly deciding: readonly string[];
  /**
   * Those that are to run on a host that has the packages.
   * @param claimed Whether a Host has claimed a unit: what was chosen once is not chosen again because somebody stopped it.
   */
  choose(units: ReadonlyMap<string, Unit>, claimed: (unit: string) => boolean): readonly OwnService[];
}

/** What guests run under: none of it is removed or stopped while there are guests. */
export interface GuestProfile {
  /** Shell that exits with 0 while guests run. */
  readonly running: string;
  needPackage(name: string): boolean;
  needUnit(unit: string): boolean;
}

/** Networks that the hypervisor makes, and what they leave behind. */
export interface NetworkProfile {
  /** Shell that exits with 0 while a network is up. */
  readonly running: string;
  /** Shell that exits with 0 where a network needs the host to route, having printed its name for people. */
  readonly forwarding: string;
  /** Whether a unit makes firewall rules for networks, which stay when it stops. */
  leavesRules(unit: string): boolean;
  /** Tables of nftables that hold such rules: `ip nat`. */
  readonly tables: readonly string[];
  /** Extended regular expressions of the lines that `nft list table` has for a table that holds nothing else. */
  readonly emptyTable: readonly string[];
}

export interface SettingsProfile {
  /**
   * Where a file is by its name. Claims hold the name, so it never changes, and no two drivers have the same name for
   * different files.
   */
  path(file: string): string;
  /** The value as it is written in a file; undefined where it can't be. */
  literalOf(value: SettingValue): string | undefined;
  /** The value of what is written in a file; the text itself where it is none that `literalOf` writes. */
  valueIn(literal: string): SettingValue;
  /** A key's entry in the text of a file: its whole text, and its value as it is written. */
  find(text: string, key: string): { readonly text: string; readonly literal: string } | undefined;
  /** The text with a key set. `text` undefined: there is no file. */
  withSetting(text: string | undefined, key: string, literal: string): string;
  /** The text with a key's entry as it was before, or without one; undefined where the file is to be removed. */
  withoutSetting(text: string, key: string, before: string | undefined): string | undefined;
  /** Units that read a file only when they start. */
  readersOf(file: string): readonly string[];
  /** What systemctl does to one of those for it to read its settings again while guests run; undefined: it is none. */
  rereadBy(unit: string): "try-restart" | "try-reload-or-restart" | undefined;
}

/** Local parts of AppArmor's profiles, in which directories can be allowed to guests. */
export interface AppArmorProfile {
  /** For people: `AppArmor's profiles of …`. */
  readonly called: string;
  /** Each part, and the rights that it gives in a directory. */
  readonly parts: readonly { readonly path: string; readonly rights: string }[];
  /** The profile that has to be loaded again after a change; others are loaded as a guest starts. */
  readonly reload: string;
}

/** How it is told whether guests can run on the host's own CPU. */
export interface VirtualizationProfile {
  /** Shell that prints what `lack` reads; it is run as the connection's user, with the commands that read the host's facts. */
  readonly script: string;
  /** What the host lacks for it; undefined: nothing. */
  lack(printed: string): VirtualizationLack | undefined;
}

export interface VirtualizationLack {
  /** `it has no …` */
  readonly why: string;
  /** What becomes of guests then: `guests are …`. */
  readonly effect: string;
}
