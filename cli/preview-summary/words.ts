import { effectWords } from "../../provider/lifecycle/schema";
import type { Change } from "./changes";
import type { FieldChange } from "./fields";
import { code, folded } from "./markdown";
import { hidden, show } from "./values";

/** Fields that stand in a cell; more are folded. */
const mostFields = 6;

const words: Readonly<Record<FieldChange["effect"], string>> = {
  ...effectWords,
  unknown: "its effect is not known",
};

const weights: readonly FieldChange["effect"][] = ["replace", "restart", "unknown", "live", "local"];

/** The cell that says what changes of a resource: fields, the heaviest first, and notes. */
export function describeRow(
  change: Change,
  names: ReadonlyMap<string, string>,
  values: "all" | "short" | "none",
): string {
  const fields = [...change.fields].sort((one, other) => weights.indexOf(one.effect) - weights.indexOf(other.effect));
  const parts: string[] = [];
  if (change.effect === "create") {
    if (fields.length > 0 && values === "all") {
      const all = fields.map((field) => newField(field, names)).join("<br>");
      parts.push(folded(`new, ${count(fields.length)}`, all));
    } else parts.push(`new, ${count(fields.length)}`);
  } else {
    const described = (some: readonly FieldChange[]) =>
      some.map((field) => changedField(field, names, values, change.kind !== undefined));
    const shown = fields.length > mostFields ? fields.slice(0, mostFields - 1) : fields;
    parts.push(...described(shown));
    const rest = fields.slice(shown.length);
    if (rest.length > 0 && values === "none") parts.push(`_${count(rest.length)} more_`);
    else if (rest.length > 0) parts.push(folded(`${count(rest.length)} more`, described(rest).join("<br>")));
  }
  parts.push(...change.notes);
  return parts.join("<br>") || "–";
}

const count = (fields: number) => `${fields} ${fields === 1 ? "field" : "fields"}`;

function newField(field: FieldChange, names: ReadonlyMap<string, string>): string {
  const shown = field.hidden ? hidden : show(field.new, names);
  return `${code(field.path)}: ${shown.long ?? shown.short}`;
}

function changedField(
  field: FieldChange,
  names: ReadonlyMap<string, string>,
  values: "all" | "short" | "none",
  judged: boolean,
): string {
  const said = judged || field.effect === "replace" ? ` (${says(field)})` : "";
  if (field.hidden) return `${code(field.path)}: _hidden_${said}`;
  if (values === "none") return `${code(field.path)}${said}`;
  const [old, value] = [show(field.old, names), show(field.new, names)];
  const line = `${code(field.path)}: ${old.short} → ${value.short}${said}`;
  if (values === "short" || (old.long === undefined && value.long === undefined)) return line;
  return folded(line, `before: ${old.long ?? old.short}<br>after: ${value.long ?? value.short}`);
}

/** The table's own words, which name the effect where it is not plain. */
const says = ({ says, effect }: FieldChange): string => says ?? words[effect];
