import { unknown } from "../../basics/record";
import { field, type Table, worded } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { namePattern, onHost } from "../common-fields";

const fields = {
  ...onHost,
  machine: field.reference("Machine that the snapshot is of.", "replace", ["VirtualMachine"], {
    required: true,
    carries: ["name"],
  }),
  name: field.text("Name of the snapshot, unique among those of its machine.", "replace", {
    pattern: namePattern,
    says: "must be a name: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 64 characters",
    derived: true,
    defaultText: "the resource's name",
  }),
  description: field.text("Free-text description.", "live", { max: 2048, lines: true, absent: "blank" }),
  memory: field.flag("Include the memory of the machine, if it runs.", "replace", { default: true }),
  quiesce: field.flag("Have the guest agent flush and freeze the guest's file systems first.", "replace", {
    default: false,
  }),
  restore: field.text(
    "Any text. A new value rolls the machine back to the snapshot, once; the first value does nothing.",
    worded("live: a new value rolls the machine back", ({ old, new: value, state }) => {
      if (value === undefined) return { effect: "live", says: "live, nothing is rolled back" };
      const says = `live, rolls the machine back${old === undefined ? ", unless it was rolled back for it before" : ""}`;
      // What is not known may well be another one.
      if (value !== unknown && value === state.restoredToken) return { effect: "live", says };
      return { effect: "live", says, interrupts: { what: "machine", lasts: { while: ["rollback"] } }, loses: "writes" };
    }),
    { max: 256, lines: true },
  ),
  suffix: field.text("Distinguishes this snapshot from others of the same name.", "local", {
    derived: true,
    internal: true,
  }),
} as const;

const outputs = {
  created: { typeText: "string", doc: "Time of creation, ISO 8601." },
  power: { typeText: "string", doc: "Power state of the machine at that time." },
  restoredToken: {
    typeText: "string | undefined",
    doc: "The last `restore` that was carried out, or the one that the snapshot was created with.",
  },
} as const;

export type SnapshotInputs = InputsOf<typeof fields>;

export const table = { kind: "Snapshot", needs: "snapshots", fields, outputs } as const satisfies Table;
