import type { AppArmorProfile } from "../profile";
import type { Claim } from "./claims";
import { type Script, words } from "./script";

/**
 * Directories that guests may use beside what their hypervisor finds out itself: lines in the local parts of AppArmor's
 * profiles, between marks of ours (gitlab.com/apparmor/apparmor/-/wikis/AppArmor_in_the_distribution).
 */
const begin = "# windrose: begin";
const end = "# windrose: end";

/** The text with our lines as the claims have them; `text` undefined: there is no file. */
export function profileText(text: string | undefined, claims: readonly Claim[], rights: string): string {
  const paths = claims.filter((claim) => claim.kind === "apparmor").map((claim) => claim.name);
  const block = profileBlock(paths, rights);
  const old = text ?? "";
  const from = old.indexOf(`${begin}\n`);
  const to = old.indexOf(`${end}\n`, from);
  const rest = from < 0 || to < 0 ? old : old.slice(0, from) + old.slice(to + end.length + 1);
  if (block === "") return rest;
  return `${rest}${rest === "" || rest.endsWith("\n") ? "" : "\n"}${block}`;
}

function profileBlock(paths: readonly string[], rights: string): string {
  if (paths.length === 0) return "";
  const lines = [...paths].sort().flatMap((path) => [`"${path}/" r,`, `"${path}/**" ${rights},`]);
  return [begin, ...lines, end, ""].join("\n");
}

/** Whether a path's lines are in the text. */
export function allows(text: string | undefined, path: string): boolean {
  return (text ?? "").split("\n").some((line) => line.startsWith(`"${path}/**" `));
}

/** Loads the profiles that have the parts in them; guests' own are loaded at each start. */
export function reloadProfiles(script: Script, { parts, reload }: AppArmorProfile): void {
  const names = parts.map(({ path }) => path).join(" or ");
  script.add(
    `if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] && [ -f ${reload} ]; then`,
    `run apparmor_parser -r -- ${reload} || die ${words([`${names} is not understood by AppArmor`])}`,
    "fi",
  );
}
