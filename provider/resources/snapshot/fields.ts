import { unknown } from "../../basics/record";
import { field, type Table, worded } from "../../lifecycle/schema";
import { namePattern, onHost } from "../common-fields";

const fields = {
  ...onHost,
  machine: field.reference("The machine.", "replace", ["VirtualMachine"], { required: true, carries: ["name"] }),
  name: field.text("Name of the snapshot, unique for its machine.", "replace", {
    pattern: namePattern,
    says: "a name is made of letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has 64 characters at most",
    derived: true,
    defaultText: "the resource's name",
  }),
  description: field.text("For people.", "live", { max: 2048, lines: true, absent: "blank" }),
  memory: field.flag("With the memory of the machine, where it runs.", "replace", { default: true }),
  quiesce: field.flag("Have the guest agent write out its file systems before.", "replace", { default: false }),
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
  suffix: field.text("Tells our snapshots from others of the same name.", "local", { derived: true, internal: true }),
} as const;

const outputs = {
  created: { typeText: "string", doc: "When it was made, ISO 8601." },
  power: { typeText: "string", doc: "Whether the machine ran then." },
  restoredToken: {
    typeText: "string | undefined",
    doc: "The last `restore` that was carried out, or that it was made with.",
  },
} as const;

export const table = { kind: "Snapshot", needs: "snapshots", fields, outputs } as const satisfies Table;
