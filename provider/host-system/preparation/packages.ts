import { WindroseError } from "../../basics/errors";
import { type Script, words } from "./script";

/** Distributions that have packages and their tools in common. */
export type Family = "debian" | "fedora" | "arch" | "suse";

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

/**
 * What a host with guests has, by what it is for. Names are those of Debian 12 and 13, Ubuntu 22.04 and later
 * (packages.debian.org, packages.ubuntu.com), Fedora and RHEL 9 (packages.fedoraproject.org), Arch (archlinux.org/packages)
 * and openSUSE (software.opensuse.org).
 */
const table: Readonly<Record<string, Readonly<Record<Family, readonly string[]>>>> = {
  /** libvirt's daemon with its QEMU driver. */
  libvirt: {
    debian: ["libvirt-daemon-system"],
    fedora: ["libvirt-daemon-kvm"],
    arch: ["libvirt"],
    suse: ["libvirt-daemon-qemu"],
  },
  /** virsh, for people. */
  "libvirt-clients": {
    debian: ["libvirt-clients"],
    fedora: ["libvirt-client"],
    arch: ["libvirt"],
    suse: ["libvirt-client"],
  },
  qemu: { debian: ["qemu-system-x86"], fedora: ["qemu-kvm"], arch: ["qemu-base"], suse: ["qemu-kvm"] },
  "qemu-img": { debian: ["qemu-utils"], fedora: ["qemu-img"], arch: ["qemu-img"], suse: ["qemu-tools"] },
  /** DHCP and DNS of libvirt's networks. */
  dnsmasq: { debian: ["dnsmasq-base"], fedora: ["dnsmasq"], arch: ["dnsmasq"], suse: ["dnsmasq"] },
  /** Hosts fetch images by it. */
  curl: { debian: ["curl"], fedora: ["curl"], arch: ["curl"], suse: ["curl"] },
  nftables: { debian: ["nftables"], fedora: ["nftables"], arch: ["nftables"], suse: ["nftables"] },
  /** Firmware for guests with `firmware: "uefi"`. */
  uefi: { debian: ["ovmf"], fedora: ["edk2-ovmf"], arch: ["edk2-ovmf"], suse: ["qemu-ovmf-x86_64"] },
  /** TPMs for guests. */
  tpm: { debian: ["swtpm"], fedora: ["swtpm"], arch: ["swtpm"], suse: ["swtpm"] },
};

/** Where a host of another architecture has another package. */
const arm: Readonly<Record<string, Partial<Record<Family, readonly string[]>>>> = {
  qemu: { debian: ["qemu-system-arm"], suse: ["qemu-arm"], arch: ["qemu-system-aarch64"] },
  uefi: {
    debian: ["qemu-efi-aarch64"],
    fedora: ["edk2-aarch64"],
    arch: ["edk2-aarch64"],
    suse: ["qemu-uefi-aarch64"],
  },
};

const usual = ["libvirt", "libvirt-clients", "qemu", "qemu-img", "dnsmasq", "curl"] as const;

/** The table's names, for the documentation. */
export const packageTable = Object.keys(table);

export interface PackageRequest {
  readonly packages: readonly string[];
  readonly packageNames: Readonly<Record<string, string>>;
  /** Whether there are firewall rules to be loaded. */
  readonly firewall: boolean;
}

/** Each name that was asked for → the distribution's names for it. */
export function resolvePackages(
  request: PackageRequest,
  distributions: readonly string[],
  arch: string,
): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  if (request.packages.length === 0) return result;
  const family = familyOf(distributions);
  const own = (name: string): readonly string[] => {
    if (Object.hasOwn(request.packageNames, name)) return [request.packageNames[name]!];
    if (!Object.hasOwn(table, name)) return [name];
    const other = arch === "aarch64" && Object.hasOwn(arm, name) ? arm[name]![family] : undefined;
    return other ?? table[name]![family];
  };
  for (const asked of request.packages) {
    if (asked !== "auto") result.set(asked, own(asked));
    else for (const name of [...usual, ...(request.firewall ? ["nftables"] : [])]) result.set(name, own(name));
  }
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
export const lockWait = 120;

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

/** Whether guests run by a package: it is not taken away while there are some. */
export const guestsNeed = (name: string): boolean => /virt|qemu|kvm|swtpm|dnsmasq|ovmf|edk2/.test(name);

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
