import { WindroseError } from "../../basics/errors";
import type { PackageGroup, PackageProfile } from "../profile";
import type { Family } from "./model";
import { type Script, words } from "./script";

/** By ID and ID_LIKE of os-release(5), the nearest first. */
const families: Readonly<Record<string, Family>> = {
  debian: "debian",
  ubuntu: "debian",
  fedora: "fedora",
  rhel: "fedora",
  centos: "fedora",
  rocky: "fedora",
  almalinux: "fedora",
  arch: "arch",
  archarm: "arch",
  suse: "suse",
  opensuse: "suse",
  "opensuse-leap": "suse",
  "opensuse-tumbleweed": "suse",
  sles: "suse",
};

export function familyOf(distributions: readonly string[]): Family {
  for (const name of distributions) if (Object.hasOwn(families, name)) return families[name]!;
  throw new WindroseError("unsupported", `packages of ${distributions[0] ?? "this system"} are not known`, {
    hint: 'Debian, Ubuntu, Fedora and its kin, Arch and openSUSE are. Set `packages: "none"` and install them yourself.',
  });
}

/** What the host's system needs itself, whatever hypervisor is on it. */
const ownGroups: Readonly<Record<string, PackageGroup>> = {
  /** Hosts fetch images by it. */
  curl: { debian: ["curl"], fedora: ["curl"], arch: ["curl"], suse: ["curl"] },
  nftables: { debian: ["nftables"], fedora: ["nftables"], arch: ["nftables"], suse: ["nftables"] },
};

/** Names of all groups that a program can ask for. */
export const groupNames = ({ groups }: PackageProfile): string[] => Object.keys({ ...groups, ...ownGroups });

export interface PackageRequest {
  readonly packages: readonly string[];
  readonly packageNames: Readonly<Record<string, string>>;
  /** Whether there are firewall rules to be loaded. */
  readonly firewall: boolean;
}

/** Each name that was asked for → the distribution's names for it. */
export function resolvePackages(
  request: PackageRequest,
  profile: PackageProfile,
  distributions: readonly string[],
  arch: string,
): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  if (request.packages.length === 0) return result;
  const family = familyOf(distributions);
  const groups: Readonly<Record<string, PackageGroup>> = { ...profile.groups, ...ownGroups };
  const namesOf = (asked: string): readonly string[] => {
    if (Object.hasOwn(request.packageNames, asked)) return [request.packageNames[asked]!];
    if (!Object.hasOwn(groups, asked)) return [asked];
    const group = groups[asked]!;
    return (arch === "aarch64" ? group.aarch64?.[family] : undefined) ?? group[family];
  };
  const usual = [...profile.usual, "curl", ...(request.firewall ? ["nftables"] : [])];
  for (const asked of request.packages)
    for (const name of asked === "auto" ? usual : [asked]) result.set(name, namesOf(name));
  return result;
}

/** Shell that prints the names of those that are installed, one a line; `part NAME`: a run that was cut off has left it half-way. */
export function installedScript(family: Family, names: readonly string[]): string {
  const all = words(names);
  switch (family) {
    case "debian":
      return `dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' ${all} 2>/dev/null | sed -n 's/^installed //p; s/^\\(unpacked\\|half-[a-z]*\\|triggers-[a-z]*\\) /part /p'`;
    case "fedora":
    case "suse":
      // A name may be one that another package provides.
      return `for p in ${all}; do rpm -q --whatprovides "$p" >/dev/null 2>&1 && echo "$p"; done`;
    case "arch":
      return `for p in ${all}; do pacman -T "$p" >/dev/null 2>&1 && echo "$p"; done`;
  }
}

/** Seconds that a tool waits for another one that holds the packages' lock, where it can. */
const lockWait = 120;

