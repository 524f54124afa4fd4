import type { AppArmorProfile, HostProfile, SettingsProfile } from "../host-system/profile";
import type { Transport } from "../transports/transport";
import type { Features } from "./features";
import type { Hypervisor, NetworkSection, SnapshotSection } from "./hypervisor";

/**
 * A driver: one folder with one exported object of this type, which the registry names. It is loaded with the
 * provider, in previews too, so what it imports must be light; `open` loads the rest.
 */
export interface Driver<F extends Features = Features> {
  /** As states and errors have it: `libvirt`. */
  readonly name: string;
  /** Schemes of its URIs, without `+ssh`: `qemu`. The first is the one that hints show. */
  readonly schemes: readonly [string, ...string[]];
  readonly features: F;
  /** The hypervisor as tools on the host name it, from a URI's scheme and path: `qemu:///system`. Throws `invalid-input`. */
  uri(scheme: string, path: string): string;
  readonly hints: DriverHints;
  /** What a host has and needs for the hypervisor: packages, services, what guests run under. */
  readonly host: HostProfileOf<F>;
  /** Nothing is connected until the first call. The transport stays the caller's. `hosts`: the profiles of all drivers. */
  open(transport: Transport, uri: string, hosts: readonly HostProfile[]): HypervisorOf<F>;
}

/** What to do, in the driver's own commands. Each is a sentence, or several. */
export interface DriverHints {
  /** The hypervisor does not answer, although the host does. */
  readonly unavailable: string;
  /** How to look at a machine's console on its host, and how to restart it there. */
  stuck(uri: string, machine: string): string;
  /** A URI of another machine, for examples: `qemu+ssh://root@ADDRESS/system`. */
  readonly exampleUri: string;
}

/** The optional sections follow the features: who says that it has networks must have the section. */
export type HypervisorOf<F extends Features> = Hypervisor &
  (F["networkModes"] extends readonly [] ? { readonly networks?: undefined } : { readonly networks: NetworkSection }) &
  (F["snapshots"] extends { readonly stopped: false; readonly running: false }
    ? { readonly snapshots?: undefined }
    : { readonly snapshots: SnapshotSection });

/** As the features say: who has files of settings, or AppArmor's profiles for guests, must describe them. */
type HostProfileOf<F extends Features> = HostProfile &
  (F["hostSettings"] extends false ? { readonly settings: undefined } : { readonly settings: SettingsProfile }) &
  (F["guestProfiles"] extends false ? { readonly apparmor: undefined } : { readonly apparmor: AppArmorProfile });
