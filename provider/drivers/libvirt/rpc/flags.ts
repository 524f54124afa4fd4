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
export const DomainDefine = { validate: 1 } as const;
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
/** Together with `Affect`. */
export const DomainMemory = { maximum: 4 } as const;
/** Together with `Affect`. */
export const DomainVcpu = { maximum: 4, guest: 8, hotpluggable: 16 } as const;
/** Together with `Affect`. */
export const DeviceModify = { force: 4 } as const;
export const MetadataType = { description: 0, title: 1, element: 2 } as const;
export const BlockResize = { bytes: 1 } as const;
export const BlockCommit = { shallow: 1, delete: 2, active: 4, relative: 8, bandwidthBytes: 16 } as const;
export const BlockJobAbort = { async: 1, pivot: 2 } as const;
export const BlockJobType = { unknown: 0, pull: 1, copy: 2, commit: 3, activeCommit: 4, backup: 5 } as const;
export const BlockJobStatus = { completed: 0, failed: 1, canceled: 2, ready: 3 } as const;
export const Console = { force: 1, safe: 2 } as const;
export const InterfaceAddressSource = { lease: 0, agent: 1, arp: 2 } as const;
export const AddressType = { ipv4: 0, ipv6: 1 } as const;
export const PasswordFlags = { encrypted: 1 } as const;
export const JobType = { none: 0, bounded: 1, unbounded: 2, completed: 3, failed: 4, cancelled: 5 } as const;
export const MemoryStat = {
  swapIn: 0,
  swapOut: 1,
  majorFault: 2,
  minorFault: 3,
  unused: 4,
  available: 5,
  actualBalloon: 6,
  rss: 7,
  usable: 8,
  lastUpdate: 9,
  diskCaches: 10,
} as const;
export const GuestInfo = {
  users: 1,
  os: 2,
  timezone: 4,
  hostname: 8,
  fileSystem: 16,
  disks: 32,
  interfaces: 64,
} as const;

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
/** `detail` of `DomainEvent.stopped`. */
export const StoppedDetail = {
  shutdown: 0,
  destroyed: 1,
  crashed: 2,
  migrated: 3,
  saved: 4,
  failed: 5,
  fromSnapshot: 6,
} as const;
/** `detail` of `DomainEvent.started`. */
export const StartedDetail = { booted: 0, migrated: 1, restored: 2, fromSnapshot: 3, wakeup: 4 } as const;
export const AgentState = { connected: 1, disconnected: 2 } as const;

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
export const NetworkDefine = { validate: 1 } as const;
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
export const NetworkEvent = { defined: 0, undefined: 1, started: 2, stopped: 3 } as const;

export const PoolState = { inactive: 0, building: 1, running: 2, degraded: 3, inaccessible: 4 } as const;
export const PoolBuild = { new: 0, repair: 1, resize: 2, noOverwrite: 4, overwrite: 8 } as const;
export const PoolCreate = { withBuild: 1, withBuildOverwrite: 2, withBuildNoOverwrite: 4 } as const;
export const PoolDelete = { normal: 0, zeroed: 1 } as const;
export const PoolDefine = { validate: 1 } as const;
export const StorageXml = { inactive: 1 } as const;
export const PoolEvent = { defined: 0, undefined: 1, started: 2, stopped: 3, created: 4, deleted: 5 } as const;
export const VolumeType = { file: 0, block: 1, directory: 2, network: 3, networkDirectory: 4, ploop: 5 } as const;
export const VolumeCreate = { preallocateMetadata: 1, reflink: 2, validate: 4 } as const;
export const VolumeResize = { allocate: 1, delta: 2, shrink: 4 } as const;
export const VolumeInfo = { physical: 1 } as const;
export const VolumeDelete = { zeroed: 1, withSnapshots: 2 } as const;
