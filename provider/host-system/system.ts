import type { Transport } from "../transports/transport";
import { type BridgeSection, createBridges } from "./bridges/bridges";
import { machineIdOf, readFacts, type SystemFacts } from "./facts";
import { freeSpace } from "./free-space";
import { neighbourAnswers } from "./neighbour";
import { createPreparation, type HostPreparation } from "./preparation/preparation";
import type { HostProfiles } from "./profile";

/**
 * The host's operating system, whatever hypervisor is on it, or none yet: reached by commands alone. It is a part of
 * every driver and knows none: what it has to know of a hypervisor is in the driver's `HostProfile`.
 */
export interface HostSystem {
  /** The machine's id (machine-id(5)): asked once, then remembered for as long as the connection is. */
  machineId(): Promise<string>;
  /** What the machine is, by one command. */
  facts(): Promise<SystemFacts>;
  /** Bytes free for users on the file system that holds a path, or would hold it. */
  freeSpace(path: string): Promise<number>;
  /** Whether the machine at an address of one of the host's networks is there at this moment. */
  neighbourAnswers(address: string): Promise<boolean>;
  readonly bridges: BridgeSection;
  /** Packages, services, forwarding, a firewall, files: what a host is prepared with, as claims that it keeps itself. */
  readonly preparation: HostPreparation;
}

export function createSystem(transport: Transport, profiles: HostProfiles): HostSystem {
  let machineId: Promise<string> | undefined;
  return {
    machineId() {
      machineId ??= readMachineId(transport).catch((error) => {
        machineId = undefined;
        throw error;
      });
      return machineId;
    },
    facts: () => readFacts(transport, profiles.own.virtualization),
    freeSpace: (path) => freeSpace(transport, path),
    neighbourAnswers: (address) => neighbourAnswers(transport, address),
    bridges: createBridges(transport),
    preparation: createPreparation(transport, profiles),
  };
}

async function readMachineId(transport: Transport): Promise<string> {
  const { stdout } = await transport.exec(["cat", "/etc/machine-id"], { root: false });
  return machineIdOf(stdout);
}
