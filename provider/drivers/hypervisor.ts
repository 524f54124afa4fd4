import type { Readable } from "node:stream";
import { WindroseError } from "../basics/errors";
import type { Work } from "../basics/work";
import type { FetchOwner } from "../host-system/downloads/owner";
import type { HostSystem } from "../host-system/system";
import type { Transport } from "../transports/transport";
import type { Features } from "./features";
import type {
  DiskDefinition,
  GraphicsDefinition,
  HostStatus,
  HypervisorFacts,
  InterfaceDefinition,
  Lease,
  MachineDefinition,
  MachineFile,
  MachineState,
  Mark,
  NetworkDefinition,
  NetworkState,
  PoolDefinition,
  PoolState,
  PowerState,
  Reservation,
  SnapshotDefinition,
  SnapshotState,
  VolumeDefinition,
  VolumeNote,
  VolumeRef,
  VolumeState,
} from "./model";

export type { HostSystem } from "../host-system/system";

/**
 * The seam: what a driver must do, in sections. A driver imports nothing of Pulumi. `find…` answers undefined on the
 * hypervisor's typed not-found alone; every other failure is a WindroseError. Whatever is already as asked is no error:
 * each call may be made again after a cut. Work on one pool or one network is queued by the driver; the rest runs in
 * parallel on one connection. Every call is bounded in time.
 */
export interface Hypervisor {
  /** The driver's name. */
  readonly driver: string;
  readonly features: Features;
  /** The hypervisor as tools on the host itself name it: `qemu:///system`. */
  readonly uri: string;
  readonly transport: Transport;
  /** The operating system: it needs no hypervisor. */
  readonly system: HostSystem;
  readonly host: HostSection;
  readonly pools: PoolSection;
  readonly volumes: VolumeSection;
  readonly machines: MachineSection;
  /** There, exactly where the features have modes of networks. */
  readonly networks?: NetworkSection;
  /** There, exactly where the features have snapshots. */
  readonly snapshots?: SnapshotSection;
  /**
   * Ids of the machines that the connection may lead to (machine-id(5)): one, or all of a cluster. Another machine behind the
   * same address is an error, which nothing but this tells.
   */
  machineIds(): Promise<readonly string[]>;
  /** Begins to connect, where calls will follow: what fails here fails again in the first of them. */
  connect(): void;
  close(): Promise<void>;
}

export interface HostSection {
  facts(): Promise<HypervisorFacts>;
  status(): Promise<HostStatus>;
}

export interface PoolSection {
  find(uuid: string): Promise<PoolState | undefined>;
  findByName(name: string): Promise<PoolState | undefined>;
  /** Whether the path is there already on the host, before anything makes it. */
  pathExists(path: string): Promise<boolean>;
  /** Stores the definition, makes its directory, starts it. */
  define(definition: PoolDefinition): Promise<void>;
  start(uuid: string): Promise<void>;
  setAutostart(uuid: string, autostart: boolean): Promise<void>;
  /** Sets owner, group and mode of the pool's directory, in the definition too. */
  setPermissions(definition: PoolDefinition): Promise<void>;
  volumes(uuid: string): Promise<VolumeState[]>;
  /** Stops and undefines it; `removeDirectory`: and removes its directory, if empty. */
  remove(uuid: string, removeDirectory: boolean): Promise<void>;
}

