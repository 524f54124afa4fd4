import { isDeepStrictEqual } from "node:util";
import { refuse } from "../../basics/errors";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { networksOf } from "../../drivers/hypervisor";
import type { MachineDefinition, MachineFile, MachineState, ReportedMachine } from "../../drivers/model";
import { remoteConnection } from "../../guest/connection";
import type { Definition } from "../../lifecycle/definition";
import { owes } from "../../lifecycle/lifecycle";
import { derivedUuid } from "../../lifecycle/ownership";
import { foreign, isMarkedBy, markOf, ownership, splitVolumeId, taken } from "../common";
import { adopt, refuseOtherDisks, settle } from "./adoption";
import { withoutOldLeases } from "./boot-addresses";
import { consequences } from "./consequences";
import { derive, entries, isSeed, ownOfMachine, validateMachine } from "./derive";
import { definitionOf, type MachineRun } from "./desired-machine";
import { syncDevices } from "./devices";
import { drift, leftByPatch } from "./drift";
import { type MachineInputs, table } from "./fields";
import { awaitReady, restartPending, stop, syncPower, syncSize } from "./power";
import { refuseTakenAddresses, release, reserve } from "./reservations";
import {
  cleanVolumes,
  deleteVolume,
  growVolumes,
  madeVolumes,
  makeVolumes,
  recoverHostKey,
  recoverLeftHostKey,
  seedOf,
  seedPath,
  writeSeed,
} from "./volumes";

async function look(run: MachineRun): Promise<MachineState> {
  const state = await run.hypervisor.machines.find(run.inputs.uuid);
  if (!state) refuse("not-found", "it has gone while it was being changed");
  run.observed = state;
  return state;
}

/** One found without a state: this very resource made it, or it is to be adopted. */
async function recognize(run: MachineRun, found: MachineState): Promise<MachineState> {
  const { urn } = run.context;
  const { __lineage: lineage } = run.given;
  if (typeof lineage === "string" && found.uuid === derivedUuid(lineage, urn)) {
    await refuseOtherDisks(run, found);
    return found;
  }
  if (run.inputs.adopt === true) return adopt(run, found);
  const mark = await run.hypervisor.machines.mark(found.uuid);
  if (!isMarkedBy(run, mark)) await taken(run, "VirtualMachine", { ...found, mark });
  return found;
}

/** Machines that were started in this run: they are waited for. */
const fresh = new WeakSet<MachineRun>();

export const virtualMachine: Definition<MachineState, MachineInputs> = {
  ...table,
  timeout: 1800,
  derive,
  validate: validateMachine,
  exclusives: ownOfMachine,
  consequences,
  id: (inputs) => inputs.uuid,
  async observe(run) {
    const { machines } = run.hypervisor;
    const there = await machines.find(run.inputs.uuid);
    const ours = there && !run.previous ? await recognize(run, there) : there;
    run.observed = ours;
    await settle(run);
    if (ours) {
      if (!run.previous) await recoverHostKey(run, ours);
      if (!run.made.__incarnation) run.made.__incarnation = ours.stored.mark?.incarnation;
      return ours;
    }
    if (run.previous) return undefined;
    const other = await machines.findByName(run.inputs.name);
    if (other) await foreign(run, "VirtualMachine", other);
    await refuseTakenAddresses(run);
    return undefined;
  },
  runs: ({ power }) => power !== "shutoff" && power !== "crashed",
  remains,
  async ensure(run) {
    const other = run.previous && (await run.hypervisor.machines.findByName(run.inputs.name));
    if (other) await foreign(run, "VirtualMachine", other);
    if (!run.previous) await recoverLeftHostKey(run);
    await run.hypervisor.machines.define(await definitionOf(run, await seedPath(run)));
    return look(run);
  },
  steps: [
    { name: "reservations", run: reserve },
    { name: "volumes", run: makeVolumes },
    { name: "seed", run: writeSeed },
    {
      name: "devices",
      async run(run) {
        const wanted = await definitionOf(run, await seedPath(run));
        await syncDevices(run, wanted);
        await syncSize(run, wanted);
      },
    },
    {
      name: "definition",
      async run(run) {
        const { machines } = run.hypervisor;
        const wanted = await definitionOf(run, await seedPath(run));
        const { stored } = await look(run);
        if (
          !isDeepStrictEqual(comparable(stored, wanted), comparable(wanted, wanted)) ||
          wanted.patch ||
          isRecord(run.previous?.xml) ||
          owes(run, "definition")
        ) {
          await machines.define(wanted);
          await look(run);
        } else if (
          !isDeepStrictEqual(
            [stored.mark, stored.description, stored.metadata],
            [wanted.mark, wanted.description, wanted.metadata],
          )
        ) {
          await machines.setMetadata(wanted.uuid, markOf(run), wanted.description, wanted.metadata);
        }
      },
    },
    {
      name: "autostart",
      async run(run) {
        if (run.observed!.autostart !== run.inputs.autostart)
          await run.hypervisor.machines.setAutostart(run.observed!.uuid, run.inputs.autostart === true);
      },
    },
    { name: "sizes", run: growVolumes },
    {
      name: "power",
      async run(run) {
        if (await syncPower(run)) fresh.add(run);
        await look(run);
      },
    },
    { name: "clean", run: cleanVolumes },
    {
      name: "wait",
      async run(run) {
        const owed = Array.isArray(run.previous?.__pending) && run.previous.__pending.length > 0;
        if (fresh.has(run) || !run.previous || owed) await awaitReady(run);
      },
    },
  ],
  async outputsOf(run) {
    seedOf(run);
    const { inputs, made, previous } = run;
    const state = await look(run);
    // Noted by an update; a read compares with it.
    if (run.found !== undefined) made.__patched = await leftByPatch(run);
    const addresses = await addressesOf(run, state);
    const first = Object.values(addresses).flat()[0];
    const users = inputs.cloudInit?.users ?? [];
    const user = users
      .map((entry) => (isRecord(entry) ? entry.name : entry))
      .find((name) => typeof name === "string" && name !== "default");
    const display = state.running?.display;
    return {
      addresses,
      ipAddress: first,
      macAddresses: Object.fromEntries(entries(inputs.interfaces).map(([key, nic]) => [key, nic.mac])),
      connection:
        first &&
        remoteConnection({
          address: first,
          user: String(user ?? "root"),
          hostKeys: (made.sshHostKeys as string[]) ?? [],
          port: 22,
        }),
      sshHostKeys: made.sshHostKeys ?? [],
      hostKeySeed: made.hostKeySeed,
      restartPending: restartPending(run),
      display: display?.port ? `${display.type}://${display.listen ?? "127.0.0.1"}:${display.port}` : previous?.display,
      volumes: made.volumes ?? {},
      reservations: made.reservations ?? {},
      __files: state.stored.files,
    };
  },
  drift,
  async remove(run) {
    const { machines, volumes } = run.hypervisor;
    const state = await machines.find(run.inputs.uuid);
    if (state) {
      const whose = ownership(run, await machines.mark(state.uuid), "VirtualMachine", state.name);
      if (whose === "gone") {
        run.context.tell(
          "warning",
          "the machine on the host is not the one in the state: somebody created it again. It is left as it is",
        );
        return;
      }
      run.observed = state;
      if (state.power !== "shutoff" && state.power !== "crashed") await stop(run);
    }
    const files = Array.isArray(run.made.__files) ? (run.made.__files as MachineFile[]) : [];
    await machines.remove(run.inputs.uuid, { name: run.inputs.name, files });
    await release(run);
    for (const [key, id] of Object.entries(madeVolumes(run))) {
      if (run.inputs.keepDisks === true && !isSeed(key)) continue;
      const { pool, name } = splitVolumeId(id);
      const volume = await volumes.find(pool, name);
      if (volume) await deleteVolume(run, pool, name, volume.backingPath);
    }
  },
};

