import { asWindroseError } from "../../provider/basics/errors";
import { asRecord } from "../../provider/basics/record";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { Kind } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import { consequences } from "./consequences";
import type { Digest, State, Step } from "./digest";
import { differences, type FieldChange, given, inputsOf, type Judged, judge } from "./fields";
import { type Group, groupOf } from "./groups";
import { code } from "./markdown";
import { isHandedOn, restartedBy } from "./nodes";

/**
 * What a change does to a resource, worst last. `update`: what another package's provider does, which only it knows;
 * `unknown`: the field table could not be asked.
 */
export const effects = ["local", "create", "live", "update", "unknown", "restart", "replace", "delete"] as const;
export type ChangeEffect = (typeof effects)[number];

/** One resource that changes. */
export interface Change {
  readonly urn: string;
  /** One of ours; undefined for another package's. */
  readonly kind?: Kind;
  /** `VirtualMachine`, or another package's type token. */
  readonly type: string;
  readonly name: string;
  readonly group: Group;
  readonly effect: ChangeEffect;
  readonly fields: readonly FieldChange[];
  readonly down: readonly string[];
  readonly lost: readonly string[];
  /** There may be more of both, which only a script or another package knows. */
  readonly unforeseen: boolean;
  /** Markdown sentences on what the fields don't say. */
  readonly notes: readonly string[];
}

/** Everything that changes, the heaviest first: the engine's own order differs from run to run. */
export function changesOf(digest: Digest): Change[] {
  const changes = merged(digest.steps).flatMap(({ operation, step }) => {
    const { type, name } = parseUrn(step.urn);
    const token = type.split("$").at(-1)!;
    const kind = kindOf(token);
    const state = step.newState ?? step.oldState;
    // A component and the stack itself do nothing; a foreign resource is custom.
    if (!state?.custom) return [];
    const place = { urn: step.urn, name, group: groupOf(step, digest.steps) };
    if (kind === undefined) return [foreign({ ...place, type: token }, operation, step)];
    return [ours({ ...place, kind, type: kind }, operation, step, digest)];
  });
  return changes.sort(byWeight);
}

function byWeight(one: Change, other: Change): number {
  const weight = (change: Change) => effects.indexOf(change.effect) + (change.lost.length > 0 ? effects.length : 0);
  return (
    weight(other) - weight(one) ||
    compareText(one.type, other.type) ||
    compareText(one.name, other.name) ||
    compareText(one.urn, other.urn)
  );
}

/** By code units: the order must not depend on the machine's language. */
export const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

type Operation = "create" | "update" | "replace" | "delete";
type Place = Pick<Change, "urn" | "kind" | "type" | "name" | "group">;

function kindOf(token: string): Kind | undefined {
  const name = /^pulumi-nodejs:dynamic\/windrose:(\w+)$/.exec(token)?.[1];
  return name !== undefined && Object.hasOwn(definitions, name) ? (name as Kind) : undefined;
}

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  delete: "delete",
};

/** The steps of one resource together: with `--show-replacement-steps` a replacement has several. */
function merged(steps: readonly Step[]): { operation: Operation; step: Step }[] {
  const byResource = new Map<string, { operation: Operation; step: Step }>();
  for (const step of steps) {
    const operation = Object.hasOwn(operations, step.op) ? operations[step.op]! : undefined;
    if (operation === undefined) continue;
    const leftOver = operation === "delete" && step.oldState?.pendingDelete === true;
    const key = `${leftOver} ${step.urn}`;
    const other = byResource.get(key);
    if (!other) byResource.set(key, { operation, step });
    else
      byResource.set(key, {
        operation: other.operation === operation ? operation : "replace",
        step: {
          ...(other.step.op === "replace" ? other.step : step),
          oldState: other.step.oldState ?? step.oldState,
          newState: other.step.newState ?? step.newState,
          replaceReasons: [...new Set([...other.step.replaceReasons, ...step.replaceReasons])],
          detailedDiff: other.step.detailedDiff ?? step.detailedDiff,
        },
      });
  }
  return [...byResource.values()];
}

