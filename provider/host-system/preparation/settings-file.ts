import { WindroseError } from "../../basics/errors";
import type { HostProfile, SettingsProfile } from "../profile";
import type { SettingValue, Thing } from "./model";

/** A setting's file and key, by the name of its thing, and the grammar of the file. */
export function settingPlace(
  { name }: Thing,
  profile: HostProfile,
): { file: string; path: string; key: string; grammar: SettingsProfile } {
  const grammar = settingsOf(profile);
  const [file, key] = name.split(" ") as [string, string];
  return { file, path: grammar.path(file), key, grammar };
}

export function settingsOf({ settings }: HostProfile): SettingsProfile {
  if (settings) return settings;
  throw new WindroseError("unsupported", "the host's hypervisor has no files in which settings can be made");
}

/** A wanted value as it is written in a file. The field table has refused what can't be. */
export function settingLiteral(value: SettingValue, profile: HostProfile): string {
  return settingsOf(profile).literalOf(value) ?? "";
}
