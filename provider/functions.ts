import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connections/arguments";
import type { HostStatus, Lease, SnapshotState } from "./drivers/model";

/**
 * What changes by the minute is asked for, not stored. These run in the program itself, and reach the host in a preview
 * as well: a program that is previewed without a way to its hosts must not call them.
 */

/** A name in `windrose:hosts`, a libvirt URI, or an object. */
export type Connection = string | pulumi.Unwrap<ConnectionArgs>;

/** Loaded where it is first used: few programs ask, and it brings the transports along. */
const program = () => require("./connections/program") as typeof import("./connections/program");
const hosts = () => new pulumi.Config("windrose").get("hosts");

/** Free memory in bytes, and how many machines the host has and runs. */
export async function getHostStatus(connection: Connection): Promise<HostStatus> {
  return program().hostStatus(connection, hosts());
}

/** The DHCP leases of a network, by its UUID. */
export async function getLeases(connection: Connection, network: string): Promise<Lease[]> {
  return program().leases(connection, hosts(), network);
}

/** The snapshots of a machine, by its UUID; those that other programs made too. */
export async function getSnapshots(connection: Connection, machine: string): Promise<SnapshotState[]> {
  return program().snapshots(connection, hosts(), machine);
}
