import { quoteArgument } from "../../transports/quote";
import { sha256 } from "../sha256";
import type { HostFile, Layout } from "./model";

export const base = "/var/lib/windrose/bridges";

/** The host's own roll-back of a bridge's change, as systemd knows it: a timer, and the service that it starts. */
export const rollbackUnit = (name: string): string => `windrose-bridge-${name}-rollback`;

export interface Change {
  readonly name: string;
  /** What runs now, and what is to run. */
  readonly from: Layout;
  readonly to: Layout;
  /** Whether the bridge goes with the change, or comes with it. */
  readonly removes: boolean;
  readonly adds: boolean;
  /** The device that has the addresses before, and the one that has them after. */
  readonly deviceBefore: string;
  readonly deviceAfter: string;
  /** Whether a default route of the family must go over the device, and its gateway answer. */
  readonly gateway4: boolean;
  readonly gateway6: boolean;
  /** Addresses with their prefix that the device must have. */
  readonly addresses: readonly string[];
  /** Whether any IPv4 address must be there: one by DHCP. */
  readonly anyAddress: boolean;
  /** The port that must be in the kernel's bridge. */
  readonly port?: string;
  /** Seconds until the host rolls back by itself. */
  readonly rollbackAfter: number;
  /** What stands beside the bridge once it is confirmed; undefined: nothing, it is gone. */
  readonly record?: string;
  /** What stood beside it when the change was made up; undefined: nothing. */
  readonly recordBefore?: string;
}

/** Exit codes of the script, and of what is asked about it, besides 0. */
export const exits = { underWay: 10, notYet: 11, over: 12, confirmed: 13 } as const;

/**
 * The whole change as one POSIX shell script, which lies on the host and needs nothing of us: it arms, applies, checks,
 * confirms and rolls back. A rename decides between the last two, so that only one of them ever happens: the file `armed`
 * holds what the bridge's record is to be, and becomes the record, or becomes `rolling`.
 *
 * It is armed twice: by a timer of systemd's, and by a unit that puts the files back at boot before any network manager
 * reads them, should the host restart in between. A roll-back that was cut is begun again by the same two: `rolling` stays
 * until all is back, and what was there before stays as long.
 */
