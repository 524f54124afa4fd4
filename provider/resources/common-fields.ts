import { known } from "../basics/record";
import { sizeInBytes as bytes } from "../basics/sizes";
import { type EffectFunction, field, worded } from "../lifecycle/schema";

/** Fields that several resources have, each said once. */

/** Fields that every resource on a host has. */
export const onHost = {
  host: field.reference("The machine that it stands on.", "replace", ["Host"], { required: true }),
  adopt: field.flag(
    "Take over an object that is on the host already, instead of refusing it. A machine, network or pool needs its `uuid` as well, an image or volume its `volumeName`. What would need a restart is refused, unless `restart` allows it.",
    "local",
    { default: false },
  ),
  timeout: field.integer(
    "Seconds that creating, updating, reading or deleting it may take.",
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
  field.text(`The ${what}'s name on the host.`, "replace", {
    pattern: namePattern,
    says: "a name is made of letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has 64 characters at most",
    derived: true,
    defaultText: "`<stack>-<name>`",
  });

/** What a file of a volume may be called. */
export const fileName = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  says: "is made of letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has 128 characters at most",
} as const;

/** Fields that say where a volume's file is. */
export const inPool = (defaultName: string) =>
  ({
    pool: field.reference("Pool that it is in.", "replace", ["StoragePool"], { required: true, carries: ["name"] }),
    volumeName: field.text(
      "Its file's name in the pool. Given together with `adopt`, a volume of that name is taken over.",
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
    owner: field.integer(`User id of the ${what}.`, "live", { min: 0, max: 2 ** 31 - 1 }, { needs: "filePermissions" }),
    group: field.integer(
      `Group id of the ${what}.`,
      "live",
      { min: 0, max: 2 ** 31 - 1 },
      { needs: "filePermissions" },
    ),
    mode: field.text(`Mode of the ${what}, octal.`, "live", {
      pattern: /^0?[0-7]{3}$/,
      says: `must be an octal mode, as \`${mode}\``,
      needs: "filePermissions",
    }),
  }) as const;

export const uuidField = field.text(
  "UUID. Derived from the host's lineage and the resource's identity, and kept; with `adopt` the UUID of the object that is there (`virsh domuuid`, `net-uuid`, `pool-uuid`).",
  "replace",
  {
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    says: "must be a UUID in small letters",
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
