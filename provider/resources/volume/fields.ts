import { clones, volumeFormats } from "../../drivers/features";
import { field, type Table } from "../../lifecycle/schema";
import { grows, inPool, nameField, onHost, permissionFields } from "../common-fields";

const fields = {
  ...onHost,
  ...inPool("`<name>-<suffix>.<qcow2|img>`"),
  name: nameField("volume"),
  format: field.choice("Format of the file.", "replace", volumeFormats, {
    default: "qcow2",
    choices: "volumeFormats",
  }),
  size: field.size(
    "Size that a guest sees. It grows, also while a guest has it, and never shrinks. Needed without `image` or `from`.",
    grows("a volume"),
    { min: 512, of: "disk", defaultText: "that of `image` or `from`" },
  ),
  image: field.reference("Image that it is made from.", "replace", ["Image"]),
  clone: field.choice(
    "With `image`. `linked`: the image stays its backing file; `full`: an independent copy.",
    "replace",
    clones,
    { default: "linked", choices: "clones" },
  ),
  from: field.reference(
    "Volume that it is made from: a full, independent copy of what it holds at the time.",
    "replace",
    ["Volume"],
  ),
  preallocation: field.choice(
    "Space that is taken at once: none, that of qcow2's own tables, or all.",
    "replace",
    ["off", "metadata", "full"],
    { default: "off" },
  ),
  ...permissionFields("file", "0600"),
} as const;

const outputs = {
  path: { typeText: "string", doc: "Path on the host." },
  key: { typeText: "string", doc: "What the hypervisor tells it by." },
  allocation: { typeText: "string", doc: "Space that it took when it was made." },
} as const;

export const table = { kind: "Volume", fields, outputs } as const satisfies Table;
