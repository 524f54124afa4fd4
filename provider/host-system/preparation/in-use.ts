import type { HostProfile } from "../profile";

/** Shell functions that tell what is in use on a host, by the profiles of all drivers. None keeps the host's lock. */

const subshell = (script: string) => `( ${script}\n) </dev/null 9>&-`;

/** A function of sh that succeeds where one of the scripts does. */
const any = (name: string, scripts: readonly string[]): string =>
  [`${name}() {`, ...scripts.map((script) => `${subshell(script)} && return 0`), "return 1", "}"].join("\n");

/** Interfaces and the like by which others than hypervisors need the host to route. */
const forwardingOfOthers = "[ -d /sys/class/net/docker0 ] && echo Docker";

/**
 * `guests`: whether guests run. `networks`: whether a network of theirs is up. `forwards`: whether somebody needs the host to
 * route; it prints who. `tidy_tables TABLE…`: removes tables of nftables that networks have left, and that hold nothing
 * else, but for those named, which were there before.
 */
export function inUseFunctions(profiles: readonly HostProfile[]): string[] {
  const networks = profiles.flatMap((profile) => profile.networks ?? []);
  return [
    any(
      "guests",
      profiles.map(({ guests }) => guests.running),
    ),
    any(
      "networks",
      networks.map(({ running }) => running),
    ),
    any("forwards", [...networks.map(({ forwarding }) => forwarding), forwardingOfOthers]),
    ...tidyFunction(
      networks.flatMap(({ tables }) => tables),
      networks.flatMap(({ emptyTable }) => emptyTable),
    ),
  ];
}

function tidyFunction(tables: readonly string[], emptyTable: readonly string[]): string[] {
  if (tables.length === 0) return ["tidy_tables() { :; }"];
  const nothing = ["^table ", ...emptyTable, "^\\s*\\}$", "^\\s*(#.*)?$"];
  return [
    "tidy_tables() {",
    "  networks && return",
    `  for t in ${[...new Set(tables)].map((table) => `"${table}"`).join(" ")}; do`,
    '    for b; do [ "$b" = "$t" ] && continue 2; done',
    `    nft list table $t 2>/dev/null | grep -q -v -E '${[...new Set(nothing)].join("|")}' || run nft delete table $t 2>/dev/null`,
    "  done",
    "}",
  ];
}

/** Whether guests of any hypervisor need a package. */
export const guestsNeedPackage = (profiles: readonly HostProfile[], name: string): boolean =>
  profiles.some(({ guests }) => guests.needPackage(name));

/** Whether guests of any hypervisor run under a unit. */
export const guestsNeedUnit = (profiles: readonly HostProfile[], unit: string): boolean =>
  profiles.some(({ guests }) => guests.needUnit(unit));

/** Whether a unit leaves firewall rules of networks behind when it stops. */
export const leavesRules = (profiles: readonly HostProfile[], unit: string): boolean =>
  profiles.some(({ networks }) => networks?.leavesRules(unit) === true);
