import { WindroseError } from "../../basics/errors";
import { known, unknown } from "../../basics/record";
import { formatSize } from "../../basics/sizes";
import type { PoolState } from "../../drivers/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { sweep } from "../backing";
import {
  deriveName,
  deriveUuid,
  foreign,
  lineageOf,
  otherPermissions,
  ownNames,
  placeOf,
  recognizeUuid,
} from "../common";
import { type StoragePoolInputs, table } from "./fields";
import { defaultPath, plainPath, samePath } from "./paths";

type Observed = PoolState;

const definitionOf = ({ inputs }: Run<Observed, StoragePoolInputs>) => ({
  uuid: inputs.uuid,
  name: inputs.name,
  type: "dir" as const,
  path: inputs.path,
  mode: inputs.mode,
  owner: inputs.owner,
  group: inputs.group,
});

export const storagePool: Definition<Observed, StoragePoolInputs> = {
  ...table,
  timeout: 120,
  derive(inputs, olds, identity) {
    deriveName(inputs, olds, identity);
    deriveUuid(inputs, olds, identity);
  },
  exclusives: (inputs, _carried, identity) => [
    ...ownNames("StoragePool", inputs, identity),
    {
      key: ["path", placeOf(inputs, identity), known(inputs.path) ? plainPath(inputs.path) : unknown],
      at: "path",
      what: "the directory",
    },
  ],
  id: (inputs) => inputs.uuid,
  async observe(run) {
    const { pools } = run.hypervisor;
    const ours = await pools.find(run.inputs.uuid);
    if (ours && !run.previous) await recognizeUuid(run, "StoragePool", ours);
    if (ours && !run.previous && !samePath(ours.path, run.inputs.path)) {
      throw new WindroseError(
        "replace-refused",
        `the pool "${ours.name}" is at ${ours.path}, not at ${run.inputs.path}`,
        { hint: `Set \`path: "${ours.path}"\` to adopt it.` },
      );
    }
    // The state was lost, or a run was killed. A directory in another place may have existed before the pool.
    if (ours && !run.previous && run.inputs.adopt !== true)
      run.made.madeDirectory ??= samePath(ours.path, defaultPath(run.inputs.name));
    if (ours || run.previous) return ours;
    const other = await pools.findByName(run.inputs.name);
    if (!other) return undefined;
    return foreign(
      run,
      "StoragePool",
      other,
      ...(samePath(other.path, run.inputs.path) ? [] : [`path: "${other.path}"`]),
    );
  },
  async ensure(run) {
    const { pools } = run.hypervisor;
    const definition = definitionOf(run);
    run.made.madeDirectory ??= !(await pools.pathExists(definition.path));
    await pools.define(definition);
    return (await pools.find(definition.uuid))!;
  },
  steps: [
    {
      name: "start",
      async run(run) {
        if (!run.observed!.active) await run.hypervisor.pools.start(run.observed!.uuid);
      },
    },
    {
      name: "permissions",
      async run(run) {
        const { inputs, observed } = run;
        if (otherPermissions(inputs, observed!).length > 0)
          await run.hypervisor.pools.setPermissions({ ...definitionOf(run), uuid: observed!.uuid });
      },
    },
    {
      name: "autostart",
      async run(run) {
        if (run.observed!.autostart !== run.inputs.autostart) {
          await run.hypervisor.pools.setAutostart(run.observed!.uuid, run.inputs.autostart === true);
        }
      },
    },
  ],
  async outputsOf(run) {
    const state = (await run.hypervisor.pools.find(run.observed!.uuid)) ?? run.observed!;
    return { capacity: formatSize(state.capacity), madeDirectory: run.made.madeDirectory ?? false };
  },
  drift({ observed, inputs }) {
    const state = observed!;
    return {
      name: state.name,
      ...(samePath(state.path, inputs.path) ? {} : { path: state.path }),
      autostart: state.autostart,
      ...Object.fromEntries(
        otherPermissions(inputs, state).flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])),
      ),
    };
  },
  async remove(run) {
    const { pools } = run.hypervisor;
    const uuid = run.inputs.uuid;
    const state = await pools.find(uuid);
    if (!state) return;
    const adopted = run.made.madeDirectory !== true;
    if (!adopted) {
      if (!state.active) await pools.start(uuid);
      const left = await sweep(run, uuid);
      if (left.length > 0) {
        throw new WindroseError(
          "in-use",
          `the pool still holds ${left.length} volumes that are not of this stack: ${left
            .slice(0, 5)
            .map((volume) => volume.name)
            .join(", ")}`,
          {
            hint: "Delete or move them, or keep the pool with `retainOnDelete`.",
          },
        );
      }
    } else {
      const lineage = lineageOf(run);
      if (lineage !== undefined) await run.hypervisor.volumes.forget(uuid, { lineage });
    }
    await pools.remove(uuid, !adopted);
  },
};
