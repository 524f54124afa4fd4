import { asRecord, isRecord } from "../../provider/basics/record";
import { UnreadableInput } from "../usage";

/**
 * What `pulumi preview --json` writes: `PreviewDigest` of pkg/display/json.go, made by `ShowPreviewDigest` of
 * pkg/backend/display/json.go. Resources that don't change are left out of it, unless `--show-sames` is given.
 */
export interface Digest {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** How many resources each operation has; `same` too. */
  readonly changeSummary: Readonly<Record<string, number>>;
}

export interface Step {
  /** `create`, `update`, `replace`, …: the operations of pkg/resource/deploy/step.go. */
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  /** Names of inputs for which the provider wants a replacement. */
  readonly replaceReasons: readonly string[];
  /** Paths of what differs; undefined where the provider said no more than that something does. */
  readonly detailedDiff?: readonly string[];
}

/** One side of a step, as `apitype.ResourceV3` has it. Secrets are the text `[secret]` already. */
export interface State {
  readonly id?: string;
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly retainOnDelete: boolean;
  readonly deletedWith?: string;
  readonly taint: boolean;
  /** A left-over of an earlier replacement, still to be deleted. */
  readonly pendingDelete: boolean;
}

export interface Diagnostic {
  readonly urn?: string;
  readonly severity: string;
  readonly message: string;
}

/** What the engine writes in place of every secret value (`MassageSecrets`, pkg/backend/display/json.go). */
export const secretText = "[secret]";

/** @throws UnreadableInput */
export function readDigest(text: string): Digest {
  const start = text.replace(/^\uFEFF/, "").trim();
  if (start === "")
    throw new UnreadableInput(
      "it is empty: the preview ended before it wrote anything, and what it said is on its standard error",
    );
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch {
    throw new UnreadableInput("it is no JSON; give it the standard output of `pulumi preview --json` alone");
  }
  const known = ["steps", "diagnostics", "changeSummary", "config", "duration"];
  if (!isRecord(value) || !known.some((name) => Object.hasOwn(value, name)))
    throw new UnreadableInput("it is JSON, but not of `pulumi preview --json`");
  return {
    steps: list(value.steps).flatMap(readStep),
    diagnostics: list(value.diagnostics).flatMap(readDiagnostic),
    changeSummary: Object.fromEntries(
      Object.entries(asRecord(value.changeSummary)).filter((entry): entry is [string, number] => isCount(entry[1])),
    ),
  };
}

function readStep(value: unknown): Step[] {
  if (!isRecord(value) || typeof value.op !== "string" || typeof value.urn !== "string") return [];
  return [
    {
      op: value.op,
      urn: value.urn,
      oldState: readState(value.oldState),
      newState: readState(value.newState),
      replaceReasons: texts(value.replaceReasons),
      detailedDiff: isRecord(value.detailedDiff) ? Object.keys(value.detailedDiff) : undefined,
    },
  ];
}

function readState(value: unknown): State | undefined {
  if (!isRecord(value)) return undefined;
  return {
    id: text(value.id),
    custom: value.custom === true,
    inputs: asRecord(value.inputs),
    outputs: asRecord(value.outputs),
    parent: text(value.parent),
    propertyDependencies: Object.fromEntries(
      Object.entries(asRecord(value.propertyDependencies)).map(([name, urns]) => [name, texts(urns)]),
    ),
    retainOnDelete: value.retainOnDelete === true,
    deletedWith: text(value.deletedWith),
    taint: value.taint === true,
    pendingDelete: value.delete === true,
  };
}

function readDiagnostic(value: unknown): Diagnostic[] {
  if (!isRecord(value) || typeof value.message !== "string") return [];
  return [{ urn: text(value.urn), severity: text(value.severity) ?? "info", message: value.message }];
}

const isCount = (value: unknown) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown) => list(value).filter((entry): entry is string => typeof entry === "string");
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
