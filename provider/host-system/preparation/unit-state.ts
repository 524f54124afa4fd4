import { WindroseError } from "../../basics/errors";
import type { Unit } from "./model";

/** `chrony` is a service; what has a suffix of systemd's own is that unit. */
export function unitOf(name: string): string {
  return /\.(service|socket|timer|target|mount|path|slice|automount|swap|device|scope)$/.test(name)
    ? name
    : `${name}.service`;
}

/** Why a unit can be neither enabled nor disabled, by systemd's word for its file (systemctl(1), is-enabled). */
const fixed: ReadonlyMap<string, string> = new Map([
  ["", "it has no file"],
  ["static", "it has no [Install] section, and is started by other units"],
  ["indirect", "its [Install] section is for other units alone"],
  ["alias", "it is another unit's name"],
  ["generated", "a generator has made it, of /etc/fstab or a script in /etc/init.d"],
  ["transient", "it is gone after a reboot"],
  ["masked", "it is masked"],
  ["masked-runtime", "it is masked"],
]);

/** Units that begin with the host, or when they are needed, though nobody can enable them. */
const begunByOthers = ["", "static", "indirect", "alias"];

export const isFixed = (unit: Unit | undefined): boolean => unit?.loaded === true && fixed.has(unit.file);

/** Refuses to enable what can't be. `enabled`: as the program has it. */
export function refuseFixed(name: string, unit: Unit | undefined, enabled: boolean | undefined): void {
  if (enabled === false || !unit || !isFixed(unit)) return;
  const { file } = unit;
  if (enabled === undefined && begunByOthers.includes(file)) return;
  const masked = file.startsWith("masked");
  const called = file === "" || masked ? "" : ` (systemd calls it ${file})`;
  throw new WindroseError("unsupported", `${name} can't be enabled: ${fixed.get(file)}${called}`, {
    hint: `${masked ? `Run \`systemctl unmask ${name}\` on the host, or s` : "S"}et \`enabled: false\` on it.`,
  });
}

/** `enabled` or `disabled`, or a state that neither is; null: there is no such unit, or none that could be the other. */
export function enabledValue(unit: Unit | undefined): string | null {
  if (!unit?.loaded || isFixed(unit)) return null;
  if (unit.file === "enabled-runtime") return "enabled";
  // Known by a link to its file, and begun by nothing.
  return /^linked(-runtime)?$/.test(unit.file) ? "disabled" : unit.file;
}

export function runningValue(unit: Unit | undefined): string | null {
  if (!unit?.loaded) return null;
  return unit.running ? "running" : "stopped";
}
