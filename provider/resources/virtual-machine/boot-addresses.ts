import { networksOf } from "../../drivers/hypervisor";
import { entries } from "./derive";
import type { MachineRun } from "./desired-machine";

/**
 * Addresses of the guest as it runs now. Leases and neighbour tables outlive a machine, and a replacement has its MAC address:
 * what was known before the start is no news of this boot.
 */

type Found = Awaited<ReturnType<MachineRun["hypervisor"]["machines"]["addresses"]>>[number];

/** Leases as they were before the machine was started in this run, each with its end: a lease that is given again has another. */
const before = new WeakMap<MachineRun, ReadonlySet<string>>();

async function leases(run: MachineRun): Promise<Set<string>> {
  const networks = new Set(
    entries(run.inputs.interfaces).flatMap(([, nic]) => (nic.network === undefined ? [] : [String(nic.network)])),
  );
  const all = await Promise.all([...networks].map((network) => networksOf(run.hypervisor).leases(network)));
  return new Set(all.flat().map(({ mac, address, expires }) => `${mac} ${address} ${expires ?? "for good"}`));
}

/** To be called before a start. */
export async function rememberLeases(run: MachineRun): Promise<void> {
  before.set(run, await leases(run));
}

/** The guest's addresses of which something says that it has them now: a lease of this boot, its agent, an answer from there. */
export async function addressesOfBoot(run: MachineRun): Promise<string[]> {
  const { machines, system } = run.hypervisor;
  const [found, now] = await Promise.all([machines.addresses(String(run.observed!.uuid)), leases(run)]);
  const old = before.get(run) ?? now;
  const fresh = [...now].filter((lease) => !old.has(lease));
  const isNews = ({ mac, address, source }: Found) =>
    source === "agent" || (source === "lease" && fresh.some((lease) => lease.startsWith(`${mac} ${address} `)));
  const news = found.filter(isNews);
  if (news.length > 0) return news.map(({ address }) => address);
  const answers = await Promise.all(found.map(({ address }) => system.neighbourAnswers(address)));
  return found.flatMap(({ address }, index) => (answers[index] ? [address] : []));
}

/** Without the leases of a machine that had the same MAC address before, where this one has a lease of its own. */
export async function withoutOldLeases(run: MachineRun, found: readonly Found[]): Promise<Found[]> {
  const old = before.get(run);
  if (!old || found.length === 0) return [...found];
  const fresh = [...(await leases(run))].filter((lease) => !old.has(lease));
  const has = (mac: string, address: string) => fresh.some((lease) => lease.startsWith(`${mac} ${address} `));
  const renewed = new Set(found.filter(({ mac, address }) => has(mac, address)).map(({ mac }) => mac));
  return found.filter(({ mac, address, source }) => source !== "lease" || !renewed.has(mac) || has(mac, address));
}
