import { type Change, type ChangeEffect, compareText, effects } from "./changes";
import type { Verdict } from "./gate";
import type { Group } from "./groups";
import { code, table } from "./markdown";
import { describeRow } from "./words";

export interface Report {
  /** `dev`; undefined where the preview ended before it named any resource. */
  readonly stack?: string;
  readonly project?: string;
  /** The heaviest first. */
  readonly changes: readonly Change[];
  /** Resources that stay as they are; undefined where the preview does not say. */
  readonly unchanged?: number;
  readonly errors: readonly Notice[];
  readonly warnings: readonly Notice[];
  readonly verdict: Verdict;
  /** Names of resources by id. */
  readonly names: ReadonlyMap<string, string>;
}

export interface Notice {
  /** `VirtualMachine boreas`; undefined where it is about the whole program. */
  readonly about?: string;
  readonly text: string;
}

/** Rows from which a table is folded. */
const longTable = 25;

/** How much is shown, from all of it to what fits anywhere. */
interface Detail {
  readonly values: "all" | "short" | "none";
  /** Rows of all tables together. */
  readonly rows: number;
  readonly notices: number;
}

const details: readonly Detail[] = [
  { values: "all", rows: Number.POSITIVE_INFINITY, notices: 50 },
  { values: "short", rows: Number.POSITIVE_INFINITY, notices: 50 },
  { values: "none", rows: 200, notices: 20 },
  { values: "none", rows: 50, notices: 10 },
  { values: "none", rows: 0, notices: 3 },
];

/**
 * The Markdown of a preview, `longest` characters at most: what is safest to miss is left out first, and it says so.
 * GitHub takes 65,536 characters in a comment.
 */
export function render(report: Report, longest: number): string {
  let text = "";
  for (const detail of details) {
    text = renderWith(report, detail);
    if (text.length <= longest) return text;
  }
  // Whole lines alone: half a code span would be Markdown, with mentions and links of whoever wrote it.
  const start = text.slice(0, Math.max(0, longest - 60));
  const whole = start.slice(0, Math.max(0, start.lastIndexOf("\n")));
  return `${whole}\n\n_Cut: the summary is longer than ${longest} characters._\n`;
}

