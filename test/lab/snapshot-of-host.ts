import type { LabHost } from "./host.js";

/** What a host is, by section and name: files with their content's digest, units, parameters, links, firewall rules. */
export type HostSnapshot = Readonly<Record<Section, Readonly<Record<string, string>>>>;

const sections = ["files", "units", "parameters", "links", "rules", "packages"] as const;
type Section = (typeof sections)[number];

/** What changes by itself, or is another's note on what it did: backups of passwd and group, dpkg's and systemd's own. */
const volatile = [
  /^files \/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^files \/etc\/\.pwd\.lock$/,
  /^files \/etc\/ld\.so\.cache$/,
  /^files \/var\/lib\/(dpkg|apt|systemd|ucf|polkit-1|dbus)(\/|$)/,
  /^parameters net\.(netfilter\.nf_conntrack_count|ipv4\.(neigh|route)|ipv6\.(neigh|route)|ipv4\.tcp_fastopen_key|core\.netdev_rss_key)/,
  // A connection's own, not the host's.
  /^units (session-|user-|user@|run-user-|\.|dev-|sys-|proc-|run-credentials-)/,
];

/** A host may answer ssh while its boot still starts units. */
const script = `
timeout 60 systemctl is-system-running --wait >/dev/null 2>&1 || :
part() { printf '\\000%s\\n' "$1"; }
part files
find /etc /var/lib /usr/local /root /srv /opt -xdev \\( -type d -printf 'd %m %U:%G %p\\n' -o -type l -printf 'l %p -> %l\\n' \\) 2>/dev/null
find /etc /var/lib /usr/local /root /srv /opt -xdev -type f -size -4096k -exec sha256sum {} + 2>/dev/null | sed 's/^/f /'
find /etc /var/lib /usr/local /root /srv /opt -xdev -type f -printf 'm %m %U:%G %p\\n' 2>/dev/null
part units
systemctl list-unit-files --no-pager --no-legend --plain | awk '{ print "file", $2, $1 }'
systemctl list-units --all --no-pager --no-legend --plain | awk '$2 == "loaded" { print "active", $3, $1 }'
part parameters
sysctl -a 2>/dev/null | grep '^net\\.' | grep -v -E '\\.conf\\.[^.]*(vnet|virbr|veth|macvtap|dummy)'
part links
ip -o link | sed -E 's/^[0-9]+: ([^:@]+).* (state [A-Z]+).*/\\1 \\2/'
part rules
nft list ruleset 2>/dev/null
part packages
dpkg-query -W -f '\${Package} \${db:Status-Status} \${Version}\\n'
`;

export async function snapshotOfHost(host: LabHost): Promise<HostSnapshot> {
  const { stdout } = await host.exec(["sh", "-c", script], { timeout: 120_000 });
  const parts = new Map(
    stdout
      .split("\0")
      .slice(1)
      .map((part): [string, string[]] => {
        const [name = "", ...lines] = part.split("\n");
        return [name, lines.filter(Boolean)];
      }),
  );
  const of = (name: Section) => parts.get(name) ?? [];
  const files: Record<string, string> = {};
  for (const line of of("files")) {
    const [kind = "", ...rest] = line.split(" ");
    const [path = "", target] = line.slice(line.indexOf(" /") + 1).split(" -> ");
    if (kind === "f") files[path] = `${files[path] ?? ""} ${rest[0]}`.trim();
    else if (kind === "l") files[path] = `-> ${target}`;
    else files[path] = `${kind} ${rest.slice(0, -1).join(" ")} ${files[path] ?? ""}`.trim();
  }
  return {
    files,
    units: Object.fromEntries(of("units").map((line) => pair(line, 3))),
    parameters: Object.fromEntries(of("parameters").map((line) => line.split(" = ") as [string, string])),
    links: Object.fromEntries(of("links").map((line) => line.split(" state ") as [string, string])),
    rules: Object.fromEntries(of("rules").map((line, index) => [String(index).padStart(5, "0"), line.trim()])),
    packages: Object.fromEntries(of("packages").map((line) => [line.split(" ")[0]!, line])),
  };
}

/** `file enabled x.service` → the unit, and whether it is enabled; the two lists of units have keys of their own. */
function pair(line: string, words: number): [string, string] {
  const all = line.split(" ");
  const name = all.slice(words - 1).join(" ");
  return [all[0] === "active" ? `${name} (now)` : name, all.slice(0, words - 1).join(" ")];
}

/** Lines as `files: /etc/motd: a → b`; none: the host is as it was. `aside`: what may differ, as `files /etc/motd`. */
export function differences(before: HostSnapshot, after: HostSnapshot, aside: readonly RegExp[] = []): string[] {
  const ignored = [...volatile, ...aside];
  return sections.flatMap((section) => {
    const [old, now] = [before[section], after[section]];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name) => {
      if (old[name] === now[name] || ignored.some((pattern) => pattern.test(`${section} ${name}`))) return [];
      return [`${section}: ${name}: ${old[name] ?? "(none)"} → ${now[name] ?? "(none)"}`];
    });
  });
}
