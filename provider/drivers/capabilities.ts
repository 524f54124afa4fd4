/**
 * What a driver can do, as a static table: `check` and `diff` ask no host, so that a preview needs no way to one.
 */
export interface Capabilities {
  readonly poolTypes: readonly string[];
  readonly networkModes: readonly string[];
  readonly diskBuses: readonly string[];
  /** Device buses that take a disk while the guest runs. */
  readonly hotplugBuses: readonly string[];
  readonly firmware: readonly string[];
  readonly graphics: readonly string[];
  /** Changes of a running machine that the driver makes live. */
  readonly live: {
    readonly memory: boolean;
    readonly vcpusUp: boolean;
    readonly disks: boolean;
    readonly interfaces: boolean;
    readonly growDisk: boolean;
    readonly metadata: boolean;
  };
  readonly snapshots: { readonly stopped: boolean; readonly running: boolean };
}

const libvirt: Capabilities = {
  poolTypes: ["dir"],
  networkModes: ["nat", "routed", "isolated"],
  diskBuses: ["virtio", "scsi", "sata"],
  hotplugBuses: ["virtio", "scsi"],
  firmware: ["bios", "uefi"],
  graphics: ["vnc", "spice"],
  live: { memory: true, vcpusUp: true, disks: true, interfaces: true, growDisk: true, metadata: true },
  snapshots: { stopped: true, running: true },
};

export const capabilities = { libvirt } as const satisfies Record<string, Capabilities>;

/** Whether a disk can be plugged in and out of a running machine; a cdrom's media alone can be changed. */
export function isPluggable(buses: readonly string[], disk: { device?: unknown; bus?: unknown }): boolean {
  return disk.device !== "cdrom" && buses.includes(String(disk.bus ?? "virtio"));
}
