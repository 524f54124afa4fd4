import { WindroseError } from "../../../errors";
import type { Family } from "./packages";
import { type Script, words } from "./script";

/** `libvirtd` is a service; what has a suffix of systemd's own is that unit. */
export function unitOf(name: string): string {
  return /\.(service|socket|timer|target|mount|path|slice|automount|swap|device|scope)$/.test(name)
    ? name
    : `${name}.service`;
}

/** libvirt's daemons where there is one for each driver (libvirt.org/daemons.html). */
const modular = ["virtqemud", "virtnetworkd", "virtstoraged", "virtnodedevd", "virtsecretd"].map(unitOf);
const monolithic = ["libvirtd.service"];
/** Says, by whether it is enabled, which of the two a distribution's own presets chose. */
const chosen = ["virtqemud.service", "virtqemud.socket"];

/** Units that may have to run once libvirt is installed: what is there before is remembered of all. */
export function candidates(family: Family): string[] {
  return family === "fedora" || family === "suse" ? [...monolithic, ...modular] : [...monolithic];
}

/** Units to look at before `hypervisorServices` can choose. */
export const deciding = [...monolithic, ...chosen];

/** libvirt's services on a host where it is installed. */
export function hypervisorServices(units: ReadonlyMap<string, Unit>): string[] {
  if (chosen.some((unit) => units.get(unit)?.file === "enabled")) return modular;
  return units.get("libvirtd.service")?.loaded !== false ? monolithic : modular;
}

export interface Unit {
  /** Whether systemd knows it. */
  readonly loaded: boolean;
  /** `enabled`, `disabled`, `static`, `masked`, … (systemctl(1), is-enabled). */
  readonly file: string;
  /** Whether it runs, or begins to run when somebody comes: one of the sockets that start it listens. */
  readonly running: boolean;
}

/** Shell that prints what `parseUnits` reads: the units, then the sockets and timers that start them. */
export function unitsScript(units: readonly string[]): string {
  const show = "systemctl show --no-pager -p Id -p LoadState -p ActiveState -p UnitFileState -p TriggeredBy --";
  return [
    `shown=$(${show} ${words(units)} 2>/dev/null)`,
    "printf '%s\\n\\n' \"$shown\"",
    "triggers=$(printf '%s\\n' \"$shown\" | sed -n 's/^TriggeredBy=//p' | tr ' ' '\\n' | sort -u)",
    "echo ==",
    `[ -z "$triggers" ] || ${show} $triggers 2>/dev/null`,
  ].join("\n");
}

/** @param units The names asked for, in their order: a name may be an alias, and the answer then has another. */
export function parseUnits(text: string, units: readonly string[]): Map<string, Unit> {
  const [own = "", triggers = ""] = text.split(/^==$/m);
  const blocks = (part: string) =>
    part
      .split(/\n\s*\n/)
      .map((block) => new Map([...block.matchAll(/^(\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!])))
      .filter((block) => block.size > 0);
  const active = (block: ReadonlyMap<string, string> | undefined) =>
    /^(active|activating|reloading)$/.test(block?.get("ActiveState") ?? "");
  const listening = new Set(
    blocks(triggers)
      .filter((block) => active(block) && block.get("Id")?.endsWith(".socket"))
      .map((block) => block.get("Id")!),
  );
  const answers = blocks(own);
  return new Map(
    units.flatMap((unit, index): [string, Unit][] => {
      const block = answers[index];
      if (!block) return [];
      const sockets = (block.get("TriggeredBy") ?? "").split(" ");
      const loaded = block.get("LoadState") !== "not-found";
      const running = active(block) || sockets.some((socket) => listening.has(socket));
      return [[unit, { loaded, file: block.get("UnitFileState") ?? "", running }]];
    }),
  );
}

/** Why a unit can be neither enabled nor disabled, by systemd's word for its file (systemctl(1), is-enabled). */
const fixed: ReadonlyMap<string, string> = new Map([
  ["", "it has no file"],
  ["static", "it has no [Install] section, and is started by other units"],
  ["indirect", "its [Install] section is for other units alone"],
  ["alias", "it is another unit's name"],
  ["generated", "a generator has made it, of /etc/fstab or a script in /etc/init.d"],
  ["transient", "it is gone after a reboot"],
  ["masked", "somebody has masked it"],
  ["masked-runtime", "somebody has masked it"],
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

export function setEnabled(script: Script, unit: string, enabled: boolean): void {
  const verb = enabled ? "enable" : "disable";
  script.progress(`${enabled ? "enabling" : "disabling"} ${unit}`);
  script.must(["systemctl", "--quiet", verb, "--", unit], `${unit} could not be ${verb}d`);
}

export function setRunning(script: Script, unit: string, running: boolean): void {
  script.progress(`${running ? "starting" : "stopping"} ${unit}`);
  if (running) script.must(["systemctl", "start", "--", unit], `${unit} could not be started`);
  else script.add(`stop_unit ${words([unit])} || die ${words([`${unit} could not be stopped`])}`);
}

/** Whether a unit is one of those that guests run under: it is not taken away while there are some. */
export const holdsGuests = (unit: string): boolean => /^(libvirtd|virtqemud|virtlogd|virtlockd)\b/.test(unit);

/** Whether a unit makes firewall rules for libvirt's networks, which it leaves behind when it stops. */
export const runsNetworks = (unit: string): boolean => /^(libvirtd|virtnetworkd)\.service$/.test(unit);

/** Lines of a table in which there is nothing but the chains that libvirt makes, with no rule of anybody in them. */
const nothingButLibvirt = [
  "^table ",
  "^\\s*chain (LIBVIRT_[A-Z]+|INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING|guest_[a-z]+|forward|postrouting) \\{$",
  "^\\s*type .*; policy accept;$",
  "^\\s*(counter packets [0-9]+ bytes [0-9]+ )?jump (LIBVIRT_[A-Z]+|guest_[a-z]+)$",
  "^\\s*\\}$",
  "^\\s*(#.*)?$",
].join("|");

export const serviceFunctions = [
  // Tables that libvirt has brought to a host on which it was not, and that hold nothing of others.
  "tidy_tables() {",
  '  for f in /run/libvirt/network/*.xml; do [ -e "$f" ] && return; done',
  '  for t in "ip filter" "ip nat" "ip mangle" "ip6 filter" "ip6 nat" "ip6 mangle" "ip libvirt_network" "ip6 libvirt_network"; do',
  '    for b; do [ "$b" = "$t" ] && continue 2; done',
  `    nft list table $t 2>/dev/null | grep -q -v -E '${nothingButLibvirt}' || run nft delete table $t 2>/dev/null`,
  "  done",
  "}",
  // What starts it by itself goes first.
  "stop_unit() {",
  '  run systemctl stop -- $(systemctl show --no-pager -p TriggeredBy --value -- "$1") "$1"',
  "}",
  'guests() { for f in /run/libvirt/qemu/*.xml; do [ -e "$f" ] && return 0; done; return 1; }',
];