/** Options that hold each tool to what it can do without a person, within bounds. */
const apt = [
  ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"],
  ["apt-get", "-q", "-y", "-o", `DPkg::Lock::Timeout=${lockWait}`, "-o", "Acquire::Retries=2"],
  ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30"],
  ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"],
].flat();
const dnf = ["dnf", "-y", "--setopt=timeout=30", "--setopt=retries=2"];
const zypper = ["env", `ZYPP_LOCK_TIMEOUT=${lockWait}`, "zypper", "--non-interactive"];
const pacman = ["pacman", "--noconfirm", "--needed", "--noprogressbar"];

/** dpkg-query(1), `db:Status-Eflag`. */
const brokenAgain = [
  `broken=$(dpkg-query -W -f='\${db:Status-Eflag} \${binary:Package}\\n' | sed -n 's/^reinstreq //p')`,
  '[ -z "$broken" ] || exec "$@" --reinstall install -- $broken',
].join("; ");

export interface Command {
  readonly argv: readonly string[];
  /** Its failure does not matter by itself: what comes after it tells. */
  readonly mayFail?: boolean;
}

const configureAll: Command = {
  argv: ["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a"],
  mayFail: true,
};

export function installCommands(family: Family, names: readonly string[]): Command[] {
  switch (family) {
    case "debian":
      return [
        // What a run that was cut off has left half-configured.
        configureAll,
        // One mirror that is away is no reason to stop: the packages may be in another.
        { argv: [...apt, "update"], mayFail: true },
        // What it has left half-unpacked: dpkg configures none of these, and fails with whatever else is installed.
        { argv: ["sh", "-c", brokenAgain, "sh", ...apt] },
        { argv: [...apt, "--no-install-recommends", "install", "--", ...names] },
      ];
    case "fedora":
      return [{ argv: [...dnf, "--setopt=install_weak_deps=False", "install", "--", ...names] }];
    case "arch":
      return [{ argv: [...pacman, "-Sy", "--", ...names] }];
    case "suse":
      return [
        { argv: [...zypper, "refresh"], mayFail: true },
        { argv: [...zypper, "install", "--no-recommends", "--", ...names] },
      ];
  }
}

/** Fails, and changes nothing, where others that are not among them need one of the packages. */
export function removableCommand(family: Family, names: readonly string[]): string[] {
  switch (family) {
    case "debian":
      return ["dpkg", "--no-act", "--remove", "--", ...names];
    case "fedora":
    case "suse":
      return ["rpm", "-e", "--test", "--", ...names];
    case "arch":
      return ["pacman", "-R", "--print", "--", ...names];
  }
}

/** Removes packages, and with them what needs them: `removableCommand` says before whether there is any. */
export function removeCommands(family: Family, names: readonly string[]): Command[] {
  switch (family) {
    case "debian":
      return [configureAll, { argv: [...apt, "-o", "APT::Get::AutomaticRemove=false", "remove", "--", ...names] }];
    case "fedora":
      return [{ argv: [...dnf, "remove", "--", ...names] }];
    case "arch":
      return [{ argv: ["pacman", "--noconfirm", "-Rs", "--", ...names] }];
    case "suse":
      return [{ argv: [...zypper, "remove", "--clean-deps", "--", ...names] }];
  }
}

/**
 * Runs a tool so that it outlives the connection: a package manager that is cut off in the middle of its output would
 * leave half-configured packages. What it says goes to a file, and from there to whoever still listens.
 */
export function runTool(script: Script, commands: readonly Command[], what: string): void {
  script.add("log=/run/windrose-packages.log");
  for (const { argv, mayFail } of commands) {
    script.add(
      `${words(argv)} </dev/null >"$log" 2>&1 9>&- &`,
      "tool=$!",
      '( trap - PIPE; exec tail -n +1 -f --pid="$tool" "$log" 9>&- 2>/dev/null ) &',
      "listener=$!",
      'wait "$tool"; ended=$?',
      'wait "$listener" 2>/dev/null',
    );
    if (!mayFail)
      script.add(
        `[ "$ended" -eq 0 ] || { tail -n 15 "$log" >&2; rm -f "$log"; die ${words([`${what} failed (exit code`])}" $ended)"; }`,
      );
  }
  script.add('rm -f "$log"');
}
