import { refuse } from "../basics/errors";
import { type Inputs, known, unknown } from "../basics/record";
import type { Mark, VolumeRef } from "../drivers/model";
import type { Identity, Run } from "../lifecycle/definition";
import type { Exclusive } from "../lifecycle/exclusives";
import { derivedUuid, isDerivedUuid, newIncarnation, parseUrn, physicalName } from "../lifecycle/ownership";
import type { Kind } from "../lifecycle/schema";

/** The volume that a Volume or an Image is. */
export function volumeOf({ inputs }: { inputs: { pool: string; volumeName: string } }): VolumeRef {
  return { pool: inputs.pool, name: inputs.volumeName };
}

const octal = (mode: string | number | undefined) => (typeof mode === "string" ? Number.parseInt(mode, 8) : mode);

interface Permissions {
  readonly owner?: number;
  readonly group?: number;
  readonly mode?: string;
}

/** Which of a file's desired permissions differ from its actual ones, however a mode is spelled. */
export function otherPermissions(desired: Permissions, actual: Permissions): (keyof Permissions)[] {
  return (["owner", "group", "mode"] as const).filter(
    (name) => desired[name] !== undefined && octal(desired[name]) !== octal(actual[name]),
  );
}

/** A given value; else what the old inputs keep; else what is made anew. */
export function keep(inputs: Inputs, olds: Inputs | undefined, name: string, make: () => unknown): void {
  if (inputs[name] !== undefined) return;
  inputs[name] = known(olds?.[name]) ? olds?.[name] : make();
}

export function deriveName(inputs: Inputs, olds: Inputs | undefined, identity: Identity): void {
  keep(inputs, olds, "name", () => physicalName(identity.stack, identity.name));
}

/** The host; while that is yet to be made, the way to it. */
export function placeOf(inputs: Inputs, { connection }: Identity): unknown {
  return known(inputs.host) ? inputs.host : ["by", connection];
}

/** What stands on the host; while it is yet to be made, the name that it will have there. `carried`: what its reference brought. */
export function thingOf(id: unknown, carried: Inputs | undefined, place: unknown): unknown {
  if (known(id)) return id;
  return carried && known(carried.name) ? [place, carried.name] : unknown;
}

/** The names of a domain, network or pool. */
export function ownNames(kind: Kind, inputs: Inputs, identity: Identity): Exclusive[] {
  const place = placeOf(inputs, identity);
  return [
    { key: ["name", kind, place, inputs.name], at: "name", what: "the name" },
    { key: ["uuid", kind, place, inputs.uuid], at: "uuid", what: "the UUID" },
  ];
}

/** The file of a volume or image in its pool. */
export function ownFile(
  { pool, volumeName }: Inputs,
  carried: Inputs | undefined,
  place: unknown,
  at = "volumeName",
  shares = false,
): Exclusive {
  return { key: ["file", thingOf(pool, carried, place), volumeName], at, what: "the file", shares };
}

/** Derived from the host's lineage, so unknown until the host is there. */
export function deriveUuid(inputs: Inputs, olds: Inputs | undefined, identity: Identity): void {
  keep(inputs, olds, "uuid", () => (identity.lineage ? derivedUuid(identity.lineage, identity.urn) : unknown));
}

/** The host's lineage, by which a resource's things there are its own; a run that deletes has it from the state. */
export function lineageOf({ given, previous }: Pick<Run<unknown>, "given" | "previous">): string | undefined {
  const lineage = given.__lineage ?? previous?.__lineage;
  return typeof lineage === "string" ? lineage : undefined;
}

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
  const { why, hint } = explain(kind, await makerOf(run, kind, found), `set ${inputs.join(" and ")} to take it over`);
  const lineages = await lostLineages(run).catch(() => []);
  const lost =
    lineages.length > 0
      ? ` Machines that ${run.context.project}/${run.context.stack} made are on the host: if the state of this stack was lost, set \`lineage: ${lineages.map((one) => `"${one}"`).join(" or ")}\` on the Host, and all that it made there is its own again.`
      : "";
  refuse("already-exists", `the host has a ${kind} "${found.name}" already, ${why}`, `${hint}${lost}`);
}

/** Who made what is in the way, as far as it says so. */
type Maker =
  | { by: "stranger" }
  /** A stack; which one is not known. */
  | { by: "somebody" }
  | { by: "other"; stack: string }
  /** This stack, under the name of another resource. */
  | { by: "us"; resource: string; alias: string };

