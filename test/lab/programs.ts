import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** A package of Debian that the lab, the tests or the demo need on this machine itself, and what shows that it is there. */
export interface Package {
  readonly programs?: readonly string[];
  readonly files?: readonly string[];
  /** Units that it turns on. They are turned off again where it was installed here: nobody asked for them. */
  readonly units?: readonly string[];
  /** The unit tests run its programs too, so that they are missed without root. */
  readonly unit?: boolean;
}

/**
 * Everything that runs on this machine by its name or path, by package: one list for all scripts, tests and recipes. What a
 * lab's host runs is in that host's own root file system (recipes/host.sh). A unit test compares it with the sources.
 */
export const packages: Readonly<Record<string, Package>> = {
  // On every Debian, however small; here for the look at the start, and for other distributions.
  bash: { programs: ["bash"], unit: true },
  coreutils: {
    programs: [
      ...[
        "basename",
        "cat",
        "chmod",
        "chown",
        "chroot",
        "cp",
        "cut",
        "dd",
        "echo",
        "env",
        "head",
        "install",
        "ln",
        "mkdir",
      ],
      ...[
        "mkfifo",
        "mktemp",
        "mv",
        "printf",
        "rm",
        "rmdir",
        "seq",
        "sha256sum",
        "sleep",
        "sort",
        "stat",
        "tail",
        "touch",
        "tr",
      ],
      ...["true", "truncate", "uname", "wc"],
    ],
    unit: true,
  },
  dash: { programs: ["sh"], unit: true },
  dpkg: { programs: ["dpkg-deb"] },
  findutils: { programs: ["find", "xargs"], unit: true },
  grep: { programs: ["grep"], unit: true },
  gzip: { programs: ["gzip"] },
  mawk: { programs: ["awk"], unit: true },
  mount: { programs: ["mount", "umount"] },
  sed: { programs: ["sed"], unit: true },
  tar: { programs: ["tar"] },
  "util-linux": { programs: ["flock", "nsenter", "pivot_root", "setsid", "unshare"], unit: true },

  // The rest is brought.
  "apt-utils": { programs: ["apt-ftparchive"] },
  "ca-certificates": { files: ["/etc/ssl/certs/ca-certificates.crt"] },
  cpio: { programs: ["cpio"] },
  e2fsprogs: { programs: ["mke2fs"] },
  fdisk: { programs: ["sfdisk"] },
  genisoimage: { programs: ["genisoimage"] },
  "grub-common": { programs: ["grub-mkimage"] },
  "grub-pc-bin": { files: ["/usr/lib/grub/i386-pc/boot.img"] },
  iproute2: { programs: ["ip"] },
  mmdebstrap: { programs: ["mmdebstrap"] },
  // What ssh's configuration can name as the way to a host, and what reaches a socket where ssh forwards none.
  "netcat-openbsd": { programs: ["nc"] },
  "openssh-client": { programs: ["ssh", "ssh-add", "ssh-agent", "ssh-keygen"], unit: true },
  "openssh-server": { programs: ["sshd"], units: ["ssh.service", "ssh.socket"] },
  "qemu-system-x86": { programs: ["qemu-system-x86_64"] },
  "qemu-utils": { programs: ["qemu-img"] },
  // A test brings it to a host that has no curl.
  wget: { programs: ["wget"] },
  "systemd-container": { programs: ["systemd-nspawn"], units: ["machines.target"] },
};

/** Programs that something else than a package brings. */
export const broughtOtherwise: Readonly<Record<string, string>> = {
  node: "runs all of it",
  npm: "comes with Node.js",
  go: "builds the toolchain where it can't be downloaded: named where it is missed",
  pulumi: "scripts/toolchain.mjs",
  "pulumi-language-nodejs": "scripts/toolchain.mjs",
  actionlint: "scripts/toolchain/actionlint.mjs",
  kubeadm: "test/lab/kubernetes.ts",
  "apt-get": "where packages come from: without it they are named",
  "apt-cache": "the same",
  systemctl: "where there is systemd",
  sudo: "where one is not root",
};

const systemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** PATH with the directories of programs for root, which a user's often lacks. */
export function systemPath(path = process.env.PATH ?? ""): string {
  return [...new Set([...path.split(delimiter).filter(Boolean), ...systemDirectories])].join(delimiter);
}

const can = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

async function hasProgram(name: string): Promise<boolean> {
  for (const directory of systemPath().split(delimiter))
    if (await can(join(directory, name), constants.X_OK)) return true;
  return false;
}

async function isThere({ programs = [], files = [] }: Package): Promise<boolean> {
  for (const name of programs) if (!(await hasProgram(name))) return false;
  for (const file of files) if (!(await can(file, constants.R_OK))) return false;
  return true;
}

/** Names of the packages that this machine lacks; `unit`: of those alone that unit tests need. */
export async function missingPackages({ unit = false } = {}): Promise<string[]> {
  const absent: string[] = [];
  for (const [name, each] of Object.entries(packages))
    if ((!unit || each.unit) && !(await isThere(each))) absent.push(name);
  return absent;
}
