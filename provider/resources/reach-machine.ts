import { refuse } from "../basics/errors";
import { asRecord } from "../basics/record";
import { guestKeysOf } from "../connections/credentials";
import type { Hypervisor } from "../drivers/hypervisor";
import { type GuestKeys, reachGuest } from "../guest/transport";
import type { Context } from "../lifecycle/context";

/** The way in, by a name that something else can stand behind. */
export const door = { reach: reachGuest };

export interface GuestPlace {
  /** The machine's UUID. */
  readonly machine: string;
  /** As the inputs have it. */
  readonly connection: unknown;
  /** Public host keys that the machine was given; used where the connection names none. */
  readonly hostKeys: readonly string[];
  /** The resource whose program gave the keys. */
  readonly urn: string;
  readonly hypervisor: Hypervisor;
}

/**
 * ssh into the machine. Errors: `not-found` where it is not on the host, `guest-not-ready` where it is not running or
 * does not answer in time, and those of the login.
 */
export async function reachMachine(
  { machine: uuid, connection, hostKeys, urn, hypervisor }: GuestPlace,
  context: Context,
) {
  const machine = await hypervisor.machines.find(uuid);
  if (!machine) refuse("not-found", `the machine ${uuid} is not on the host`);
  if (machine.power !== "running")
    refuse("guest-not-ready", `the machine ${machine.name} is not running (${machine.power})`, "Start it first.");
  const { address, hostKey, user = "root", port = 22, timeout = 300, identityFile, agent } = asRecord(connection);
  const given = { identityFile, agent, ...guestKeysOf(urn) };
  return door.reach({
    host: await hypervisor.machines.wayTo(uuid),
    uuid,
    user: String(user),
    port: Number(port),
    hostKeys: typeof hostKey === "string" ? [hostKey] : hostKeys,
    keys: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as GuestKeys,
    addresses: async () =>
      typeof address === "string" ? [address] : (await hypervisor.machines.addresses(uuid)).map((one) => one.address),
    nextEvent: (milliseconds) => hypervisor.machines.nextEvent(uuid, milliseconds),
    deadline: Math.min(context.deadline, Date.now() + 1000 * Number(timeout)),
    progress: context.progress,
    signal: context.signal,
  });
}