function renderWith(report: Report, detail: Detail): string {
  const parts = [heading(report), counts(report), ...failures(report, detail), ...dangers(report, detail)];
  const sorted = report.changes;
  const shown = sorted.slice(0, detail.rows);
  for (const { group, changes } of grouped(shown)) parts.push(...section(group, changes, report, detail));
  if (shown.length < sorted.length) {
    const left = sorted.slice(shown.length);
    parts.push(`_${left.length} more changes are not shown here: ${tally(left)}._`);
  }
  parts.push(...gateWords(report, detail), ...warningWords(report, detail), foot(report));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function heading({ stack, project }: Report): string {
  if (stack === undefined) return "## Preview";
  return `## Preview of ${code(stack)}${project === undefined ? "" : ` (${code(project)})`}`;
}

function counts({ changes, unchanged, errors }: Report): string {
  const rest = unchanged === undefined ? "" : ` ${unchanged} unchanged.`;
  if (changes.length === 0) return errors.length > 0 ? "" : `No changes.${rest}`;
  return `${changes.length} ${changes.length === 1 ? "change" : "changes"}: ${tally(changes)}.${rest}`;
}

function tally(changes: readonly Change[]): string {
  return [...effects]
    .reverse()
    .flatMap((effect) => {
      const count = changes.filter((change) => change.effect === effect).length;
      return count === 0 ? [] : [`${count} ${changeWords[effect]}`];
    })
    .join(", ");
}

const changeWords: Readonly<Record<ChangeEffect, string>> = {
  local: "state only",
  create: "create",
  live: "live",
  update: "update",
  unknown: "not known",
  restart: "restart",
  replace: "replace",
  delete: "delete",
};

function failures({ errors }: Report, { notices }: Detail): string[] {
  if (errors.length === 0) return [];
  return [
    "**The preview failed.** What it could not check is missing below, with all that depends on it.",
    noticeList(errors, notices),
  ];
}

function noticeList(all: readonly Notice[], most: number): string {
  const lines = all
    .slice(0, most)
    .map(({ about, text }) => `- ${about === undefined ? "" : `${code(about)}: `}${code(text)}`);
  if (all.length > most) lines.push(`- _and ${all.length - most} more_`);
  return lines.join("\n");
}

/** What a reader must not miss, before any table. */
function dangers({ changes }: Report, { rows }: Detail): string[] {
  const most = Math.min(rows, 20);
  const words = (label: string, pick: (change: Change) => readonly string[]) => {
    const all = changes.flatMap(pick);
    if (all.length === 0) return [];
    const shown = all.slice(0, most);
    const left = all.length - shown.length;
    const more = left === 0 ? [] : [`_${left} ${shown.length > 0 ? "more" : all.length === 1 ? "thing" : "things"}_`];
    return [`**${label}:** ${[...shown, ...more].join("; ")}.`];
  };
  return [...words("Data lost", (change) => change.lost), ...words("Goes down", (change) => change.down)];
}

function grouped(changes: readonly Change[]): { group: Group; changes: Change[] }[] {
  const found = new Map<string, { group: Group; changes: Change[] }>();
  for (const change of changes) {
    const { kind, name, type } = change.group;
    const key = JSON.stringify([kind, name, type]);
    if (!found.has(key)) found.set(key, { group: change.group, changes: [] });
    found.get(key)!.changes.push(change);
  }
  const order = ["host", "component", "others"];
  return [...found.values()].sort(
    (one, other) =>
      order.indexOf(one.group.kind) - order.indexOf(other.group.kind) || compareText(one.group.name, other.group.name),
  );
}

function section(group: Group, changes: readonly Change[], report: Report, detail: Detail): string[] {
  const hosts = new Set(changes.map((change) => change.group.host));
  const where =
    group.kind === "component" && hosts.size === 1 && group.host !== undefined ? ` on ${code(group.host)}` : "";
  const title = {
    host: `### Host ${code(group.name)}`,
    component: `### Component ${code(group.name)}${group.type ? ` (${code(group.type)})` : ""}${where}`,
    others: "### Of other packages",
  }[group.kind];
  const heads = ["Resource", "Change", "Effect", "Goes down", "Data lost"];
  const rows = changes.map((change) => [
    `${code(change.type)}<br>**${code(change.name)}**${hosts.size > 1 && change.group.host ? `<br>on ${code(change.group.host)}` : ""}`,
    describeRow(change, report.names, detail.values),
    effectCell(change.effect),
    cell(change.down, change),
    cell(change.lost, change),
  ]);
  const text = table(heads, rows);
  if (rows.length < longTable) return [title, text];
  return [title, `<details><summary>${rows.length} resources: ${tally(changes)}</summary>`, text, "</details>"];
}

/** A cell of consequences. */
function cell(known: readonly string[], { unforeseen }: Change): string {
  return [...known, ...(unforeseen ? ["_not known_"] : [])].join("<br>") || "–";
}

function effectCell(effect: ChangeEffect): string {
  const mild: readonly ChangeEffect[] = ["local", "create", "live", "update"];
  return mild.includes(effect) ? changeWords[effect] : `**${changeWords[effect]}**`;
}

function gateWords({ verdict }: Report, { notices }: Detail): string[] {
  const list = (hits: Verdict["hits"]) => {
    const words = hits
      .slice(0, notices)
      .map(({ gate, change }) => `${gate} of ${code(`${change.type}/${change.name}`)}`);
    if (hits.length > notices) words.push(`_${hits.length - notices} more_`);
    return words.join(", ");
  };
  return [
    ...(verdict.hits.length > 0 ? [`**Not allowed:** ${list(verdict.hits)}.`] : []),
    ...(verdict.allowed.length > 0 ? [`Allowed by the list: ${list(verdict.allowed)}.`] : []),
  ];
}

function warningWords({ warnings }: Report, { notices }: Detail): string[] {
  if (warnings.length === 0) return [];
  const count = `${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`;
  return [`<details><summary>${count}</summary>`, noticeList(warnings, notices), "</details>"];
}

function foot({ changes }: Report): string {
  const foreign = changes.some((change) => change.kind === undefined)
    ? " Of other packages' resources only the engine's own operation is known."
    : "";
  return `<sub>Effects are from the field tables of pulumi-windrose; no host was asked.${foreign}</sub>`;
}
