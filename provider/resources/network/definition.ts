import { isDeepStrictEqual } from "node:util";
import { refuse, WindroseError } from "../../basics/errors";
import { asRecord, type Inputs, isRecord, known } from "../../basics/record";
import { networksOf } from "../../drivers/hypervisor";
import type { NetworkState } from "../../drivers/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { derivedMac } from "../../lifecycle/ownership";
import { deriveName, deriveUuid, foreign, isMarkedBy, markOf, ownNames, placeOf, recognizeUuid } from "../common";
import { checkNetwork } from "./addresses";
import { consequences } from "./consequences";
import {
  definitionOf,
  driftOf,
  type Hosts,
  hostsIn,
  hostsSettled,
  needsRestart,
  otherKind,
  union,
  withOthers,
} from "./desired-network";
import { type NetworkInputs, table } from "./fields";

type NetworkRun = Run<NetworkState, NetworkInputs>;

/** A reservation whose key is another now: the one of the same address and interface, which has no entry of its own any more. */
function renamed(entry: Inputs, old: Inputs, given: Inputs): unknown {
  const same = Object.entries(old).filter(
    ([key, one]) =>
      given[key] === undefined &&
      isRecord(one) &&
      known(one.address) &&
      one.address === entry.address &&
      (one.interface ?? "lan") === (entry.interface ?? "lan"),
  );
  return same.length === 1 ? same[0]![1] : undefined;
}

/** What earlier runs put into the running network: it is kept in the state, so that what is no more asked for is taken out, even after a run that died half-way. */
const before = ({ made }: NetworkRun): Hosts =>
  isRecord(made.__hosts) ? (made.__hosts as unknown as Hosts) : { reservations: [], dnsHosts: [] };

async function look(run: NetworkRun): Promise<NetworkState> {
  const state = await networksOf(run.hypervisor).find(run.inputs.uuid);
  if (!state) refuse("not-found", `the network ${run.inputs.name} was deleted while it was worked on`);
  return state;
}

