import { WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import type { MachineOwner } from "../../drivers/hypervisor";
import { networksOf } from "../../drivers/hypervisor";
import type { NetworkState, Reservation } from "../../drivers/model";
import { derivedMac, parseUrn } from "../../lifecycle/ownership";
import { entries } from "./derive";
import type { MachineRun } from "./desired-machine";

/** Addresses that DHCP must give: known to the network before the guest asks. */

/** Reservations that this machine made itself, by interface key: `<network> <mac> <address>`. */
function madeReservations(run: MachineRun): Record<string, string> {
  if (!isRecord(run.made.reservations)) run.made.reservations = {};
  return run.made.reservations as Record<string, string>;
}

function partsOf(at: string): { network: string; mac: string; address?: string } {
  const [network = "", mac = "", address] = at.split(" ");
  return { network, mac, address };
}

function wantedOf(run: MachineRun): [key: string, network: string, reservation: Reservation][] {
  const name = run.inputs.cloudInit ? run.inputs.cloudInit.hostname : run.context.name;
  return entries(run.inputs.interfaces).flatMap(([key, nic]) =>
    nic.address === undefined
      ? []
      : [[key, String(nic.network), { mac: String(nic.mac), address: String(nic.address), name }]],
  );
}

export async function reserve(run: MachineRun): Promise<void> {
  const made = madeReservations(run);
  const nics = new Map(entries(run.inputs.interfaces));
  for (const [key, at] of Object.entries(made)) {
    const { network, mac, address } = partsOf(at);
    const nic = nics.get(key);
    if (nic?.network === network && nic.mac === mac && nic.address === address) continue;
    await releaseOne(run, network, mac);
    delete made[key];
  }
  for (const [key, network, reservation] of wantedOf(run)) {
    const shared = await makeRoom(run, network, reservation);
    const { mac, address } = reservation;
    if ((await networksOf(run.hypervisor).addReservation(network, reservation)) || shared)
      made[key] = `${network} ${mac} ${address}`;
  }
}

/** Before a new machine is made: whether its addresses can be had. */
export async function refuseTakenAddresses(run: MachineRun): Promise<void> {
  for (const [, network, reservation] of wantedOf(run)) {
    const state = await networksOf(run.hypervisor).find(network);
    if (!state) continue;
    const { mac, address } = reservation;
    const inTheWay = state.reservations.filter(
      (one) => one.mac.toLowerCase() !== mac && (one.address === address || one.name === reservation.name),
    );
    for (const other of inTheWay) await judge(run, state, other, reservation);
  }
}

/**
 * Takes away what another machine of this stack reserved and no longer uses: it is off, or gone. Such a machine is about to
 * be deleted, at the end of this very update; two that both stay were refused by `check`. Answers whether the reservation is
 * there already, by another machine with the same MAC address: then it is kept for this one too.
 */
async function makeRoom(run: MachineRun, network: string, wanted: Reservation): Promise<boolean> {
  const state = await networksOf(run.hypervisor).find(network);
  let shared = false;
  for (const other of state?.reservations ?? []) {
    const mac = other.mac.toLowerCase();
    if (mac !== wanted.mac) {
      if (other.address !== wanted.address && other.name !== wanted.name) continue;
      if ((await judge(run, state!, other, wanted)) === "gives way")
        await networksOf(run.hypervisor).removeReservation(network, mac);
    } else if (other.address === wanted.address) {
      shared = (await holdersOf(run, mac)).some((owner) => isOurs(run, owner));
    }
  }
  return shared;
}

/** Whether a reservation in the way gives way. One of a machine that runs is an error, with the way on; so is the name of another. */
async function judge(
  run: MachineRun,
  network: NetworkState,
  other: Reservation,
  wanted: Reservation,
): Promise<"gives way" | "stays"> {
  const mac = other.mac.toLowerCase();
  const holders = await holdersOf(run, mac);
  const running = holders.find((owner) => owner.power !== "shutoff" && owner.power !== "crashed");
  const own = holders.length > 0 ? holders.every((owner) => isOurs(run, owner)) : isDerivedHere(run, other);
  const sameAddress = other.address === wanted.address;
  if (own && sameAddress && !running) return "gives way";
  const holder = running ?? holders[0];
  const what = `${sameAddress ? wanted.address : `the name "${wanted.name}"`} is reserved for ${mac} in the network ${network.name}`;
  if (!holder) return "stays";
  if (!isOurs(run, holder))
    throw new WindroseError("address-taken", `${what}, of the machine ${holder.name}, which this stack did not make`, {
      hint: sameAddress
        ? "Choose a free address, or release that reservation."
        : "Choose another `cloudInit.hostname`, or release that reservation.",
    });
  const { urn } = holder.mark!;
  const name = parseUrn(urn).name;
  throw new WindroseError("address-taken", `${what}: the machine ${holder.name} of this stack has it`, {
    hint: `If this is "${name}" under another name, set \`aliases: [{ name: "${name}" }]\` in its options. If "${name}" is to be deleted or changed, do that first (\`pulumi destroy --target '${urn}'\`, or an update without this machine); then run \`pulumi up\` again.`,
  });
}

/** Machines that have an interface with a MAC address, but for this one. */
async function holdersOf(run: MachineRun, mac: string): Promise<MachineOwner[]> {
  const owners = await run.hypervisor.machines.owners();
  return owners.filter((owner) => owner.uuid !== run.inputs.uuid && owner.macs.includes(mac));
}

function isOurs({ context }: MachineRun, { mark }: MachineOwner): boolean {
  return mark?.project === context.project && mark.stack === context.stack;
}

/** One that nobody has now, and whose MAC address derives from this project and stack: its machine was made by it. */
function isDerivedHere({ context, inputs }: MachineRun, { mac, name }: Reservation): boolean {
  const keys = new Set(["lan", ...Object.keys(asRecord(inputs.interfaces))]);
  return name !== undefined && [...keys].some((key) => derivedMac(context.project, context.stack, name, key) === mac);
}

/** Takes away what the machine reserved itself. */
export async function release(run: MachineRun): Promise<void> {
  const made: Inputs = asRecord(run.made.reservations);
  for (const at of Object.values(made)) {
    const { network, mac } = partsOf(String(at));
    await releaseOne(run, network, mac);
  }
}

/** A machine that took this one's place under another name may have the same MAC address, and its reservation with it. */
async function releaseOne(run: MachineRun, network: string, mac: string): Promise<void> {
  if ((await holdersOf(run, mac)).length > 0) return;
  await networksOf(run.hypervisor).removeReservation(network, mac);
}
