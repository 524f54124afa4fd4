import type { Consequences, Operation } from "../../provider/lifecycle/consequences";
import { parseUrn } from "../../provider/lifecycle/ownership";
import type { State, Step } from "./digest";
import type { Judged } from "./fields";
import { code } from "./markdown";
import { clashWords } from "./outages";

interface Noted {
  readonly operation: Operation;
  readonly step: Step;
  readonly judged: Judged;
  readonly consequences: Consequences;
  /** Name of the resource that restarts it. */
  readonly restartedBy?: string;
  /** Whatever goes of it stays on the host. */
  readonly stays: boolean;
}

/** What a reader must know of a change and the fields don't say, in Markdown. */
export function notesOn({ operation, step, judged, consequences, restartedBy, stays }: Noted): string[] {
  const notes: string[] = [];
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
      restartedBy === undefined
        ? 'Waits for the next restart: `restart` is `"defer"`.'
        : `Restarted by its node ${code(restartedBy)}, which is drained before.`,
    );
  for (const field of judged.fields)
    if (field.refuse) notes.push(`${code(field.path)} is refused: ${code(field.refuse)}.`);
  notes.push(...(consequences.clashes ?? []).map(clashWords));
  if (operation === "create" && judged.news.adopt === true)
    notes.push("Takes over what is there under its name (`adopt`).");
  if (operation === "replace" && !judged.fields.some((field) => field.effect === "replace"))
    notes.push(whyReplaced(step));
  if (operation === "update" && judged.fields.length === 0) notes.push(whyUpdated(step));
  if (stays) notes.push("Stays on the host, and is forgotten (`retainOnDelete`).");
  if (operation === "delete" && oldState?.deletedWith)
    notes.push(`Goes with ${code(parseUrn(oldState.deletedWith).name)}.`);
  if (operation === "delete" && oldState?.pendingDelete) notes.push("Left over from an earlier replacement.");
  if (consequences.kept === "disks") notes.push("Its disks stay (`keepDisks`).");
  if (operation === "update" && step.detailedDiff === undefined && newState && hidesSecrets(oldState, newState))
    notes.push("Whether its secrets change is not known.");
  return notes;
}

export function whyReplaced({ oldState, replaceReasons }: Step): string {
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
