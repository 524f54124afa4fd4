import { isUtf8 } from "node:buffer";
import { WindroseError } from "../../basics/errors";
import type { HostProfile } from "../profile";
import { profileText, reloadProfiles } from "./apparmor";
import type { Plan } from "./claims";
import type { FileState } from "./model";
import type { Observed } from "./observe";
import { dueDirectory, type Script, words } from "./script";
import { settingPlace } from "./settings-file";

/** Files of others in which some lines are ours: the hypervisor's settings, and local parts of AppArmor's profiles. */

interface Edit {
  text: string | undefined;
  readonly old: FileState | undefined;
  /** What has to read it again: units, or `apparmor`. */
  readonly readers: readonly string[];
}

/** By path. */
export type Edits = ReadonlyMap<string, Edit>;

/** The files as they are to be. */
export function textEdits(plan: Plan, observed: Observed, profile: HostProfile): Edits {
  const edits = new Map<string, Edit>();
  const open = (path: string, readers: readonly string[]) => {
    const old = observed.files.get(path);
    if (old === "other") throw new WindroseError("unsupported", `${path} on the host is not a plain file`);
    if (old && !isUtf8(old.content))
      throw new WindroseError("unsupported", `${path} on the host is not in UTF-8`, {
        hint: "What is not would be lost: rewrite its comments.",
      });
    const edit = edits.get(path) ?? { text: old?.content.toString(), old, readers };
    edits.set(path, edit);
    return edit;
  };
  for (const thing of plan.set.filter((one) => one.kind === "setting")) {
    const { file, path, key, grammar } = settingPlace(thing, profile);
    const edit = open(path, grammar.readersOf(file));
    edit.text = grammar.withSetting(edit.text, key, thing.value);
  }
  for (const claim of plan.restore.filter((one) => one.kind === "setting")) {
    const { file, path, key, grammar } = settingPlace(claim, profile);
    const edit = open(path, grammar.readersOf(file));
    if (edit.text !== undefined) edit.text = grammar.withoutSetting(edit.text, key, claim.saved?.content);
  }
  const paths = [...plan.set, ...plan.restore].some((thing) => thing.kind === "apparmor");
  if (paths && observed.hasAppArmor) {
    const ours = plan.remove.filter((claim) => claim.kind === "apparmor");
    for (const { path, rights } of profile.apparmor?.parts ?? []) {
      const edit = open(path, ["apparmor"]);
      const text = profileText(edit.text, plan.after, rights);
      const absent = ours.some((claim) => claim.saved?.directories?.includes(path));
      edit.text = text === "" && absent ? undefined : text;
    }
  }
  return edits;
}

/** @param due What an interrupted run has not told to read its files again. */
export function writeEdits(
  script: Script,
  edits: Edits,
  due: readonly string[],
  profiles: readonly HostProfile[],
): void {
  const changed = [...edits].filter(([, { text, old }]) => text !== old?.content.toString());
  const readers = changed.flatMap(([, edit]) => edit.readers);
  const reading = [...new Set([...due, ...readers])];
  const marks = words(reading.map((name) => `${dueDirectory}/${name}`));
  if (readers.length > 0)
    script.add(
      `mkdir -p -m 0700 /var/lib/windrose ${dueDirectory} && touch -- ${marks} || die "no place for what is to be done"`,
    );
  for (const [path, { text, old }] of changed) {
    script.progress(`changing ${path}`);
    if (text === undefined) script.drop([path]);
    else {
      script.add(`mkdir -p -- ${words([path.slice(0, path.lastIndexOf("/"))])}`);
      script.put(path, text, old?.mode ?? "0644", old?.owner);
    }
  }
  for (const name of reading)
    if (name !== "apparmor") reread(script, name, profiles);
    else for (const { apparmor } of profiles) if (apparmor) reloadProfiles(script, apparmor);
  if (reading.length > 0) script.add(`rm -f -- ${marks}`);
}

/** A unit reads its settings as it starts. */
function reread(script: Script, unit: string, profiles: readonly HostProfile[]): void {
  const verb = profiles.flatMap(({ settings }) => settings?.rereadBy(unit) ?? [])[0] ?? "try-restart";
  script.add(
    `if systemctl --quiet is-active ${words([unit])}; then say ${words([`restarting ${unit}`])}`,
    `run systemctl ${verb} -- ${words([unit])} || die ${words([`${unit} does not start with its new settings`])}`,
    "fi",
  );
}
