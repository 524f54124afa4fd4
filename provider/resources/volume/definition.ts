import { refuse, WindroseError } from "../../basics/errors";
import { type Inputs, known, unknown } from "../../basics/record";
import { formatSize, sizeInBytes } from "../../basics/sizes";
import type { VolumeDefinition, VolumeState } from "../../drivers/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { derivedSuffix } from "../../lifecycle/ownership";
import { releaseBacking } from "../backing";
import {
  deriveName,
  keep,
  namesOf,
  otherPermissions,
  ownFile,
  placeOf,
  sameSize,
  splitVolumeId,
  taken,
  volumeOf,
} from "../common";
import { consequences } from "./consequences";
import { table, type VolumeInputs } from "./fields";

export const volume: Definition<VolumeState, VolumeInputs> = {
  ...table,
  timeout: 1800,
  derive(inputs, olds, identity) {
    deriveName(inputs, olds, identity);
    const ending = inputs.format === "raw" ? "img" : "qcow2";
    const suffix = identity.lineage && derivedSuffix(identity.lineage, identity.urn);
    keep(inputs, olds, "volumeName", () =>
      suffix && known<string>(inputs.name) && inputs.format !== unknown
        ? `${inputs.name}-${suffix}.${ending}`
        : unknown,
    );
  },
  validate(inputs, _carried, failures) {
    const fail = (property: string, reason: string) => failures.push({ property, reason });
    if (inputs.image !== undefined && inputs.from !== undefined)
      fail("from", "is given together with `image`: it is made from one thing");
    if (inputs.size === undefined && inputs.image === undefined && inputs.from === undefined) {
      fail("size", "is required, or `image` or `from`, whose size it then has");
    }
    if (inputs.image === undefined || inputs.clone !== "linked") return;
    if (inputs.format === "raw") fail("format", 'a linked clone is always qcow2; set `clone: "full"` for raw');
    if (inputs.preallocation === "full")
      fail("preallocation", 'a linked clone takes no space beforehand; set `clone: "full"`');
    if (known<string>(inputs.image) && known<string>(inputs.pool) && splitVolumeId(inputs.image).pool !== inputs.pool) {
      fail("clone", 'a linked clone is in the pool of its image; set `clone: "full"`, or the same pool');
    }
  },
  exclusives: (inputs, carried, identity) => [
    ownFile(inputs, carried.pool, placeOf(inputs, identity), "volumeName", inputs.adopt === true),
  ],
  consequences,
  id: (inputs) => `${inputs.pool}/${inputs.volumeName}`,
  async observe(run) {
    const state = await run.hypervisor.volumes.find(run.inputs.pool, run.inputs.volumeName);
    if (!state || run.previous || (run.inputs.adopt !== true && isOwnName(run, state.name))) return state;
    await taken(run, "Volume", { name: state.name });
    run.made.__adopted = true;
    return state;
  },
  async ensure(run) {
    const { volumes } = run.hypervisor;
    const { inputs } = run;
    const definition: VolumeDefinition = {
      ...volumeOf(run),
      format: inputs.format,
      capacity: inputs.size === undefined ? 0 : sizeInBytes(inputs.size),
      preallocation: inputs.preallocation,
      owner: inputs.owner,
      group: inputs.group,
      mode: inputs.mode,
    };
    const id = inputs.image ?? inputs.from;
    if (id === undefined) return volumes.create(definition);
    const from = splitVolumeId(id);
    const source = await volumes.find(from.pool, from.name);
    if (!source)
      refuse(
        "not-found",
        `the ${inputs.image ? "image" : "volume"} ${from.name} that it is made from is not on the host`,
      );
    if (definition.capacity === 0) definition.capacity = source.capacity;
    else refuseSmaller(definition.capacity, source.capacity, from.name);
    if (inputs.from !== undefined || inputs.clone === "full") return volumes.copy(definition, from, run.context);
    return volumes.clone(definition, from);
  },
  steps: [
    {
      name: "size",
      async run(run) {
        if (run.inputs.size === undefined) return;
        const wanted = sizeInBytes(run.inputs.size);
        const { capacity, name } = run.observed!;
        if (sameSize(capacity, wanted)) return;
        refuseSmaller(wanted, capacity, name);
        await run.hypervisor.volumes.grow(run.inputs.pool, run.inputs.volumeName, wanted);
      },
    },
    {
      name: "permissions",
      async run({ inputs, observed, hypervisor }) {
        if (otherPermissions(inputs, observed!).length === 0) return;
        const { owner, group, mode } = inputs;
        await hypervisor.volumes.setPermissions(observed!.pool, observed!.name, { owner, group, mode });
      },
    },
  ],
  outputsOf({ observed, made }) {
    const { path, key, allocation } = observed!;
    return { path, key, allocation: made.allocation ?? formatSize(allocation) };
  },
  drift({ observed, inputs }) {
    const state = observed!;
    const real: Inputs = {};
    if (known<string>(inputs.size) && !sameSize(state.capacity, sizeInBytes(inputs.size)))
      real.size = formatSize(state.capacity);
    for (const name of otherPermissions(inputs, state)) if (state[name] !== undefined) real[name] = state[name];
    return real;
  },
  async remove(run) {
    const { volumes } = run.hypervisor;
    const state = await volumes.find(run.inputs.pool, run.inputs.volumeName);
    if (!state) return;
    if (run.made.__adopted === true) {
      run.context.tell("info", `the volume ${state.name} was there before and stays`);
      return;
    }
    const users = await volumes.users(state);
    if (users.length > 0) {
      const names = await namesOf(run, users);
      throw new WindroseError("in-use", `the volume ${state.name} is a disk of ${names.join(", ")}`, {
        hint: "Detach it first, in an update of its own where both change.",
      });
    }
    const dependents = await volumes.dependents(state);
    if (dependents.length > 0) {
      throw new WindroseError(
        "in-use",
        `the volume ${state.name} is the backing file of ${dependents.map((one) => one.name).join(", ")}`,
      );
    }
    await volumes.delete(state.pool, state.name);
    if (state.backingPath) await releaseBacking(run, state.backingPath);
  },
};

/** Whether a volume's name is this resource's own: by its suffix, which derives from the host's lineage and nobody else has. */
function isOwnName({ inputs, given, context }: Run<unknown>, volumeName: string): boolean {
  const { __lineage: lineage } = given;
  if (typeof lineage !== "string") return false;
  const start = `${inputs.name}-${derivedSuffix(lineage, context.urn)}.`;
  return volumeName === `${start}qcow2` || volumeName === `${start}img`;
}

function refuseSmaller(wanted: number, there: number, name: string): void {
  if (wanted >= there) return;
  throw new WindroseError(
    "invalid-input",
    `${formatSize(wanted)} is less than the ${formatSize(there)} of ${name}: data would be lost`,
    { hint: `Give it a \`size\` of ${formatSize(there)} at least.` },
  );
}
