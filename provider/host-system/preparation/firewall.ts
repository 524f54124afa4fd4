import ipaddr from "ipaddr.js";
import { contains, networkText, type Range } from "../../basics/subnet";
import type { HostProfile } from "../profile";
import type { Claim } from "./claims";
import type { FirewallBridge } from "./model";
import { type Script, words } from "./script";

/**
 * A table of ours in nftables, beside whatever else is there: Docker's, firewalld's, a hypervisor's, a person's. It is loaded
 * by a unit of ours, again after nftables.service has flushed everything.
 *
 * What goes through the host from a bridge must come from the bridge's subnets, and what goes to it must be for them;
 * the rest of what is routed there is dropped. What stays on the bridge is none of its business. Where it is asked for, what leaves the
 * subnets gets the host's address. A table can only forbid: what another one drops, this one can't let through.
 */

const firewallTable = "windrose";
export const firewallFile = "/etc/windrose/firewall.nft";
const candidateFile = `${firewallFile}.new`;
export const firewallUnit = "windrose-firewall.service";
export const unitFile = `/etc/systemd/system/${firewallUnit}`;
/** Digest of the table as nft lists it once it is loaded. */
const listingFile = "/var/lib/windrose/firewall.sha256";

const unitText = (before: readonly string[]) => `# Made by pulumi-windrose; changes here are lost.
[Unit]
Description=Firewall of pulumi-windrose for bridges of guests
DefaultDependencies=no
After=local-fs.target nftables.service firewalld.service ufw.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
Before=${["network-pre.target", "network.target", ...before, "shutdown.target"].join(" ")}
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=nft -f ${firewallFile}
ExecReload=nft -f ${firewallFile}
ExecStop=-nft delete table inet ${firewallTable}

[Install]
WantedBy=multi-user.target nftables.service
`;

/** The unit's text: the same on a host whichever driver a Host of it has, so that they do not take turns to change it. */
export function firewallUnitText(profiles: readonly HostProfile[]): string {
  return unitText([...new Set(profiles.flatMap(({ afterFirewall }) => afterFirewall))]);
}

/** Names and values of what is claimed: one thing for each bridge and subnet. */
export function firewallThings(bridges: readonly FirewallBridge[]): { name: string; value: string }[] {
  return bridges.flatMap(({ bridge, subnets, masquerade }) =>
    subnets.map((subnet) => ({ name: `${bridge} ${subnet}`, value: masquerade ? "masquerade" : "guard" })),
  );
}

interface Rules {
  v4: string[];
  v6: string[];
}

/** The text that `nft -f` loads, of all claims; undefined where there are none. Loading it makes the table anew, at once. */
export function firewallText(claims: readonly Claim[]): string | undefined {
  const bridges = new Map<string, Rules>();
  const masqueraded: [string, string][] = [];
  const own = claims.filter((claim) => claim.kind === "firewall").sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const claim of own) {
    const [bridge, subnet] = claim.name.split(" ") as [string, string];
    const rules = bridges.get(bridge) ?? { v4: [], v6: [] };
    bridges.set(bridge, rules);
    rules[family(subnet)].push(subnet);
    if (Object.values(claim.holders).some((held) => held.value === "masquerade")) masqueraded.push([bridge, subnet]);
  }
  if (bridges.size === 0) return undefined;
  const forward = [...bridges].flatMap(([bridge, rules]) => {
    const [v4, v6] = [widest(rules.v4), widest(rules.v6)];
    const comment = `comment "windrose ${bridge}"`;
    const drop = (side: "s" | "d", subnets: readonly string[], ip: string, protocol: string) => {
      const interfaces =
        side === "s" ? `iifname "${bridge}" oifname != "${bridge}"` : `oifname "${bridge}" iifname != "${bridge}"`;
      return subnets.length > 0
        ? `${interfaces} ${ip} ${side}addr != { ${subnets.join(", ")} } drop ${comment}`
        : `${interfaces} meta nfproto ${protocol} drop ${comment}`;
    };
    return [
      drop("s", v4, "ip", "ipv4"),
      drop("s", v6, "ip6", "ipv6"),
      drop("d", v4, "ip", "ipv4"),
      drop("d", v6, "ip6", "ipv6"),
    ];
  });
  const postrouting = masqueraded.map(([bridge, subnet]) => {
    const ip = family(subnet) === "v4" ? "ip" : "ip6";
    return `${ip} saddr ${subnet} ${ip} daddr != ${subnet} oifname != "${bridge}" masquerade comment "windrose ${bridge}"`;
  });
  const chain = (name: string, head: string, rules: readonly string[]) =>
    [`\tchain ${name} {`, `\t\t${head}`, ...rules.map((rule) => `\t\t${rule}`), "\t}"].join("\n");
  return [
    "# Made by pulumi-windrose from the claims in /var/lib/windrose; changes here are lost.",
    `table inet ${firewallTable} {`,
    "}",
    `delete table inet ${firewallTable}`,
    `table inet ${firewallTable} {`,
    chain("forward", "type filter hook forward priority -5; policy accept;", forward),
    ...(postrouting.length > 0
      ? [chain("postrouting", "type nat hook postrouting priority 100; policy accept;", postrouting)]
      : []),
    "}",
    "",
  ].join("\n");
}

