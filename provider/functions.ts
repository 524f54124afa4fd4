import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connections/arguments";
import type { Hypervisor } from "./drivers/hypervisor";
import type { HostStatus, Lease, SnapshotState } from "./drivers/model";

/**
 * What changes by the minute is asked for, not stored. These run in the program itself, and reach the host in a preview
 * as well: a program that is previewed without a way to its hosts must not call them.
 */

/** A name in `windrose:hosts`, a libvirt URI, or an object. */
export type Connection = string | pulumi.Unwrap<ConnectionArgs>;

/** Both are loaded with the first question: few programs ask one, and the way to a host brings the transports along. */
const program = () => require("./connections/program") as typeof import("./connections/program");
const sections = () => require("./drivers/hypervisor") as typeof import("./drivers/hypervisor");

async function reach(connection: Connection): Promise<Hypervisor> {
  return program().hypervisorOfProgram(connection, new pulumi.Config("windrose").get("hosts"));
}

/** Free memory in bytes, and how many machines the host has and runs. */
export async function getHostStatus(connection: Connection): Promise<HostStatus> {
  return (await reach(connection)).host.status();
}

/** The DHCP leases of a network, by its UUID. */
export async function getLeases(connection: Connection, network: string): Promise<Lease[]> {
  return sections()
    .networksOf(await reach(connection))
    .leases(network);
}

/** The snapshots of a machine, by its UUID; those that other programs made too. */
export async function getSnapshots(connection: Connection, machine: string): Promise<SnapshotState[]> {
  return sections()
    .snapshotsOf(await reach(connection))
    .list(machine);
}
