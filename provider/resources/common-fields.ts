import { known } from "../basics/record";
import { sizeInBytes as bytes } from "../basics/sizes";
import { type EffectFunction, field, worded } from "../lifecycle/schema";

/** Fields that several resources have, each said once. */

/** Fields that every resource on a host has. */
export const onHost = {
  host: field.reference("Host that it is on.", "replace", ["Host"], { required: true }),
  adopt: field.flag(
    "Adopt an existing object on the host instead of refusing it. A machine, network or pool also needs its `uuid`, an image or volume its `volumeName`. A change that needs a restart is refused, unless `restart` allows it.",
    "local",
    { default: false },
  ),
  timeout: field.integer(
    "Seconds allowed for creating, updating, reading or deleting it.",
    "local",
    { min: 1, max: 86_400 },
    {
      defaultText: "by kind",
    },
  ),
} as const;

/** What libvirt and file systems take for a name. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const nameField = (what: string) =>
  field.text(`Name of the ${what} on the host.`, "replace", {
    pattern: namePattern,
    says: "must be a name: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 64 characters",
    derived: true,
    defaultText: "`<stack>-<name>`",
  });

/** What a file of a volume may be called. */
export const fileName = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  says: "must be a file name: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 128 characters",
} as const;

/** Fields that say where a volume's file is. */
export const inPool = (defaultName: string) =>
  ({
    pool: field.reference("Storage pool that it is in.", "replace", ["StoragePool"], {
      required: true,
      carries: ["name"],
    }),
    volumeName: field.text(
      "File name in the pool. With `adopt`, the existing volume of this name is adopted.",
      "replace",
      {
        ...fileName,
        derived: true,
        defaultText: defaultName,
      },
    ),
  }) as const;

/** Whose a file or directory is, and who may do what with it. */
export const permissionFields = (what: string, mode: string) =>
  ({
    owner: field.integer(
      `User id that owns the ${what}.`,
      "live",
      { min: 0, max: 2 ** 31 - 1 },
      { needs: "filePermissions" },
    ),
    group: field.integer(
      `Group id that owns the ${what}.`,
      "live",
      { min: 0, max: 2 ** 31 - 1 },
      { needs: "filePermissions" },
    ),
    mode: field.text(`Octal mode of the ${what}.`, "live", {
      pattern: /^0?[0-7]{3}$/,
      says: `must be an octal mode, such as \`${mode}\``,
      needs: "filePermissions",
    }),
  }) as const;

export const uuidField = field.text(
  "UUID. By default derived from the host's lineage and the resource's identity, and then kept. With `adopt`: the UUID of the existing object (`virsh domuuid`, `net-uuid`, `pool-uuid`).",
  "replace",
  {
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    says: "must be a UUID in lowercase",
    derived: true,
    defaultText: "derived",
  },
);

export function grows(what: string): EffectFunction {
  return worded("live upward, refused downward", ({ old, new: value }) => {
    if (!known<string>(old) || !known<string>(value)) return "live";
    return bytes(value) >= bytes(old)
      ? "live"
      : { refuse: `${what} is never made smaller (${old} → ${value}): its data would be lost` };
  });
}
