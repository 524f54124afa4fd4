import type { HostProfile } from "../../host-system/profile";
import { createSystem } from "../../host-system/system";
import type { Transport } from "../../transports/transport";
import type { HostSystem, Hypervisor } from "../hypervisor";
import { features } from "./features";
import { LibvirtHost } from "./host/host";
import { hostProfile } from "./host/profile";
import { LibvirtMachines } from "./machines/machines";
import { LibvirtNetworks } from "./networks/networks";
import { LibvirtPools } from "./pools/pools";
import { LibvirtSession, type SessionOptions } from "./session";
import { LibvirtSnapshots } from "./snapshots/snapshots";
import { LibvirtVolumes } from "./volumes/volumes";

export interface LibvirtOptions extends SessionOptions {
  /** Profiles of all drivers whose guests may run on the host. */
  hosts?: readonly HostProfile[];
}

/** A host's libvirt behind the seam. Nothing is connected until the first call; the transport stays the caller's. */
export class LibvirtHypervisor implements Hypervisor {
  readonly driver = "libvirt";
  readonly features = features;
  readonly system: HostSystem;
  readonly host: LibvirtHost;
  readonly pools: LibvirtPools;
  readonly volumes: LibvirtVolumes;
  readonly networks: LibvirtNetworks;
  readonly machines: LibvirtMachines;
  readonly snapshots: LibvirtSnapshots;
  readonly session: LibvirtSession;

  constructor(
    readonly transport: Transport,
    uri: string,
    { hosts = [hostProfile], ...options }: LibvirtOptions = {},
  ) {
    this.session = new LibvirtSession(transport, uri, options);
    this.system = createSystem(transport, { own: hostProfile, all: hosts });
    this.host = new LibvirtHost(this.session);
    this.pools = new LibvirtPools(this.session);
    this.volumes = new LibvirtVolumes(this.session);
    this.networks = new LibvirtNetworks(this.session);
    this.machines = new LibvirtMachines(this.session);
    this.snapshots = new LibvirtSnapshots(this.session);
  }

  get uri(): string {
    return this.session.target.uri;
  }

  async machineIds(): Promise<readonly string[]> {
    return [await this.system.machineId()];
  }

  connect(): void {
    this.session.client().catch(() => {});
  }

  /** Ends the connection to libvirt, not the transport. */
  close(): Promise<void> {
    return this.session.close();
  }
}

/** `uri` as the user wrote it; its host and way are ignored in favour of the transport. */
export function createLibvirtHypervisor(
  transport: Transport,
  uri = "qemu:///system",
  options: LibvirtOptions = {},
): LibvirtHypervisor {
  return new LibvirtHypervisor(transport, uri, options);
}