export function changeScript(change: Change): string {
  const paths = [...new Set([...change.from.files, ...change.to.files].map((file) => file.path))];
  const text = (value: string) => quoteArgument(value);
  return `#!/bin/sh
# A change of the HostBridge ${change.name}: it rolls itself back unless it is confirmed.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
umask 077
home=${base}/${change.name}
work=$home/change
unit=windrose-bridge-${change.name}
rollback=${rollbackUnit(change.name)}
boot=/etc/systemd/system/$unit-boot.service
wanted=/etc/systemd/system/sysinit.target.wants/$unit-boot.service
before=${text(change.deviceBefore)}
after=${text(change.deviceAfter)}

files() {
cat <<'END'
${paths.join("\n")}
END
}

# A directory that is made is one that the manager's own user can read.
put() {
  (umask 022 && mkdir -p "$(dirname "$1")") && base64 -d >"$1.windrose-new" && chmod "$2" "$1.windrose-new" && mv -f "$1.windrose-new" "$1"
}
write_files() { :
${writing(paths, change.to.files)}
}
old_down() { :
${change.from.down}
}
old_gone() { :
${change.removes ? change.from.gone : ":"}
}
old_up() { :
${change.from.up}
}
old_boot() { :
${change.from.boot}
}
new_down() { :
${change.to.down}
}
new_gone() { :
${change.adds ? change.to.gone : ":"}
}
new_up() { :
${change.to.up}
}

save_files() {
  n=0
  files | while IFS= read -r path; do
    n=$((n + 1))
    if [ -e "$path" ] || [ -L "$path" ]; then cp -a -- "$path" "$work/backup/$n" || exit 1; else : >"$work/backup/$n.absent" || exit 1; fi
  done
}
# A write that was cut leaves a file beside its own, which a manager that reads a whole directory would take for one more.
restore_files() {
  n=0
  files | while IFS= read -r path; do
    n=$((n + 1))
    rm -f -- "$path.windrose-new"
    if [ -e "$work/backup/$n.absent" ]; then rm -f -- "$path"; rmdir -- "$(dirname "$path")" 2>/dev/null
    else
      { cp -a -- "$work/backup/$n" "$path.windrose-old" && mv -f -- "$path.windrose-old" "$path"; } ||
        { echo "$path could not be put back: it is in $home/last/backup/$n"; : >"$work/kept"; }
    fi
  done
  flush
}
# The file systems that hold all this, and no others: one that hangs would hold a roll-back up.
flush() { sync -f ${base} /etc; }
# Until this shell ends nobody else stages, arms or confirms a change.
alone() { exec 9<${base} && flock -w "$1" 9; }
# The switch's database of Open vSwitch is a file too: at boot it is put back before the switch starts.
switch_database() { readlink -f /etc/openvswitch/conf.db 2>/dev/null; }

disarm() {
  systemctl stop "$rollback.timer" 2>/dev/null
  rm -f "$wanted" "$boot"
  systemctl daemon-reload
}

arm() {
  [ "$(cat "$home/record.json" 2>/dev/null | sha256sum | cut -c 1-64)" = ${sha256(change.recordBefore ?? "")} ] || exit ${exits.underWay}
  [ -d /run/systemd/system ] || { echo "the host does not run systemd" >&2; exit 1; }
  # A timer that a change before this one left would take this one back.
  systemctl stop "$rollback.timer" 2>/dev/null
  mkdir "$work/backup" || exit 1
  save_files || { echo "the files can't be backed up" >&2; exit 1; }
  db=$(switch_database)
  [ -z "$db" ] || [ ! -f "$db" ] || cp -a "$db" "$work/switch.db"
  ip -o addr show dev "$before" scope global >"$work/before.addr"
  ip -4 route show default dev "$before" >"$work/before.route4"
  ip -6 route show default dev "$before" >"$work/before.route6"
  { ip -j addr; ip -j -4 route; ip -j -6 route; ip -j link; } >"$work/before.json"
  cat >"$boot" <<END || exit 1
# Made by windrose for the HostBridge ${change.name}; gone once its change is confirmed.
[Unit]
Description=Roll back an unconfirmed change of the bridge ${change.name}
DefaultDependencies=no
RequiresMountsFor=$home
After=local-fs.target systemd-remount-fs.service
Before=network-pre.target systemd-networkd.service NetworkManager.service networking.service ovsdb-server.service shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target
ConditionPathExists=|$work/armed
ConditionPathExists=|$work/rolling

[Service]
Type=oneshot
ExecStart=/bin/sh $work/script boot
END
  mkdir -p "$(dirname "$wanted")" && ln -sf "$boot" "$wanted" || exit 1
  chmod 644 "$boot"
  systemctl daemon-reload || exit 1
  base64 -d >"$work/unarmed" <<'END' || exit 1
${base64(change.record ?? "")}
END
  flush || exit 1
  # The timer comes first, since nothing ends a change that is armed without one. Till then it finds nothing to take back.
  # A roll-back that is killed is started again.
  systemd-run --quiet --collect --unit="$rollback" --on-active=${change.rollbackAfter}s --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=1 /bin/sh "$work/script" rollback || { disarm; exit 1; }
  mv -fT "$work/unarmed" "$work/armed" && sync "$work" && systemctl --quiet is-active "$rollback.timer" || { rm -f "$work/armed"; disarm; exit 1; }
  systemd-run --quiet --collect --unit="$unit-apply" /bin/sh "$work/script" apply || exit 1
}

apply() {
  exec >"$work/log" 2>&1
  set -x
  old_down
  write_files || { echo 1 >"$work/applied"; exit 1; }
  flush
  old_gone
  (new_up)
  code=$?
  echo $code >"$work/applied.new" && mv "$work/applied.new" "$work/applied"
}

check() {
  [ -e "$work/armed" ] || { echo "the host has rolled it back"; exit ${exits.over}; }
  [ -e "$work/applied" ] || { echo "it is still being applied"; exit ${exits.notYet}; }
  code=$(cat "$work/applied")
  [ "$code" = 0 ] || { echo "the network manager refused it (exit code $code)"; exit ${exits.notYet}; }
${change.port ? `  ip -o link show dev ${text(change.port)} | grep -q " master $after " || { echo ${text(`${change.port} is not in the bridge`)}; exit ${exits.notYet}; }\n` : ""}${change.addresses.map((address) => `  ip -o addr show dev "$after" | grep -v tentative | grep -qF ${text(` ${address} `)} || { echo "$after does not have the address "${text(address)}; exit ${exits.notYet}; }\n`).join("")}${change.anyAddress ? `  ip -o -4 addr show dev "$after" scope global | grep -q . || { echo "$after got no address by DHCP"; exit ${exits.notYet}; }\n` : ""}${change.gateway4 ? "  gateway 4 || exit $?\n" : ""}${change.gateway6 ? "  gateway 6 || exit $?\n" : ""}  echo ok
}

# A gateway that answers no ping still answers for its address.
gateway() {
  via=$(ip -"$1" route show default dev "$after" | sed -n 's/.* via \\([^ ]*\\).*/\\1/p' | head -n 1)
  [ -n "$via" ] || { echo "no default route of IPv$1 goes over $after"; return ${exits.notYet}; }
  ping -"$1" -n -c 1 -W 2 -I "$after" "$via" >/dev/null 2>&1 && return 0
  ip neigh replace "$via" dev "$after" use 2>/dev/null
  i=0
  while [ $i -lt 10 ]; do
    case "$(ip neigh show "$via" dev "$after")" in
      *lladdr*FAILED* | *INCOMPLETE*) ;;
      *lladdr*REACHABLE* | *lladdr*PERMANENT* | *lladdr*NOARP*) return 0 ;;
    esac
    i=$((i + 1)); sleep 0.1
  done
  echo "the gateway $via does not answer over $after"
  return ${exits.notYet}
}

# What comes after the rename may be cut: the next change of this bridge makes up for it.
confirm() {
  alone 10 || { echo "another change is being made" >&2; exit ${exits.notYet}; }
  mv -fT "$work/armed" "$home/record.json" 2>/dev/null || exit ${exits.over}
  sync "$home"
  # An empty record is none.
  [ -s "$home/record.json" ] || rm -f "$home/record.json"
  disarm
  rm -rf "$work"
  rmdir "$home" 2>/dev/null
  flush
  exit 0
}

# One that was cut goes on.
begin() { mv "$work/armed" "$work/rolling" 2>/dev/null || [ -e "$work/rolling" ]; }

# All is back. It may be cut at any place and be begun again, so what was there before goes last; it may hold secrets.
end() {
  echo "$1" >"$work/outcome"
  flush
  alone 60
  rm -rf "$home/last"
  mv -T "$work" "$home/last" || exit 1
  [ -e "$home/last/kept" ] || rm -rf "$home/last/backup"
  rm -rf "$home/last/script" "$home/last/switch.db" "$home/last/rolling"
  flush
}

rollback() {
  begin || exit 0
  exec >>"$work/log" 2>&1
  set -x
  systemctl stop "$unit-apply.service" 2>/dev/null
  new_down
  restore_files
  new_gone
  (old_up)
  as_before
  end rolled-back
  disarm
  exit 0
}

# Whatever the network manager made of it: the host has the addresses and routes that it had.
as_before() {
  [ -s "$work/before.addr" ] || return 0
  i=0
  while [ $i -lt 100 ]; do
    missing=
    while read -r _ _ _ address _; do
      ip -o addr show dev "$before" | grep -qF " $address " || missing=$address
    done <"$work/before.addr"
    for f in 4 6; do
      [ -s "$work/before.route$f" ] && ! ip -$f route show default dev "$before" | grep -q . && missing="default route of IPv$f"
    done
    [ -z "$missing" ] && return 0
    i=$((i + 1)); sleep 0.2
  done
  echo "put back by hand: $missing"
  ip link set dev "$before" up
  while read -r _ _ _ address _; do ip addr replace "$address" dev "$before"; done <"$work/before.addr"
  for f in 4 6; do
    while read -r route; do
      route=$(echo "$route" | sed 's/ expires [0-9a-z]*//; s/ linkdown//; s/ pref [a-z]*//')
      # shellcheck disable=SC2086
      ip -$f route replace $route dev "$before"
    done <"$work/before.route$f"
  done
}

# Before any network manager runs: files alone.
at_boot() {
  begin || exit 0
  restore_files
  db=$(switch_database)
  [ ! -f "$work/switch.db" ] || [ -z "$db" ] || { cp -a "$work/switch.db" "$db" && sync "$db"; }
  old_boot
  end rolled-back-at-boot
  rm -f "$wanted" "$boot"
  exit 0
}

case "$1" in
  arm | apply | check | confirm | rollback | disarm) "$1" ;;
  boot) at_boot ;;
esac
`;
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64").replace(/.{76}/g, "$&\n");

/** What is not in the new configuration goes. */
function writing(paths: readonly string[], files: readonly HostFile[]): string {
  return paths
    .map((path) => {
      const file = files.find((each) => each.path === path);
      if (file?.content === undefined) {
        return `  rm -f -- ${quoteArgument(path)} || return 1`;
      }
      return `  put ${quoteArgument(path)} ${file.mode} <<'END' || return 1\n${base64(file.content)}\nEND`;
    })
    .join("\n");
}