function ours(place: Place & { kind: Kind }, operation: Operation, step: Step, digest: Digest): Change {
  const definition = definitions[place.kind];
  const stays = operation !== "create" && step.oldState?.retainOnDelete === true;
  const notes: string[] = [];
  let judged: Judged = { fields: [], refused: [], olds: {}, news: {} };
  let unread = false;
  try {
    judged = judge(definition, operation === "create" ? { ...step, oldState: undefined } : step);
  } catch (error) {
    unread = true;
    notes.push(`Its fields can't be judged: ${code(asWindroseError(error).why)}.`);
  }
  const fields =
    operation === "create" ? given(definition.fields, judged.news) : operation === "delete" ? [] : judged.fields;
  const state = { ...step.oldState?.outputs };
  const {
    down,
    lost,
    unforeseen = false,
  } = consequences({
    ...place,
    operation,
    fields,
    refused: judged.refused,
    state,
    olds: unread ? state : judged.olds,
    news: judged.news,
    guests: place.kind === "Network" ? guestsOf(step, digest.steps) : [],
    machine: nameBehind(step, "machine", "VirtualMachine"),
    handedOn: place.kind === "KubernetesNode" && isHandedOn(step, digest.steps),
  });
  const effect = operation === "update" ? (unread ? "unknown" : worst(fields)) : operation;
  notes.push(...notesOn(place.kind, operation, step, judged, stays, digest.steps));
  if (stays && operation === "delete")
    return { ...place, effect: "local", fields, down: [], lost: [], unforeseen: false, notes };
  return { ...place, effect, fields, down, lost: stays ? [] : lost, unforeseen, notes };
}

function worst(fields: readonly FieldChange[]): ChangeEffect {
  const found = fields.map((field): ChangeEffect => field.effect);
  return found.sort((one, other) => effects.indexOf(other) - effects.indexOf(one))[0] ?? "local";
}

function notesOn(
  kind: Kind,
  operation: Operation,
  step: Step,
  judged: Judged,
  stays: boolean,
  steps: readonly Step[],
): string[] {
  const notes: string[] = [];
  const node = restartedBy(step.urn, steps);
  const { oldState, newState } = step;
  if (judged.refused.length > 0 && operation === "update")
    notes.push(
      '`restart` is `"refuse"`: `up` refuses this while the machine runs. Shut it down, or set `restart` to `"now"` or `"defer"`.',
    );
  else if (
    operation === "update" &&
    judged.news.restart === "defer" &&
    judged.fields.some((field) => field.effect === "restart")
  )
    notes.push(
      node === undefined
        ? 'Waits for the next restart: `restart` is `"defer"`.'
        : `Restarted by its node ${code(node)}, which is drained before.`,
    );
  for (const field of judged.fields)
    if (field.refuse) notes.push(`${code(field.path)} is refused: ${code(field.refuse)}.`);
  if (kind === "VirtualMachine" && operation === "create") notes.push(...succession(step, steps));
  if (operation === "create" && judged.news.adopt === true)
    notes.push("Takes over what is there under its name (`adopt`).");
  if (operation === "replace" && !judged.fields.some((field) => field.effect === "replace"))
    notes.push(whyReplaced(step));
  if (operation === "update" && judged.fields.length === 0) notes.push(whyUpdated(step));
  if (stays) notes.push("Stays on the host, and is forgotten (`retainOnDelete`).");
  if (operation === "delete" && oldState?.deletedWith)
    notes.push(`Goes with ${code(parseUrn(oldState.deletedWith).name)}.`);
  if (operation === "delete" && oldState?.pendingDelete) notes.push("Left over from an earlier replacement.");
  if (
    kind === "VirtualMachine" &&
    (operation === "delete" || operation === "replace") &&
    judged.olds.keepDisks === true
  )
    notes.push("Its disks stay (`keepDisks`).");
  if (operation === "update" && step.detailedDiff === undefined && newState && hidesSecrets(oldState, newState))
    notes.push("Whether its secrets change is not known.");
  return notes;
}

