import { WindroseError } from "../../basics/errors";
import type { Unit } from "./units";

/** `libvirtd` is a service; what has a suffix of systemd's own is that unit. */
export function unitOf(name: string): string {
  return /\.(service|socket|timer|target|mount|path|slice|automount|swap|device|scope)$/.test(name)
    ? name
    : `${name}.service`;
}

/** libvirt's daemons where there is one for each driver (libvirt.org/daemons.html), and where there is one for all. */
const modular = ["virtqemud", "virtnetworkd", "virtstoraged", "virtnodedevd", "virtsecretd"];
const monolithic = ["libvirtd"];

/** Units that may have to run once libvirt is installed, by whatever package: what is there before is remembered of all. */
export const candidates = [...monolithic, ...modular].map(unitOf);

/** Units to look at before `hypervisorServices` can choose. */
export const deciding = [...candidates, ...[...monolithic, ...modular].map((name) => `${name}.socket`)];

/** Units that come with those, and that a package may have brought long before. */
export const companions = [...monolithic, ...modular, "virtlogd", "virtlockd"].flatMap((name) =>
  ["", "-ro", "-admin"].map((suffix) => `${name}${suffix}.socket`),
);

/**
 * libvirt's services on a host where it is installed, and the units by which each begins with the host: the service, or its
 * socket where that is enabled alone. Of one daemon for all and one for each driver it is what is enabled, or what runs.
 * @param claimed Whether a unit is claimed already: what a host has is not chosen again because somebody switched it off.
 */
export function hypervisorServices(
  units: ReadonlyMap<string, Unit>,
  claimed: (unit: string) => boolean = () => false,
): { service: string; begins: string }[] {
  const either = (name: string, is: (unit: Unit | undefined, name: string) => boolean) =>
    [unitOf(name), `${name}.socket`].some((unit) => is(units.get(unit), unit));
  const isEnabled = (unit: Unit | undefined) => unit !== undefined && /^enabled(-runtime)?$/.test(unit.file);
  const loaded = modular.filter((name) => units.get(unitOf(name))?.loaded);
  const decide: ((unit: Unit | undefined, name: string) => boolean)[] = [
    (_, name) => claimed(name),
    isEnabled,
    (unit) => unit?.running === true,
  ];
  const order = decide.map((is): [boolean, boolean] => [either("virtqemud", is), either("libvirtd", is)]);
  const [chosen] = order.filter(([many, one]) => many !== one);
  const many = chosen?.[0] ?? (order[1]![0] || units.get("libvirtd.service")?.loaded === false);
  const names = many ? (loaded.length > 0 ? loaded : modular) : monolithic;
  return names.map((name) => {
    const [service, socket] = [unitOf(name), `${name}.socket`];
    const bySocket = !isEnabled(units.get(service)) && isEnabled(units.get(socket));
    return { service, begins: bySocket ? socket : service };
  });
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
  'guests() { for f in /run/libvirt/qemu/*.xml; do [ -e "$f" ] && return 0; done; return 1; }',
];
