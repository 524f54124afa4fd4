import type { Hypervisor } from "../drivers/hypervisor";
import { rememberCredentials, type StoredConnection, splitConnection } from "./credentials";
import { configureHosts } from "./hosts";
import { hypervisorFor } from "./hypervisors";

/**
 * The hypervisor behind a connection that a program names, from within that program. `hosts`: `windrose:hosts` of its stack.
 */
export function hypervisorOfProgram(connection: unknown, hosts: string | undefined): Promise<Hypervisor> {
  configureHosts(hosts);
  const { stored, secrets } = splitConnection(connection);
  rememberCredentials(stored as StoredConnection, secrets);
  return hypervisorFor(stored as StoredConnection, { ids: [], connect: true });
}
