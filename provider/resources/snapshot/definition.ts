import { refuse } from "../../basics/errors";
import { known, unknown } from "../../basics/record";
import { snapshotsOf } from "../../drivers/hypervisor";
import type { SnapshotState } from "../../drivers/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { derivedSuffix, physicalName } from "../../lifecycle/ownership";
import { keep, placeOf, taken, thingOf } from "../common";
import { consequences } from "./consequences";
import { type SnapshotInputs, table } from "./fields";

type SnapshotRun = Run<SnapshotState, SnapshotInputs>;

const machineOf = (run: SnapshotRun) => run.inputs.machine;
const nameOf = (run: SnapshotRun) => run.inputs.name;

const snapshotsOn = (run: SnapshotRun) => snapshotsOf(run.hypervisor);

const isOurs = (state: SnapshotState, suffix: unknown) => state.mark !== undefined && state.mark === suffix;

/** An empty text is none. */
const wantedText = ({ inputs }: SnapshotRun) => inputs.description || undefined;

const timeOf = (state: SnapshotState) => new Date(state.created).toISOString();

/** The one that the state knows: by our mark, or, where somebody has edited its description, by its time. */
const isSame = (run: SnapshotRun, state: SnapshotState) =>
  isOurs(state, run.inputs.suffix) || (known(run.made.created) && run.made.created === timeOf(state));

export const snapshot: Definition<SnapshotState, SnapshotInputs> = {
  ...table,
  timeout: 1800,
  derive(inputs, olds, identity) {
    keep(inputs, olds, "name", () => physicalName("", identity.name));
    keep(inputs, olds, "suffix", () => (identity.lineage ? derivedSuffix(identity.lineage, identity.urn) : unknown));
  },
  exclusives(inputs, carried, identity) {
    const machine = thingOf(inputs.machine, carried.machine, placeOf(inputs, identity));
    return [{ key: ["snapshot", machine, inputs.name], at: "name", what: "the name" }];
  },
  consequences,
  id: (inputs) => `${inputs.machine}/${inputs.name}`,
  async observe(run) {
    // The token that it is made with is the base line: only a later one rolls back.
    if (!run.previous) run.made.restoredToken = run.inputs.restore;
    const state = await snapshotsOn(run).find(machineOf(run), nameOf(run));
    if (state && !run.previous && !isOurs(state, run.inputs.suffix))
      await taken(run, "Snapshot", { name: state.name, made: state.mark !== undefined });
    // Ours was deleted, and somebody made another of its name: that one is not to be rolled back to, nor deleted.
    if (state && run.previous && known(run.made.created) && !isSame(run, state)) return undefined;
    return state;
  },
  async ensure(run) {
    const { inputs, hypervisor, made } = run;
    const snapshots = snapshotsOn(run);
    const machine = await hypervisor.machines.find(machineOf(run));
    if (!machine) refuse("not-found", `the machine ${machineOf(run)} is not on the host`);
    const other = await snapshots.find(machine.uuid, nameOf(run));
    if (other)
      refuse("already-exists", `the machine has a snapshot "${other.name}" already, which this stack did not make`);
    await snapshots.create(
      {
        machine: machine.uuid,
        name: nameOf(run),
        description: wantedText(run),
        mark: inputs.suffix,
        memory: inputs.memory === true && (machine.power === "running" || machine.power === "paused"),
        quiesce: inputs.quiesce === true && machine.power === "running",
      },
      run.context,
    );
    made.restoredToken = inputs.restore;
    return (await snapshots.find(machine.uuid, nameOf(run)))!;
  },
  steps: [
    {
      name: "description",
      async run(run) {
        const { observed, inputs } = run;
        if (isOurs(observed!, inputs.suffix) && observed!.description?.trimEnd() === wantedText(run)?.trimEnd()) return;
        await snapshotsOn(run).describe(machineOf(run), nameOf(run), wantedText(run), inputs.suffix);
      },
    },
    {
      name: "restore",
      async run(run) {
        const token = run.inputs.restore;
        if (token === undefined || token === run.made.restoredToken) return;
        await snapshotsOn(run).restore(machineOf(run), nameOf(run), run.context);
        run.made.restoredToken = token;
      },
    },
  ],
  outputsOf({ observed, made }) {
    return { created: timeOf(observed!), power: observed!.power, restoredToken: made.restoredToken };
  },
  drift(run) {
    const { description } = run.observed!;
    return description?.trimEnd() === wantedText(run)?.trimEnd() ? {} : { description };
  },
  async remove(run) {
    const state = await snapshotsOn(run).find(machineOf(run), nameOf(run));
    if (!state) return;
    if (!isSame(run, state)) {
      refuse(
        "foreign",
        `the snapshot "${state.name}" was recreated by somebody else`,
        "Delete it by hand, or take it out of the state with `pulumi state delete`.",
      );
    }
    await snapshotsOn(run).delete(machineOf(run), nameOf(run), run.context);
  },
};
