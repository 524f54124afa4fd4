import type { HostProfile } from "../profile";
import {
  type ActualPreparation,
  type Holder,
  keyOf,
  type ServiceState,
  type Thing,
  type WantedPreparation,
  type WantedThing,
} from "./model";
import type { Observed } from "./observe";
import { settingLiteral, settingsOf } from "./settings-file";
import { unitOf } from "./unit-state";

/**
 * What the host has of what is wanted. A thing counts where it is as wanted, our claim on it is there, and it lasts over a
 * reboot: what lacks one of these is shown as it is, or as missing.
 */
export function actualPreparation(
  wanted: WantedPreparation,
  all: readonly WantedThing[],
  packages: ReadonlyMap<string, readonly string[]>,
  seen: Observed | undefined,
  holder: Holder,
  profile: HostProfile,
): ActualPreparation {
  const claims = new Map(seen?.claims.map((claim) => [keyOf(claim), claim]));
  const claimed = (thing: Thing) => claims.get(keyOf(thing))?.holders[holder.lineage] !== undefined;
  const byKey = new Map(all.map((thing) => [keyOf(thing), thing]));
  const stands = (kind: Thing["kind"], name: string) => {
    const thing = byKey.get(keyOf({ kind, name }));
    return thing !== undefined && claimed(thing) && seen?.value(thing) === thing.value;
  };
  const value = (kind: Thing["kind"], name: string) => seen?.value({ kind, name }) ?? null;

  const services: Record<string, ServiceState> = {};
  for (const { kind, name, value: asked } of all) {
    if (kind !== "enabled" && kind !== "running") continue;
    const on = kind === "enabled" ? "enabled" : "running";
    const is = claimed({ kind, name }) ? value(kind, name) === on : asked !== on;
    const given =
      Object.keys(wanted.services ?? {}).find((one) => unitOf(one) === name) ?? name.replace(/\.service$/, "");
    services[given] = { ...services[given], [kind]: is };
  }
  const present = (names: readonly string[]) => names.every((name) => stands("package", name));
  return {
    packages: [...packages].flatMap(([asked, names]) => (present(names) ? [asked] : [])),
    missingPackages: [...packages].flatMap(([asked, names]) => (present(names) ? [] : [asked])),
    services,
    users: Object.fromEntries(
      Object.entries(wanted.users).map(([user, groups]) => [
        user,
        groups.filter((group) => stands("member", `${user} ${group}`)),
      ]),
    ),
    sysctl: Object.fromEntries(
      Object.entries(wanted.sysctl).map(([name, asked]) => {
        if (stands("sysctl", name)) return [name, seen?.kept.sysctl ? asked : `${asked}, and not after a reboot`];
        return [
          name,
          value("sysctl", name) === null
            ? "missing"
            : `${value("sysctl", name)}${claimed({ kind: "sysctl", name }) ? "" : ", not claimed"}`,
        ];
      }),
    ),
    modules: wanted.modules.filter((name) => stands("module", name) && seen?.kept.modules),
    firewall: wanted.firewall.flatMap((bridge) => {
      const subnets = bridge.subnets.filter((subnet) => stands("firewall", `${bridge.bridge} ${subnet}`));
      return subnets.length > 0 ? [{ ...bridge, subnets }] : [];
    }),
    files: wanted.files.flatMap(({ path }) => {
      const file = seen?.files.get(path);
      if (file === undefined || file === "other" || !claimed({ kind: "file", name: path })) return [];
      return [{ path, content: file.content.toString(), mode: file.mode, owner: file.owner }];
    }),
    settings: Object.fromEntries(
      Object.entries(wanted.settings).map(([file, keys]) => [
        file,
        Object.fromEntries(
          Object.entries(keys).flatMap(([key, asked]) => {
            const literal = value("setting", `${file} ${key}`);
            if (literal === null || !claimed({ kind: "setting", name: `${file} ${key}` })) return [];
            return [[key, literal === settingLiteral(asked, profile) ? asked : settingsOf(profile).valueIn(literal)]];
          }),
        ),
      ]),
    ),
    apparmorPaths: wanted.apparmorPaths.filter((path) => stands("apparmor", path)),
  };
}
