import { createHash } from "node:crypto";

/**
 * The host of a guest that names none: each pair of guest and host has a number, and the host with the highest has the
 * guest (rendezvous hashing). So it depends on the guest's name and the hosts alone: other guests come and go without
 * moving it, and a host that is added takes over a fair share and moves no other guest.
 */
export function hostOf(guest: string, hosts: readonly string[]): string {
  const ranked = hosts.map((host) => ({ host, rank: rank(guest, host) }));
  ranked.sort((one, other) => other.rank - one.rank || (one.host < other.host ? -1 : 1));
  return ranked[0]!.host;
}

const rank = (guest: string, host: string): number =>
  createHash("sha256").update(`placement:${host}:${guest}`).digest().readUIntBE(0, 6);