export interface VolumeSection {
  find(pool: string, name: string): Promise<VolumeState | undefined>;
  findByPath(path: string): Promise<VolumeState | undefined>;
  /** Where a volume is, or will be, as definitions of machines have it (`VolumeState.path`). Fails with `not-found` without its pool. */
  pathOf(volume: VolumeRef): Promise<string>;
  /** Makes an empty volume. Fails with `no-space` where the pool can't hold what is allocated. */
  create(definition: VolumeDefinition): Promise<VolumeState>;
  /** Makes a layer above a volume, which it needs from then on. */
  clone(definition: VolumeDefinition, from: VolumeRef): Promise<VolumeState>;
  /** Makes a full, independent copy of a volume, then grows it to `definition.capacity`. */
  copy(definition: VolumeDefinition, from: VolumeRef, work: Work): Promise<VolumeState>;
  /** Grows a volume. One that a running machine has open is grown through the machine, so that the guest sees it. */
  grow(pool: string, name: string, capacity: number): Promise<void>;
  setPermissions(
    pool: string,
    name: string,
    permissions: { owner?: number; group?: number; mode?: string },
  ): Promise<void>;
  /** Writes a volume's content from here. The volume is made first, and deleted again if the upload fails. */
  upload(definition: VolumeDefinition, source: Readable, size: number, work: Work): Promise<VolumeState>;
  /**
   * Has the host itself fetch a URL into a volume: under a temporary name beside it, resumed after a cut where the file
   * is sure to be the same, verified by `checksum`, then renamed. Fails with `download-failed`, `checksum-mismatch`, `no-space`.
   */
  fetch(request: FetchRequest, work: Work): Promise<VolumeState>;
  /**
   * Deletes what unfinished fetches left in a pool: those of a resource, or of a whole lineage. Does nothing without
   * root's rights, without which nothing is fetched.
   */
  forget(pool: string, owner: Pick<FetchOwner, "lineage"> & Partial<FetchOwner>): Promise<void>;
  /** The text of a small file at a URL (SHA256SUMS), as the host sees it. At most 1 MiB. */
  fetchText(url: string, work: Work): Promise<string>;
  /** A small volume's content; of a larger one its first `limit` bytes. */
  content(pool: string, name: string, limit: number): Promise<Buffer>;
  /** Digest of a volume's content, read on the host. */
  checksum(pool: string, name: string, algorithm: "sha256" | "sha512", work: Work): Promise<string>;
  /** Machines (by UUID) whose stored or running definition has the volume, or a layer above it, as a disk. */
  users(volume: VolumeRef): Promise<string[]>;
  /** Volumes of the same pool that are layers above this one. */
  dependents(volume: VolumeRef): Promise<VolumeState[]>;
  /** Notes outlive the volume; `clearNotes` takes those of a whole pool away. Notes are no volumes to `find` and `volumes`. */
  note(volume: VolumeRef, note: VolumeNote): Promise<void>;
  noted(volume: VolumeRef, note: VolumeNote): Promise<boolean>;
  unnote(volume: VolumeRef, note: VolumeNote): Promise<void>;
  clearNotes(pool: string): Promise<void>;
  delete(pool: string, name: string): Promise<void>;
}

export interface FetchRequest {
  pool: string;
  name: string;
  url: string;
  checksum?: { algorithm: "sha256" | "sha512"; digest: string };
  /** How the file is packed: it is unpacked after it was verified. */
  decompress?: "gzip" | "xz" | "zstd" | "bzip2";
  owner?: FetchOwner;
}

export interface NetworkSection {
  find(uuid: string): Promise<NetworkState | undefined>;
  findByName(name: string): Promise<NetworkState | undefined>;
  /** Stores the definition and starts it. */
  define(definition: NetworkDefinition): Promise<void>;
  start(uuid: string): Promise<void>;
  setAutostart(uuid: string, autostart: boolean): Promise<void>;
  /** Rewrites the mark in the stored definition, from which `find` reads it. */
  setMark(uuid: string, mark: Mark | undefined): Promise<void>;
  /**
   * Brings reservations and DNS hosts of the running network to the definition, live; nothing else is touched. Of those
   * that are there and not in the definition, only the ones of `previous` go: machines add reservations of their own.
   * Forwarders can't change live: they are for `redefine`.
   */
  setHosts(definition: NetworkDefinition, previous: NetworkDefinition | undefined): Promise<void>;
  /** Stores a definition that needs a restart of the network, restarts it, and plugs the running guests in again. */
  redefine(definition: NetworkDefinition): Promise<void>;
  /** Fails with `address-taken` where another MAC address holds it. Already there: nothing is done; answers false. */
  addReservation(uuid: string, reservation: Reservation): Promise<boolean>;
  removeReservation(uuid: string, mac: string): Promise<void>;
  leases(uuid: string): Promise<Lease[]>;
  /** Machines plugged into it, running ones and stored ones, by UUID. */
  users(uuid: string): Promise<string[]>;
  remove(uuid: string): Promise<void>;
}

/** Whose a machine is, and what tells it in a network. */
export interface MachineOwner {
  readonly uuid: string;
  readonly name: string;
  readonly power: PowerState;
  /** MAC addresses of its interfaces, stored and running. */
  readonly macs: readonly string[];
  readonly mark?: Mark;
}

/** Keys for devices that others made, by those that they have now: `@` and a disk's target, or an interface's MAC address. */
export interface DeviceKeys {
  readonly disks: Readonly<Record<string, string>>;
  readonly interfaces: Readonly<Record<string, string>>;
}

