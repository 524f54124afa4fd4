import type { HypervisorOf } from "../../provider/drivers/driver";
import type { HostSection } from "../../provider/drivers/hypervisor";
import { createSystem, type HostSystem } from "../../provider/host-system/system";
import type { Transport } from "../../provider/transports/transport";
import { features } from "./features";
import { WindsMachines } from "./machines";
import { winds } from "./profile";
import { WindsPools, WindsVolumes } from "./storage";

/** A host in memory. Its operating system is reached by the transport that it is given. */
export class WindsHypervisor implements HypervisorOf<typeof features> {
  readonly driver = "winds";
  readonly features = features;
  readonly networks = undefined;
  readonly snapshots = undefined;
  readonly system: HostSystem;
  readonly volumes = new WindsVolumes();
  readonly pools = new WindsPools(this.volumes);
  readonly machines: WindsMachines;
  readonly host: HostSection = {
    facts: async () => ({ hypervisor: "winds", version: "1.2.3", libraryVersion: "1.2.3", virtualization: "kvm" }),
    status: async () => ({
      memoryFree: 2 ** 30,
      machinesRunning: this.machines.all.size,
      machinesDefined: this.machines.all.size,
    }),
  };

  constructor(
    readonly transport: Transport,
    readonly uri: string,
  ) {
    this.system = createSystem(transport, { own: winds, all: [winds] });
    this.machines = new WindsMachines(transport);
  }

  async machineIds(): Promise<readonly string[]> {
    return [await this.system.machineId()];
  }

  connect(): void {}

  async close(): Promise<void> {}
}
