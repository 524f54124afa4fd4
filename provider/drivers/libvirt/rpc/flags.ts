/**
 * Flags and enumerations of libvirt's public headers (include/libvirt/libvirt-domain.h, -domain-snapshot.h,
 * -network.h, -storage.h). Flags of one group are combined with `|`.
 */

/** What a change acts on. `current` is whatever state the domain is in. */
export const Affect = { current: 0, live: 1, config: 2 } as const;

export const DomainState = {
  none: 0,
  running: 1,
  blocked: 2,
  paused: 3,
  shutdown: 4,
  shutoff: 5,
  crashed: 6,
  suspended: 7,
} as const;

/** `secure` includes passwords; `inactive` is the stored definition of a running domain. */
export const DomainXml = { secure: 1, inactive: 2, updateCpu: 4, migratable: 8 } as const;
export const DomainStart = {
  paused: 1,
  autodestroy: 2,
  bypassCache: 4,
  forceBoot: 8,
  validate: 16,
  resetNvram: 32,
} as const;
export const DomainShutdown = { default: 0, acpi: 1, agent: 2, initctl: 4, signal: 8, paravirt: 16 } as const;
export const DomainDestroy = { graceful: 1, removeLogs: 2 } as const;
export const DomainUndefine = {
  managedSave: 1,
  snapshotsMetadata: 2,
  nvram: 4,
  keepNvram: 8,
  checkpointsMetadata: 16,
  /** Since libvirt 8.9. */
  tpm: 32,
  /** Since libvirt 8.9. */
  keepTpm: 64,
} as const;
export const MetadataType = { description: 0, title: 1, element: 2 } as const;
export const BlockResize = { bytes: 1 } as const;
export const Console = { force: 1, safe: 2 } as const;
export const InterfaceAddressSource = { lease: 0, agent: 1, arp: 2 } as const;

export const DomainEvent = {
  defined: 0,
  undefined: 1,
  started: 2,
  suspended: 3,
  resumed: 4,
  stopped: 5,
  shutdown: 6,
  suspendedByGuest: 7,
  crashed: 8,
} as const;

export const SnapshotCreate = {
  redefine: 1,
  current: 2,
  noMetadata: 4,
  halt: 8,
  diskOnly: 16,
  reuseExternal: 32,
  quiesce: 64,
  atomic: 128,
  live: 256,
  validate: 512,
} as const;
export const SnapshotRevert = { running: 1, paused: 2, force: 4, resetNvram: 8 } as const;
export const SnapshotDelete = { children: 1, metadataOnly: 2, childrenOnly: 4 } as const;

export const NetworkXml = { inactive: 1 } as const;
export const NetworkUpdateCommand = { modify: 1, delete: 2, addLast: 3, addFirst: 4 } as const;
export const NetworkUpdateSection = {
  bridge: 1,
  domain: 2,
  ip: 3,
  dhcpHost: 4,
  dhcpRange: 5,
  forward: 6,
  forwardInterface: 7,
  forwardPf: 8,
  portgroup: 9,
  dnsHost: 10,
  dnsTxt: 11,
  dnsSrv: 12,
} as const;

export const PoolState = { inactive: 0, building: 1, running: 2, degraded: 3, inaccessible: 4 } as const;
export const VolumeCreate = { preallocateMetadata: 1, reflink: 2, validate: 4 } as const;