export interface MachineSection {
  find(uuid: string): Promise<MachineState | undefined>;
  findByName(name: string): Promise<MachineState | undefined>;
  /** The mark that a machine carries, if any. */
  mark(uuid: string): Promise<Mark | undefined>;
  /** All machines of the host, whoever made them. */
  owners(): Promise<MachineOwner[]>;
  /**
   * Marks a machine that others made, and gives its devices the keys of the program. Nothing else of it changes, and it is not
   * restarted. `machineType`: as the program asks for it, where it does.
   */
  adopt(uuid: string, mark: Mark, keys: DeviceKeys, machineType: string | undefined): Promise<void>;
  /**
   * Stores a definition: a new machine, or the next start's definition of one that is there. Of that nothing changes but
   * what differs; what the model does not know, and devices of others (`definition.others`), stay as they are.
   */
  define(definition: MachineDefinition): Promise<void>;
  /** Rewrites mark, description and the user's metadata, running and stored. */
  setMetadata(
    uuid: string,
    mark: Mark | undefined,
    description: string | undefined,
    metadata: Record<string, string>,
  ): Promise<void>;
  start(uuid: string, options?: { paused?: boolean }): Promise<void>;
  /** Asks the guest to power off (agent, then ACPI), waits; past `timeout` with `force` it is powered off, else `guest-still-running`. */
  shutdown(uuid: string, options: { timeout: number; force: boolean }, work: Work): Promise<void>;
  pause(uuid: string): Promise<void>;
  resume(uuid: string): Promise<void>;
  setAutostart(uuid: string, autostart: boolean): Promise<void>;
  /** Of the running machine and the stored definition. */
  setMemory(uuid: string, bytes: number): Promise<void>;
  setVcpus(uuid: string, count: number): Promise<void>;
  /** Attach and detach act on the stored definition and, where it runs, on the running machine, and wait for the device. */
  attachDisk(uuid: string, disk: DiskDefinition): Promise<void>;
  detachDisk(uuid: string, key: string, work: Work): Promise<void>;
  /** Limits, media of a cdrom, and whatever else of a disk changes live. */
  updateDisk(uuid: string, disk: DiskDefinition): Promise<void>;
  attachInterface(uuid: string, nic: InterfaceDefinition): Promise<void>;
  detachInterface(uuid: string, key: string, work: Work): Promise<void>;
  /** Link state, and the network it is plugged into. */
  updateInterface(uuid: string, nic: InterfaceDefinition): Promise<void>;
  setGraphicsPassword(uuid: string, graphics: GraphicsDefinition): Promise<void>;
  /** A connection from which the guest's network can be reached: that of the host which it is on now. */
  wayTo(uuid: string): Promise<Transport>;
  /** Addresses of the running guest by MAC address: leases, then the guest agent, then ARP. IPv4 before IPv6, none of link-local scope. */
  addresses(uuid: string): Promise<{ mac: string; address: string; source: "lease" | "agent" | "arp" }[]>;
  /** Resolves at the next event of the machine or its network's leases that may have changed its addresses or power, or after `milliseconds`. */
  nextEvent(uuid: string, milliseconds: number): Promise<void>;
  agentAnswers(uuid: string): Promise<boolean>;
  /** Resolves when the machine is in the power state, told by events. */
  waitForPower(uuid: string, power: PowerState, work: Work): Promise<void>;
  /**
   * Powers off where it runs, and undefines with its managed save, snapshot records and all that the hypervisor made for it.
   * Touches no disk. `left`: its name and files, for a machine that somebody undefined meanwhile.
   */
  remove(uuid: string, left?: { name: string; files: readonly MachineFile[] }): Promise<void>;
}

export interface SnapshotSection {
  find(machine: string, name: string): Promise<SnapshotState | undefined>;
  list(machine: string): Promise<SnapshotState[]>;
  /** Fails with `unsupported` and the reason before anything is changed, where the machine's disks or firmware can't have one. */
  create(definition: SnapshotDefinition, work: Work): Promise<void>;
  /** Rolls the machine back; its stored definition is put back as it was before the roll-back. */
  restore(machine: string, name: string, work: Work): Promise<void>;
  /** `mark`: as in its definition. */
  describe(machine: string, name: string, description: string | undefined, mark: string): Promise<void>;
  delete(machine: string, name: string, work: Work): Promise<void>;
}

/** For what only comes up where `check` has found that the driver has networks. */
export function networksOf({ networks, driver }: Pick<Hypervisor, "networks" | "driver">): NetworkSection {
  return networks ?? lacks(driver, "networks of its own");
}

export function snapshotsOf({ snapshots, driver }: Pick<Hypervisor, "snapshots" | "driver">): SnapshotSection {
  return snapshots ?? lacks(driver, "snapshots");
}

function lacks(driver: string, what: string): never {
  throw new WindroseError("unsupported", `the driver ${driver} has no ${what}`);
}