/** What goes with a definition, of the devices that it has. The driver reads back what was asked for; mark and words are set by themselves. */
function comparable(definition: MachineDefinition | ReportedMachine, { others }: MachineDefinition): Inputs {
  const { mark, description, metadata, ...rest } = definition;
  const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);
  const own = <T extends { key: string }>(devices: readonly T[], names: readonly string[] = []) =>
    devices.filter(({ key }) => !names.includes(key)).sort(byKey);
  const devices = {
    disks: own(rest.disks, others?.disks),
    interfaces: own(rest.interfaces, others?.interfaces),
  };
  const left = { patch: undefined, patched: undefined, display: undefined, files: undefined, others: undefined };
  const plain = JSON.parse(JSON.stringify({ ...rest, ...devices, ...left })) as Inputs;
  // A password is set live, and libvirt shows it to nobody.
  if (isRecord(plain.graphics)) for (const name of ["password", "keepPassword"]) delete plain.graphics[name];
  return plain;
}

/** For a machine that no longer exists: whether owned parts do. The next update then defines it again with them. */
async function remains(run: MachineRun): Promise<Inputs | undefined> {
  const { volumes } = run.hypervisor;
  for (const id of Object.values(asRecord(run.made.volumes))) {
    const { pool, name } = splitVolumeId(String(id));
    if (await volumes.find(pool, name)) return { defined: false };
  }
  for (const at of Object.values(asRecord(run.made.reservations))) {
    const [network = "", mac = ""] = String(at).split(" ");
    const state = await networksOf(run.hypervisor).find(network);
    if (state?.reservations.some((one) => one.mac.toLowerCase() === mac)) return { defined: false };
  }
  return undefined;
}

/** Addresses that the network keeps for it, whether it runs or not. */
function fixedAddresses(run: MachineRun): Record<string, string[]> {
  return Object.fromEntries(
    entries(run.inputs.interfaces).flatMap(([key, nic]) =>
      typeof nic.address === "string" ? [[key, [nic.address]]] : [],
    ),
  );
}

async function addressesOf(run: MachineRun, state: MachineState): Promise<Record<string, string[]>> {
  const before = isRecord(run.previous?.addresses) ? (run.previous.addresses as Record<string, string[]>) : undefined;
  if (!state.running) return { ...fixedAddresses(run), ...before };
  const found = await withoutOldLeases(run, await run.hypervisor.machines.addresses(state.uuid));
  const result: Record<string, string[]> = {};
  for (const [key, nic] of entries(run.inputs.interfaces)) {
    const own = found.filter((entry) => entry.mac === nic.mac).map((entry) => entry.address);
    const reserved = typeof nic.address === "string" ? [nic.address] : [];
    const all = [...new Set([...reserved, ...own])];
    // What was seen once and is not contradicted stays: leases lapse, and a refresh must not show that as a change.
    const old = before?.[key];
    result[key] =
      old &&
      (own.length === 0 || old.some((address) => own.includes(address))) &&
      reserved.every((address) => old.includes(address))
        ? old
        : all;
  }
  return result;
}