async function makerOf(run: Run<unknown>, kind: Kind, found: Found): Promise<Maker> {
  const { project, stack, urn } = run.context;
  const { __lineage: lineage } = run.given;
  const asked = kind === "VirtualMachine" && found.uuid !== undefined;
  const mark = found.mark ?? (asked ? await run.hypervisor.machines.mark(found.uuid!) : undefined);
  if (!mark) return { by: found.made || isDerivedUuid(found.uuid) ? "somebody" : "stranger" };
  if (mark.project !== project || mark.stack !== stack) return { by: "other", stack: `${mark.project}/${mark.stack}` };
  // Under another lineage, or under this very name, it is of a state that was lost.
  if (mark.urn === urn || (mark.lineage !== undefined && mark.lineage !== lineage)) return { by: "stranger" };
  const [before, now] = [parseUrn(mark.urn), parseUrn(urn)];
  const alias = before.type === now.type ? `{ name: ${JSON.stringify(before.name)} }` : JSON.stringify(mark.urn);
  return { by: "us", resource: `${kind} ${JSON.stringify(before.name)}`, alias };
}

function explain(kind: Kind, maker: Maker, adopt: string): { why: string; hint: string } {
  const property = kind === "Volume" || kind === "Image" ? "`volumeName`" : "`name`";
  const another = `choose another ${property} (by default it is \`<stack>-<name>\`, whatever the project)`;
  switch (maker.by) {
    case "us":
      return {
        why: `${maker.resource} of this very stack`,
        hint: `If that was renamed in the program, give it the option \`aliases: [${maker.alias}]\`: it stays what it is. If both are wanted, choose another \`name\`. If the other is to go, take it out of the program in an update of its own, and add this one in the next.`,
      };
    case "other":
      return {
        why: `which the stack ${maker.stack} made`,
        hint: `That one has it in its state: ${another}. Only if ${maker.stack} is gone, ${adopt}.`,
      };
    case "somebody":
      return {
        why: "which another stack made, or this one for another resource",
        hint: `If the resource was renamed in the program, give it the option \`aliases\`. If another stack has it, ${another}. If no state has it any more, ${adopt}.`,
      };
    case "stranger":
      return { why: "which this stack did not make", hint: `Choose another ${property}, or ${adopt}.` };
  }
}

/** Lineages under which machines of this very project and stack were made, and that its state does not know. */
export async function lostLineages(run: Run<unknown>): Promise<string[]> {
  const { project, stack } = run.context;
  const owners = await run.hypervisor.machines.owners();
  const marks = owners.flatMap(({ mark }) => (mark?.project === project && mark.stack === stack ? [mark] : []));
  const lineages = new Set(marks.flatMap(({ lineage }) => lineage ?? []));
  // A Host's own is among its inputs.
  const own = run.given.__lineage ?? run.inputs.lineage;
  return [...lineages].filter((lineage) => lineage !== own).sort();
}

interface Found {
  readonly name: string;
  /** Where it has one by which it is taken over: it must be in the inputs, or the next preview would replace it. */
  readonly uuid?: string;
  readonly mark?: Mark;
  /** Whether it is known to be made by a stack. */
  readonly made?: boolean;
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
  if (isMarkedBy(run, found.mark)) return;
  if (found.mark === undefined && isDerivedUuid(found.uuid)) return;
  await taken(run, kind, found);
}

/** Whether a mark is this very resource's. One of another resource of this stack is not: that one would delete the object. */
export function isMarkedBy({ context }: Run<unknown>, mark: Mark | undefined): boolean {
  return mark?.project === context.project && mark.stack === context.stack && mark.urn === context.urn;
}

/** What people know the machines by that use a volume. */
export function namesOf({ hypervisor }: Run<unknown>, uuids: readonly string[]): Promise<string[]> {
  return Promise.all(uuids.map(async (uuid) => (await hypervisor.machines.find(uuid))?.name ?? uuid));
}

/** The id of a volume or image: `<pool uuid>/<volume name>`. */
export function splitVolumeId(id: string): { pool: string; name: string } {
  const at = id.indexOf("/");
  return { pool: id.slice(0, at), name: id.slice(at + 1) };
}

/**
 * A file's size is a whole number of sectors (qemu's block layer, 512 bytes), and of KiB where libvirt has qemu-img make it
 * (`storageBackendCreateQemuImgCmdFromVol`, src/storage/storage_util.c).
 */
export function sameSize(capacity: number, wanted: number): boolean {
  return capacity >= wanted && capacity - wanted < 1024;
}
