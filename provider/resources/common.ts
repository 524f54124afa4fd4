import type { Mark } from "../hypervisors/model";
import { type Identity, known, type Run, refuse } from "../lifecycle";
import { derivedUuid, newIncarnation, physicalName } from "../ownership";
import { type EffectFunction, field, type Inputs, type Kind, unknown, worded } from "../schema";
import { sizeInBytes as bytes } from "../sizes";

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
    pool: field.reference("Pool that it is in.", "replace", ["StoragePool"], { required: true }),
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

export const poolOf = (run: Run<unknown>): string => String(run.inputs.pool);
export const volumeNameOf = (run: Run<unknown>): string => String(run.inputs.volumeName);

/** Whose a file or directory is, and who may do what with it. */
export const permissionFields = (what: string, mode: string) =>
  ({
    owner: field.integer(`User id of the ${what}.`, "live", { min: 0, max: 2 ** 31 - 1 }),
    group: field.integer(`Group id of the ${what}.`, "live", { min: 0, max: 2 ** 31 - 1 }),
    mode: field.text(`Mode of the ${what}, octal.`, "live", {
      pattern: /^0?[0-7]{3}$/,
      says: `must be an octal mode, as \`${mode}\``,
    }),
  }) as const;

/** A given value; else what the old inputs keep; else what is made anew. */
export function keep(inputs: Inputs, olds: Inputs | undefined, name: string, make: () => unknown): void {
  if (inputs[name] !== undefined) return;
  inputs[name] = known(olds?.[name]) ? olds?.[name] : make();
}

export function deriveName(inputs: Inputs, olds: Inputs | undefined, identity: Identity): void {
  keep(inputs, olds, "name", () => physicalName(identity.stack, identity.name));
}

/** Derived from the host's lineage, so unknown until the host is there. */
export function deriveUuid(inputs: Inputs, olds: Inputs | undefined, identity: Identity): void {
  keep(inputs, olds, "uuid", () => (identity.lineage ? derivedUuid(identity.lineage, identity.urn) : unknown));
}

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

/** The mark for a domain or network; the incarnation is made with the object and then kept. */
export function markOf(run: Run<unknown>): Mark {
  run.made.__incarnation ??= newIncarnation();
  const { project, stack, urn } = run.context;
  const { __lineage: lineage } = run.given;
  const mark = { project, stack, urn, incarnation: String(run.made.__incarnation) };
  return typeof lineage === "string" ? { ...mark, lineage } : mark;
}

/**
 * Before anything is destroyed: the object must carry the incarnation that the state knows. `gone`: it was deleted and
 * made anew by somebody (a replacement that created first): ours is gone already.
 */
export function ownership(run: Run<unknown>, mark: Mark | undefined, kind: Kind, name: string): "ours" | "gone" {
  if (mark && mark.incarnation === run.made.__incarnation) return "ours";
  if (!mark) {
    refuse(
      "foreign",
      `the ${kind} ${name} carries no mark of this stack`,
      `Run \`pulumi up\` with \`adopt: true\` to take it over, or take it out of the state with \`pulumi state delete\`.`,
    );
  }
  return "gone";
}

/** Refuses a foreign object of the same name, unless it is to be adopted. */
export async function taken(run: Run<unknown>, kind: Kind, found: Found): Promise<void> {
  if (run.inputs.adopt !== true) await foreign(run, kind, found);
}

/** `more`: further inputs that adopting it takes, as a program writes them. */
export async function foreign(run: Run<unknown>, kind: Kind, found: Found, ...more: string[]): Promise<never> {
  const uuid = found.uuid === undefined ? [] : [`uuid: "${found.uuid}"`];
  const inputs = ["adopt: true", ...uuid, ...more].map((input) => `\`${input}\``);
  const lineages = await lostLineages(run);
  const lost =
    lineages.length > 0
      ? ` Machines that ${run.context.project}/${run.context.stack} made are on the host: if the state of this stack was lost, set \`lineage: ${lineages.map((one) => `"${one}"`).join(" or ")}\` on the Host, and all that it made there is its own again.`
      : "";
  refuse(
    "already-exists",
    `the host has a ${kind} "${found.name}" already, which this stack did not make`,
    `Choose another \`name\`, or set ${inputs.join(" and ")} to take it over.${lost}`,
  );
}

/** Lineages under which machines of this very project and stack were made, and that its state does not know. */
export async function lostLineages(run: Run<unknown>): Promise<string[]> {
  const { project, stack } = run.context;
  const owners = await run.hypervisor.machines.owners().catch(() => []);
  const marks = owners.flatMap(({ mark }) => (mark?.project === project && mark.stack === stack ? [mark] : []));
  const lineages = new Set(marks.flatMap(({ lineage }) => lineage ?? []));
  return [...lineages].filter((lineage) => lineage !== run.given.__lineage).sort();
}

interface Found {
  readonly name: string;
  /** Where it has one by which it is taken over: it must be in the inputs, or the next preview would replace it. */
  readonly uuid?: string;
}

/**
 * An object of the very UUID, found without a state. A derived UUID, which is of version 8, says by itself that it is ours;
 * behind one that the program gave may be anybody's.
 */
export async function recognizeUuid(
  run: Run<unknown>,
  kind: Kind,
  found: { uuid: string; name: string; mark?: Mark },
): Promise<void> {
  const { project, stack } = run.context;
  if (found.mark?.project === project && found.mark.stack === stack) return;
  if (found.mark === undefined && found.uuid[14] === "8") return;
  await taken(run, kind, found);
}

/** The id of a volume or image: `<pool uuid>/<volume name>`. */
export function splitVolumeId(id: string): { pool: string; name: string } {
  const at = id.indexOf("/");
  return { pool: id.slice(0, at), name: id.slice(at + 1) };
}

export function grows(what: string): EffectFunction {
  return worded("live upward, refused downward", ({ old, new: value }) => {
    if (!known<string>(old) || !known<string>(value)) return "live";
    return bytes(value) >= bytes(old)
      ? "live"
      : { refuse: `${what} is never made smaller (${old} → ${value}): its data would be lost` };
  });
}

/**
 * A file's size is a whole number of sectors (qemu's block layer, 512 bytes), and of KiB where libvirt has qemu-img make it
 * (`storageBackendCreateQemuImgCmdFromVol`, src/storage/storage_util.c).
 */
export function sameSize(capacity: number, wanted: number): boolean {
  return capacity >= wanted && capacity - wanted < 1024;
}
