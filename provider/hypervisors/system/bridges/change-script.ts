import { quoteArgument } from "../../../transports/quote";
import type { HostFile, Layout } from "./model";

export const base = "/var/lib/windrose/bridges";

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
}

/** Exit codes of the script, besides 0. */
export const exits = { underWay: 10, notYet: 11, over: 12 } as const;

/**
 * The whole change as one POSIX shell script, which lies on the host and needs nothing of us: it arms, applies, checks,
 * confirms and rolls back. A rename decides between the last two, so that only one of them ever happens.
 *
 * It is armed twice: by a timer of systemd's, and by a unit that puts the files back at boot before any network manager
 * reads them, should the host restart in between.
 */
export function changeScript(change: Change): string {
  const paths = [...new Set([...change.from.files, ...change.to.files].map((file) => file.path))];
  const text = (value: string) => quoteArgument(value);
  const unit = `windrose-bridge-${change.name}`;
  return `#!/bin/sh
# A change of the HostBridge ${change.name}: it rolls itself back unless it is confirmed.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
umask 077
home=${base}/${change.name}
work=$home/change
unit=${unit}
boot=/etc/systemd/system/$unit-boot.service
wanted=/etc/systemd/system/sysinit.target.wants/$unit-boot.service
before=${text(change.deviceBefore)}
after=${text(change.deviceAfter)}

files() {
cat <<'END'
${paths.join("\n")}
END
}

put() {
  mkdir -p "$(dirname "$1")" && base64 -d >"$1.windrose-new" && chmod "$2" "$1.windrose-new" && mv -f "$1.windrose-new" "$1"
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
restore_files() {
  n=0
  files | while IFS= read -r path; do
    n=$((n + 1))
    if [ -e "$work/backup/$n.absent" ]; then rm -f -- "$path"; rmdir -- "$(dirname "$path")" 2>/dev/null
    else cp -a -- "$work/backup/$n" "$path.windrose-old" && mv -f -- "$path.windrose-old" "$path"; fi
  done
  sync
}
# The switch's database of Open vSwitch is a file too: at boot it is put back before the switch starts.
switch_database() { readlink -f /etc/openvswitch/conf.db 2>/dev/null; }

disarm() {
  systemctl stop "$unit-rollback.timer" 2>/dev/null
  rm -f "$wanted" "$boot"
  systemctl daemon-reload
}

arm() {
  [ -d /run/systemd/system ] || { echo "the host does not run systemd" >&2; exit 1; }
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
ConditionPathExists=$work/armed

[Service]
Type=oneshot
ExecStart=/bin/sh $work/script boot
END
  mkdir -p "$(dirname "$wanted")" && ln -sf "$boot" "$wanted" || exit 1
  chmod 644 "$boot"
  systemctl daemon-reload || exit 1
  : >"$work/armed"
  sync
  systemd-run --quiet --collect --unit="$unit-rollback" --on-active=${change.rollbackAfter}s --timer-property=AccuracySec=100ms /bin/sh "$work/script" rollback || { rm -f "$work/armed"; disarm; exit 1; }
  systemd-run --quiet --collect --unit="$unit-apply" /bin/sh "$work/script" apply || exit 1
}

apply() {
  exec >"$work/log" 2>&1
  set -x
  old_down
  write_files || { echo 1 >"$work/applied"; exit 1; }
  sync
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

confirm() {
  mv "$work/armed" "$work/confirmed" 2>/dev/null || exit ${exits.over}
  disarm
${change.record === undefined ? "" : `  put "$home/record.json" 600 <<'END'\n${base64(change.record)}\nEND\n`}  ${change.record === undefined ? 'rm -f "$home/record.json"' : ":"}
  rm -rf "$home/last" "$work"
  rmdir "$home" 2>/dev/null
  sync
  exit 0
}

rollback() {
  mv "$work/armed" "$work/rolling" 2>/dev/null || exit 0
  exec >>"$work/log" 2>&1
  set -x
  systemctl stop "$unit-apply.service" 2>/dev/null
  new_down
  restore_files
  new_gone
  (old_up)
  as_before
  finish rolled-back
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

# What is put back may hold secrets: a copy is not left behind.
forget() { rm -rf "$work/backup" "$work/script" "$work/switch.db"; }

finish() {
  rm -f "$wanted" "$boot"
  rm -rf "$home/last"
  echo "$1" >"$work/outcome"
  forget
  mv "$work" "$home/last"
  sync
  systemctl daemon-reload
  systemctl stop "$unit-rollback.timer" 2>/dev/null
  exit 0
}

# Before any network manager runs: files alone.
at_boot() {
  mv "$work/armed" "$work/rolling" 2>/dev/null || exit 0
  restore_files
  db=$(switch_database)
  [ ! -f "$work/switch.db" ] || [ -z "$db" ] || cp -a "$work/switch.db" "$db"
  old_boot
  rm -f "$wanted" "$boot"
  rm -rf "$home/last"
  echo rolled-back-at-boot >"$work/outcome"
  forget
  mv "$work" "$home/last"
  sync
  exit 0
}

case "$1" in
  arm | apply | check | confirm | rollback) "$1" ;;
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
