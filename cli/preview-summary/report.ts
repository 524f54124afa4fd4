import { restartRefusal } from "../../provider/lifecycle/diff";
import { parseUrn } from "../../provider/lifecycle/ownership";
import { type Change, changesOf } from "./changes";
import type { Diagnostic, Digest } from "./digest";
import { type Allowance, type Gate, judgeGates } from "./gate";
import { cut } from "./markdown";
import type { Notice, Report } from "./render";

/** Longest text of a diagnostic that is shown: characters. */
const longestNotice = 600;

export function reportOf(digest: Digest, failOn: readonly Gate[], allowances: readonly Allowance[]): Report {
  const changes = changesOf(digest);
  const { stack, project } = digest.steps[0] ? parseUrn(digest.steps[0].urn) : { stack: undefined, project: undefined };
  return {
    stack,
    project,
    changes,
    unchanged: digest.changeSummary.same,
    errors: digest.diagnostics.filter((one) => one.severity === "error").map(notice),
    warnings: digest.diagnostics.filter((one) => one.severity === "warning" && !saidAlready(one, changes)).map(notice),
    verdict: judgeGates(changes, failOn, allowances),
    names: namesOf(digest),
  };
}

function notice({ urn, message }: Diagnostic): Notice {
  const text = withoutValue(message)
    .replace(/^(error|warning): /, "")
    .replace(/^\S+ resource '[^']*':? /, "")
    .trim();
  const { text: start, left } = cut(text, longestNotice);
  return { about: aboutOf(urn), text: left === 0 ? start : `${start} … (${left} more characters)` };
}

/** The engine puts the refused value into its message, which is nobody's business: pkg/resource/deploy, `issueCheckErrors`. */
function withoutValue(message: string): string {
  const from = message.search(/\bvalue \{/);
  const end = message.lastIndexOf("} has a problem: ");
  return from < 0 || end < from ? message : message.slice(0, from) + message.slice(end + 2);
}

function aboutOf(urn: string | undefined): string | undefined {
  if (urn === undefined) return undefined;
  const { type, name } = parseUrn(urn);
  const token = type
    .split("$")
    .at(-1)!
    .replace(/^pulumi-nodejs:dynamic\/windrose:/, "");
  return token === "pulumi:pulumi:Stack" ? undefined : `${token} ${name}`;
}

/** What the provider leaves on a resource that it will refuse to restart; the table has it, without the values. */
function saidAlready({ urn, message }: Diagnostic, changes: readonly Change[]): boolean {
  return message.trimEnd().endsWith(restartRefusal) && changes.some((change) => change.urn === urn && change.refused);
}

/** What an id belongs to, of what the preview holds: `Image base`. */
function namesOf(digest: Digest): Map<string, string> {
  const names = new Map<string, string>();
  for (const { urn, oldState, newState } of digest.steps) {
    const { type, name } = parseUrn(urn);
    const ours = /^pulumi-nodejs:dynamic\/windrose:(\w+)$/.exec(type.split("$").at(-1)!)?.[1];
    if (!ours) continue;
    for (const id of [oldState?.id, newState?.id]) if (id) names.set(id, `${ours} ${name}`);
  }
  return names;
}