/**
 * A new machine with the address or the name of one that goes: the engine makes the new one first. It gets the old one's
 * address only where that is off, and its name never.
 */
function succession({ newState }: Step, steps: readonly Step[]): string[] {
  const claims = (inputs: Readonly<Record<string, unknown>>) => {
    const addresses = Object.values(asRecord(inputs.interfaces)).flatMap((nic) => {
      const { network, address } = asRecord(nic);
      return typeof address === "string" && network !== undefined ? [`the address ${code(address)}`] : [];
    });
    return typeof inputs.name === "string" ? [...addresses, `the name ${code(inputs.name)}`] : addresses;
  };
  const wanted = claims({ ...newState?.inputs });
  return steps.flatMap(({ op, urn, oldState }) => {
    const { type, name } = parseUrn(urn);
    if (op !== "delete" || kindOf(type.split("$").at(-1)!) !== "VirtualMachine" || oldState?.pendingDelete) return [];
    const shared = claims({ ...oldState?.inputs }).filter((claim) => wanted.includes(claim));
    if (shared.length === 0) return [];
    return [
      `Has ${shared.join(" and ")} of ${code(name)}, which is deleted after this one is made: \`up\` fails, with the address alone as long as ${code(name)} runs. If this is ${code(name)} under another name, give it an alias; else delete ${code(name)} first.`,
    ];
  });
}

function whyReplaced({ oldState, replaceReasons }: Step): string {
  if (oldState?.taint) return "Replaced since it is tainted.";
  const reasons = replaceReasons.filter((name) => !name.startsWith("__"));
  if (reasons.length > 0) return `The engine replaces it for ${reasons.map(code).join(", ")}.`;
  return "Replaced by an option (`--replace`, `replaceOnChanges`), or with what it depends on.";
}

function whyUpdated({ oldState, newState }: Step): string {
  const owed = oldState?.outputs.__pending;
  if (Array.isArray(owed) && owed.length > 0)
    return `Goes on with what an earlier run left: ${owed.map((name) => code(String(name))).join(", ")}.`;
  const way = (state: State | undefined) => JSON.stringify([state?.inputs.__connection, state?.inputs.__accept]);
  if (way(oldState) !== way(newState)) return "How its host is reached changes.";
  return "None of its fields changes.";
}

function hidesSecrets(...states: (State | undefined)[]): boolean {
  return states.every((state) => JSON.stringify(state?.inputs ?? {}).includes('"[secret]"'));
}

/** Of another package the engine's operation is all that is known. */
function foreign(place: Place, operation: Operation, step: Step): Change {
  const stays = operation === "delete" && step.oldState?.retainOnDelete === true;
  const fields = operation === "create" ? inputsOf(step) : operation === "delete" ? [] : differences(step);
  const notes = stays ? ["Stays where it is, and is forgotten (`retainOnDelete`)."] : [];
  const effect = stays ? "local" : operation;
  if (operation === "replace" && !fields.some((field) => field.effect === "replace")) notes.push(whyReplaced(step));
  return { ...place, effect, fields, down: [], lost: [], unforeseen: operation !== "create" && !stays, notes };
}

/** Names of machines that are plugged into this network, as far as the preview holds them. */
function guestsOf(network: Step, steps: readonly Step[]): string[] {
  const id = network.oldState?.id;
  if (id === undefined) return [];
  return steps
    .filter((step) =>
      Object.values(asRecord(step.oldState?.inputs.interfaces)).some((nic) => asRecord(nic).network === id),
    )
    .map((step) => parseUrn(step.urn).name)
    .sort();
}

/** The name of the resource behind an input, by what the engine knows of dependencies. */
function nameBehind({ oldState, newState }: Step, input: string, kind: Kind): string | undefined {
  const urns = [newState, oldState].flatMap((state) => state?.propertyDependencies[input] ?? []);
  const found = urns.find((urn) => urn.includes(`dynamic/windrose:${kind}::`));
  return found && parseUrn(found).name;
}
