import { type Hypervisor, networksOf, snapshotsOf } from "../drivers/hypervisor";
import type { HostStatus, Lease, SnapshotState } from "../drivers/model";
import { rememberCredentials, type StoredConnection, splitConnection } from "./credentials";
import { configureHosts } from "./hosts";
import { hypervisorFor } from "./hypervisors";

/** What a program asks of a host by itself. `hosts`: `windrose:hosts` of its stack. */

function reach(connection: unknown, hosts: string | undefined): Promise<Hypervisor> {
  configureHosts(hosts);
  const { stored, secrets } = splitConnection(connection);
  rememberCredentials(stored as StoredConnection, secrets);
  return hypervisorFor(stored as StoredConnection, { ids: [], connect: true });
}

export async function hostStatus(connection: unknown, hosts: string | undefined): Promise<HostStatus> {
  return (await reach(connection, hosts)).host.status();
}

export async function leases(connection: unknown, hosts: string | undefined, network: string): Promise<Lease[]> {
  return networksOf(await reach(connection, hosts)).leases(network);
}

export async function snapshots(
  connection: unknown,
  hosts: string | undefined,
  machine: string,
): Promise<SnapshotState[]> {
  return snapshotsOf(await reach(connection, hosts)).list(machine);
}