/** Without those that lie in another: a set of nftables takes no ranges that overlap. */
function widest(subnets: readonly string[]): string[] {
  const parsed = subnets.map((text) => ({ text, ...rangeOf(text) }));
  return parsed
    .filter(({ text, address, prefix }) =>
      parsed.every((other) => other.text === text || other.prefix > prefix || !contains(other, address)),
    )
    .map(({ text }) => text);
}

function rangeOf(text: string): Range {
  const [address, prefix] = ipaddr.parseCIDR(text);
  return { address, prefix };
}

function family(subnet: string): "v4" | "v6" {
  return subnet.includes(":") ? "v6" : "v4";
}

/** `172.17.2.0/24` of `172.17.2.1/24`, as nftables lists it; undefined for what is no subnet. */
export function canonicalSubnet(text: string): string | undefined {
  try {
    return networkText(rangeOf(text));
  } catch {
    return undefined;
  }
}

/** Shell that says `intact` where the loaded table and the unit are as they were made. */
export const intactScript = [
  `if [ "$(nft list table inet ${firewallTable} 2>/dev/null | sha256sum | cut -d ' ' -f 1)" = "$(cat ${listingFile} 2>/dev/null)" ] &&`,
  `  systemctl --quiet is-active ${firewallUnit} && systemctl --quiet is-enabled ${firewallUnit} 2>/dev/null; then echo intact; fi`,
].join("\n");

export function loadFirewall(script: Script, text: string, profiles: readonly HostProfile[]): void {
  script.progress("loading the firewall's rules");
  script.add('command -v nft >/dev/null || die "nft is missing: install nftables"', "mkdir -p -m 0755 /etc/windrose");
  // What nft does not take never stands where the next boot would load it.
  script.put(candidateFile, text, "0644");
  const refused = words(["nft does not take the rules"]);
  script.add(
    `run ${words(["nft", "-c", "-f", candidateFile])} || { rm -f ${words([candidateFile])}; die ${refused}; }`,
  );
  script.must(["mv", "-fT", "--", candidateFile, firewallFile], `${firewallFile} could not be written`);
  script.put(unitFile, firewallUnitText(profiles), "0644");
  script.must(["systemctl", "daemon-reload"], "systemd could not be reloaded");
  script.must(["systemctl", "--quiet", "enable", "--", firewallUnit], `${firewallUnit} could not be enabled`);
  // Loading replaces the table at once; a stop would leave the guests without it meanwhile.
  script.must(["systemctl", "reload-or-restart", "--", firewallUnit], `${firewallUnit} could not be started`);
  script.add(
    `nft list table inet ${firewallTable} | sha256sum | cut -d ' ' -f 1 > ${listingFile} || die "the table can't be listed"`,
  );
}

export function unloadFirewall(script: Script): void {
  script.add(
    `run systemctl --quiet disable --now -- ${firewallUnit} 2>/dev/null`,
    `! nft list table inet ${firewallTable} >/dev/null 2>&1 || run nft delete table inet ${firewallTable} ||`,
    `  die ${words([`the table inet ${firewallTable} could not be deleted`])}`,
  );
  script.drop([firewallFile, candidateFile, unitFile, listingFile]);
  script.add("rmdir /etc/windrose 2>/dev/null", "run systemctl daemon-reload");
}

/**
 * Whose rules drop what is forwarded, whatever ours say: a base chain at the forward hook with the policy drop, or
 * firewalld's. @param listing What `nft -j list chains` prints.
 */
export function foreignDrops(listing: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(listing);
  } catch {
    return [];
  }
  const all = (parsed as { nftables?: { chain?: Record<string, unknown> }[] } | null)?.nftables;
  if (!Array.isArray(all)) return [];
  const found = all.flatMap(({ chain }) => {
    if (chain?.hook !== "forward" || chain.table === firewallTable) return [];
    if (chain.table === "firewalld") return ["firewalld"];
    return chain.policy === "drop" ? [`the table ${String(chain.family)} ${String(chain.table)}`] : [];
  });
  return [...new Set(found)];
}
