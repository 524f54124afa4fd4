import type { Claim } from "./claims";
import { type Script, words } from "./script";

/** Parameters and modules of the kernel: set now, and by files of ours at each boot. */

export const sysctlFile = "/etc/sysctl.d/90-windrose.conf";
export const modulesFile = "/etc/modules-load.d/windrose.conf";

/** As sysctl(8) has it: dots and slashes change places, so `net.ipv4.conf.eth0/100.forwarding` is of `eth0.100`. */
export function sysctlPath(name: string): string {
  return `/proc/sys/${name.replace(/[./]/g, (sign) => (sign === "." ? "/" : "."))}`;
}

/** Values are compared as words: the kernel answers with tabs between them. */
export const sysctlValue = (text: string): string => text.trim().split(/\s+/).join(" ");

const head = "# Made by pulumi-windrose from the claims in /var/lib/windrose; changes here are lost.\n";

/** The text of a file from all claims of a kind, or undefined where there are none. */
export function generatedText(claims: readonly Claim[], kind: "sysctl" | "module"): string | undefined {
  const lines = claims
    .filter((claim) => claim.kind === kind)
    .map((claim) => (kind === "sysctl" ? `${claim.name} = ${wantedValue(claim)}\n` : `${claim.name}\n`))
    .sort();
  return lines.length > 0 ? head + lines.join("") : undefined;
}

/** All holders want the same. */
const wantedValue = (claim: Claim): string => Object.values(claim.holders)[0]?.value ?? "";

/** Where a router announces the way out, forwarding makes the kernel no longer listen to it (ip-sysctl, accept_ra). */
export const announcementsScript = [
  "for dev in $(ip -6 route show default proto ra 2>/dev/null | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | sort -u); do",
  '  [ "$(cat "/proc/sys/net/ipv6/conf/$dev/accept_ra" 2>/dev/null)" != 1 ] || echo "$dev"',
  "done",
].join("\n");

export function setSysctl(script: Script, name: string, value: string): void {
  const path = sysctlPath(name);
  script.progress(`sysctl ${name} = ${value}`);
  script.add(
    `[ -e ${words([path])} ] || die ${words([`there is no sysctl ${name}; a module may have to be loaded first`])}`,
    `printf '%s\\n' ${words([value])} > ${words([path])} || die ${words([`sysctl ${name} does not take ${value}`])}`,
  );
}

/**
 * A parameter gets its old value back, unless it is gone (its interface, its module). Forwarding stays on while others need it
 * and have not claimed it: hypervisors switch it on for their networks by themselves, and Docker for its containers.
 */
export function restoreSysctl(script: Script, name: string, before: string): void {
  const path = words([sysctlPath(name)]);
  const refused = `sysctl ${name} could not be set back to ${before}: where the kernel takes no value that loosens it, restart the host`;
  const set = `[ ! -e ${path} ] || printf '%s\\n' ${words([before])} > ${path} || die ${words([refused])}`;
  if (before !== "0" || !/^net\.ipv[46]\..*forward/.test(name)) {
    script.add(set);
    return;
  }
  script.add(
    `if forwarders=$(forwards); then left "sysctl ${name} is left on: $forwarders needs it"`,
    `else ${set}`,
    "fi",
  );
}

export function loadModule(script: Script, name: string): void {
  script.progress(`loading ${name}`);
  script.must(["modprobe", "--", name], `the module ${name} could not be loaded`);
}

export function unloadModule(script: Script, name: string): void {
  script.add(
    `run modprobe -r -- ${words([name])} 2>/dev/null || left ${words([`the module ${name} is in use and stays loaded`])}`,
  );
}
