import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Definition } from "../../lifecycle/definition";
import { type CommandRun, carryOut, defaultTimeout, placeIsGone } from "./carry-out";
import { consequences } from "./consequences";
import { type CommandInputs, causes, table } from "./fields";
import { validateCommand } from "./validate";

/** Whether something has changed since the run that the state tells of, or that run did not end well. */
function isDue({ inputs, previous, made }: CommandRun): boolean {
  if (!previous || made.__created !== true) return true;
  if (Array.isArray(previous.__pending) && previous.__pending.length > 0) return true;
  const names: readonly (keyof CommandInputs)[] = inputs.update === undefined ? causes : [...causes, "update"];
  return names.some((name) => !isDeepStrictEqual(previous[name] ?? undefined, inputs[name]));
}

export const command: Definition<true, CommandInputs> = {
  ...table,
  keeps: ["__hostKeys"],
  timeout: defaultTimeout,
  connects: (inputs) => inputs.machine !== undefined,
  validate: validateCommand,
  consequences,
  id: (_inputs, made) => String(made.__id),
  // What it did can't be looked at: it is as the state has it, and its machine may be gone.
  observe: async ({ previous }) => (previous ? true : undefined),
  async ensure({ made }) {
    made.__id = randomUUID();
    made.__begun = false;
    return true;
  },
  steps: [
    {
      name: "command",
      async run(run) {
        if (!isDue(run)) return;
        const which = run.made.__created === true && run.inputs.update !== undefined ? "update" : "create";
        if (run.inputs[which] !== undefined) await carryOut(run, which);
        else Object.assign(run.made, { stdout: "", stderr: "", exitCode: 0 });
        run.made.__created = true;
        run.made.__begun = true;
      },
    },
  ],
  outputsOf: () => ({}),
  drift: () => ({}),
  async remove(run) {
    if (run.inputs.delete === undefined || run.made.__begun === false || (await placeIsGone(run))) return;
    await carryOut(run, "delete");
  },
};
