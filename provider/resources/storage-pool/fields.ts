import { known } from "../../basics/record";
import { poolTypes } from "../../drivers/features";
import { field, type Table, worded } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { nameField, onHost, permissionFields, uuidField } from "../common-fields";
import { defaultPath, samePath } from "./paths";

const relocated = worded("replaces it", ({ old, new: value }) => (samePath(old, value) ? "local" : "replace"));

const fields = {
  ...onHost,
  name: nameField("pool"),
  uuid: uuidField,
  type: field.choice("Type of the pool. `dir`: a directory.", "replace", poolTypes, {
    default: "dir",
    choices: "poolTypes",
  }),
  path: field.text("Directory on the host.", relocated, {
    pattern: /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]+$/,
    says: "must be an absolute path without `.` and `..`",
    default: (inputs: Readonly<Record<string, unknown>>) =>
      known(inputs.name) ? defaultPath(inputs.name) : inputs.name,
    defaultText: "`/var/lib/libvirt/images/<name>`",
  }),
  ...permissionFields("directory", "0711"),
  autostart: field.flag("Starts it when the host starts.", "live", { default: true }),
} as const;

const outputs = {
  capacity: { typeText: "string", doc: "Size of the file system that the pool is on." },
  madeDirectory: {
    typeText: "boolean",
    doc: "Whether the directory was made with the pool. An existing directory is not deleted.",
  },
} as const;

export type StoragePoolInputs = InputsOf<typeof fields>;

export const table = { kind: "StoragePool", fields, outputs } as const satisfies Table;