export const network: Definition<NetworkState, NetworkInputs> = {
  ...table,
  timeout: 300,
  derive(inputs, olds, identity) {
    deriveName(inputs, olds, identity);
    deriveUuid(inputs, olds, identity);
    const old = asRecord(olds?.reservations);
    const given = asRecord(inputs.reservations);
    for (const [key, entry] of Object.entries(given)) {
      if (!isRecord(entry) || entry.mac !== undefined) continue;
      const kept = old[key] ?? renamed(entry, old, given);
      const same = isRecord(kept) && known(kept.mac) && (kept.interface ?? "lan") === (entry.interface ?? "lan");
      const plug = entry.interface ?? "lan";
      entry.mac = same
        ? kept.mac
        : known<string>(plug)
          ? derivedMac(identity.project, identity.stack, key, plug)
          : plug;
    }
  },
  validate: (inputs, _carried, failures) => checkNetwork(inputs, failures),
  exclusives: (inputs, _carried, identity) => [
    ...ownNames("Network", inputs, identity),
    { key: ["device", placeOf(inputs, identity), inputs.bridge], at: "bridge", what: "the bridge" },
  ],
  consequences,
  id: (inputs) => inputs.uuid,
  async observe(run) {
    const networks = networksOf(run.hypervisor);
    const ours = await networks.find(run.inputs.uuid);
    if (ours) {
      // What another resource made gets an incarnation of its own, so that the other one does not delete it.
      if (run.previous || isMarkedBy(run, ours.mark)) run.made.__incarnation ??= ours.mark?.incarnation;
      if (!run.previous) {
        await recognizeUuid(run, "Network", ours);
        refuseOtherKind(run, ours);
      }
      return ours;
    }
    if (run.previous) return undefined;
    const other = await networks.findByName(run.inputs.name);
    if (!other) return undefined;
    return foreign(run, "Network", other);
  },
  async ensure(run) {
    const networks = networksOf(run.hypervisor);
    const other = run.previous && (await networks.findByName(run.inputs.name));
    if (other) await foreign(run, "Network", other);
    const definition = definitionOf(run.inputs, markOf(run));
    await networks.define(definition);
    run.made.__hosts = hostsIn(definition);
    return look(run);
  },
  steps: [
    {
      name: "definition",
      async run(run) {
        const wanted = definitionOf(run.inputs, markOf(run));
        if (needsRestart(wanted, run.observed!).length === 0) return;
        run.made.__hosts = union(before(run), hostsIn(wanted));
        await networksOf(run.hypervisor).redefine(
          withOthers({ ...wanted, bridge: wanted.bridge ?? run.observed!.bridge }, run.observed!, before(run)),
        );
        run.observed = await look(run);
      },
    },
    {
      name: "mark",
      async run(run) {
        const wanted = markOf(run);
        if (!isDeepStrictEqual({ ...run.observed!.mark }, { ...wanted })) {
          await networksOf(run.hypervisor).setMark(run.observed!.uuid, wanted);
        }
      },
    },
    {
      name: "start",
      async run(run) {
        if (run.observed!.active) return;
        await networksOf(run.hypervisor).start(run.observed!.uuid);
        run.observed = await look(run);
      },
    },
    {
      name: "hosts",
      async run(run) {
        const wanted = definitionOf(run.inputs, markOf(run));
        const old = before(run);
        if (!hostsSettled(wanted, run.observed!, old)) {
          run.made.__hosts = union(old, hostsIn(wanted));
          await networksOf(run.hypervisor).setHosts(wanted, { ...wanted, ...old });
          run.observed = await look(run);
        }
        run.made.__hosts = hostsIn(wanted);
      },
    },
    {
      name: "autostart",
      async run(run) {
        const wanted = run.inputs.autostart === true;
        if (run.observed!.autostart !== wanted)
          await networksOf(run.hypervisor).setAutostart(run.observed!.uuid, wanted);
      },
    },
  ],
  outputsOf(run) {
    const { observed, inputs } = run;
    // Chosen by the hypervisor, and then kept: it is in the outputs where no program gives it.
    inputs.bridge ??= observed!.bridge!;
    return { gateway: observed!.ipv4?.address };
  },
  drift({ observed, inputs }) {
    return {
      ...driftOf(inputs, definitionOf(inputs, undefined), observed!),
      autostart: observed!.autostart,
      active: observed!.active ? undefined : false,
    };
  },
  async remove(run) {
    const { machines } = run.hypervisor;
    const networks = networksOf(run.hypervisor);
    const state = await networks.find(run.inputs.uuid);
    if (!state) return;
    // Where libvirt keeps no mark, the UUID, which derives from the host's lineage, says that it is ours.
    if (state.mark && state.mark.incarnation !== run.made.__incarnation) {
      run.context.tell("warning", "the network was recreated in the meantime; it is left as it is");
      return;
    }
    const { project, stack } = run.context;
    const others: string[] = [];
    for (const uuid of await networks.users(state.uuid)) {
      const machine = await machines.find(uuid);
      if (!machine) continue;
      const mark = await machines.mark(uuid);
      if (mark?.project !== project || mark.stack !== stack) others.push(`${machine.name} (${machine.power})`);
    }
    if (others.length > 0) {
      throw new WindroseError(
        "in-use",
        `the network ${state.name} is used by machines that are not of this stack: ${others.sort().join(", ")}`,
        {
          hint: "Unplug or delete them, or keep the network with `retainOnDelete`.",
        },
      );
    }
    await networks.remove(state.uuid);
  },
};

/** Adopting changes nothing that would unplug a guest. */
function refuseOtherKind(run: NetworkRun, there: NetworkState): void {
  const wanted = definitionOf(run.inputs, undefined);
  const differs =
    run.inputs.adopt === true
      ? [...otherKind(wanted, there), ...needsRestart(wanted, there)]
      : otherKind(wanted, there);
  if (differs.length === 0) return;
  const is = (name: string) => JSON.stringify(there[name as keyof NetworkState]) ?? "not set";
  throw new WindroseError(
    "replace-refused",
    `the network "${there.name}" is there, and differs in ${differs.map((name) => `${name} (${is(name)})`).join(", ")}`,
    { hint: "Give it those values to take it over." },
  );
}
