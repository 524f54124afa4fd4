import { known, unknown } from "../../basics/record";
import type { SnapshotState } from "../../drivers/model";
import { type Definition, type Run, refuse } from "../../lifecycle/lifecycle";
import { derivedSuffix, physicalName } from "../../lifecycle/ownership";
import { keep, placeOf, taken, thingOf } from "../common";
import { consequences } from "./consequences";
import { table } from "./fields";

type SnapshotRun = Run<SnapshotState>;

const machineOf = (run: SnapshotRun) => String(run.inputs.machine);
const nameOf = (run: SnapshotRun) => String(run.inputs.name);

/**
 * A snapshot can carry no mark, so its description ends with a line of ours: `windrose <suffix>`, where the suffix derives
 * from the host's lineage and the resource's identity.
 */
const trailer = (suffix: unknown) => `windrose ${suffix}`;

function withTrailer(description: unknown, suffix: unknown): string {
  return description === undefined || description === "" ? trailer(suffix) : `${description}\n${trailer(suffix)}`;
}

/** The user's own text of a description. */
export function withoutTrailer(description: string | undefined): string | undefined {
  const text = (description ?? "").replace(/(^|\n)windrose [0-9a-f]{8}\s*$/, "");
  return text === "" ? undefined : text;
}

const isOurs = (state: SnapshotState, suffix: unknown) => (state.description ?? "").trimEnd().endsWith(trailer(suffix));

const timeOf = (state: SnapshotState) => new Date(state.created).toISOString();

/** The one that the state knows: by our line, or, where somebody has edited its description, by its time. */
const isSame = (run: SnapshotRun, state: SnapshotState) =>
  isOurs(state, run.inputs.suffix) || (known(run.made.created) && run.made.created === timeOf(state));

export const snapshot: Definition<SnapshotState> = {
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
    const state = await run.hypervisor.snapshots.find(machineOf(run), nameOf(run));
    if (state && !run.previous && !isOurs(state, run.inputs.suffix))
      await taken(run, "Snapshot", { name: state.name, made: withoutTrailer(state.description) !== state.description });
    // Ours was deleted, and somebody made another of its name: that one is not to be rolled back to, nor deleted.
    if (state && run.previous && known(run.made.created) && !isSame(run, state)) return undefined;
    return state;
  },
  async ensure(run) {
    const { inputs, hypervisor, made } = run;
    const machine = await hypervisor.machines.find(machineOf(run));
    if (!machine) refuse("not-found", `the machine ${machineOf(run)} is not on the host`);
    const other = await hypervisor.snapshots.find(machine.uuid, nameOf(run));
    if (other)
      refuse("already-exists", `the machine has a snapshot "${other.name}" already, which this stack did not make`);
    await hypervisor.snapshots.create(
      {
        machine: machine.uuid,
        name: nameOf(run),
        description: withTrailer(inputs.description, inputs.suffix),
        memory: inputs.memory === true && (machine.power === "running" || machine.power === "paused"),
        quiesce: inputs.quiesce === true && machine.power === "running",
      },
      run.context,
    );
    made.restoredToken = inputs.restore;
    return (await hypervisor.snapshots.find(machine.uuid, nameOf(run)))!;
  },
  steps: [
    {
      name: "description",
      async run(run) {
        const wanted = withTrailer(run.inputs.description, run.inputs.suffix);
        if ((run.observed!.description ?? "").trimEnd() === wanted.trimEnd()) return;
        await run.hypervisor.snapshots.setDescription(machineOf(run), nameOf(run), wanted);
      },
    },
    {
      name: "restore",
      async run(run) {
        const token = run.inputs.restore;
        if (token === undefined || token === run.made.restoredToken) return;
        await run.hypervisor.snapshots.restore(machineOf(run), nameOf(run), run.context);
        run.made.restoredToken = token;
      },
    },
  ],
  outputsOf({ observed, made }) {
    return { created: timeOf(observed!), power: observed!.power, restoredToken: made.restoredToken };
  },
  drift({ observed, inputs }) {
    const description = withoutTrailer(observed!.description);
    const wanted = inputs.description === "" ? undefined : (inputs.description as string | undefined)?.trimEnd();
    return description?.trimEnd() === wanted ? {} : { description };
  },
  async remove(run) {
    const state = await run.hypervisor.snapshots.find(machineOf(run), nameOf(run));
    if (!state) return;
    if (!isSame(run, state)) {
      refuse(
        "foreign",
        `the snapshot "${state.name}" was made anew by somebody else`,
        "Delete it by hand, or take it out of the state with `pulumi state delete`.",
      );
    }
    await run.hypervisor.snapshots.delete(machineOf(run), nameOf(run), run.context);
  },
};
