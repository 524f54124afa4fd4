import { clones, volumeFormats } from "../../drivers/features";
import { field, type Table } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
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
    "Size as a guest sees it. It can grow, also while a guest uses it, and never shrinks. Required without `image` and `from`.",
    grows("a volume"),
    { min: 512, of: "disk", defaultText: "the size of `image` or `from`" },
  ),
  image: field.reference("Image that the volume is made from.", "replace", ["Image"]),
  clone: field.choice(
    "How `image` is used. `linked`: as the backing file; `full`: as an independent copy.",
    "replace",
    clones,
    { default: "linked", choices: "clones" },
  ),
  from: field.reference("Volume to copy. The copy is independent and has the content of that moment.", "replace", [
    "Volume",
  ]),
  preallocation: field.choice(
    "Space that is allocated at once. `off`: none; `metadata`: that of qcow2's tables; `full`: all.",
    "replace",
    ["off", "metadata", "full"],
    { default: "off" },
  ),
  ...permissionFields("file", "0600"),
} as const;

const outputs = {
  path: { typeText: "string", doc: "Path on the host." },
  key: { typeText: "string", doc: "Key of the volume in the hypervisor." },
  allocation: { typeText: "string", doc: "Space that it took when it was created." },
} as const;

export type VolumeInputs = InputsOf<typeof fields>;

export const table = { kind: "Volume", fields, outputs } as const satisfies Table;
