import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestImage } from "./build.js";
import type { LabHost } from "./host.js";
import { run } from "./process.js";

/** A guest's ssh host key, made before the guest is. */
export interface GuestKey {
  /** OpenSSH's PEM form. */
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA…". */
  readonly publicKey: string;
}

export async function makeGuestKey(): Promise<GuestKey> {
  const directory = await mkdtemp(join(tmpdir(), "guest-key-"));
  try {
    const path = join(directory, "key");
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "guest", "-f", path]);
    const publicKey = (await readFile(`${path}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
    return { privateKey: await readFile(path, "utf8"), publicKey };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export interface SeedOptions {
  readonly name: string;
  readonly authorizedKeys: readonly string[];
  readonly hostKey?: GuestKey;
}

/** The files of a NoCloud seed, for the micro guest and for cloud-init alike. */
function seedFiles({ name, authorizedKeys, hostKey }: SeedOptions): { userData: string; metaData: string } {
  const keys = authorizedKeys.map((key) => `  - ${key}`);
  const lines = ["#cloud-config", "disable_root: false", "ssh_authorized_keys:", ...keys];
  if (hostKey) {
    const block = hostKey.privateKey
      .trim()
      .split("\n")
      .map((line) => `    ${line}`);
    lines.push(
      "ssh_deletekeys: true",
      "ssh_keys:",
      "  ed25519_private: |",
      ...block,
      `  ed25519_public: ${hostKey.publicKey}`,
    );
  }
  return {
    userData: `${lines.join("\n")}\n`,
    metaData: `instance-id: ${name}-${randomBytes(4).toString("hex")}\nlocal-hostname: ${name}\n`,
  };
}

/** Makes a seed image in the host, with the host's own genisoimage. */
export async function putSeed(host: LabHost, path: string, options: SeedOptions): Promise<void> {
  const { userData, metaData } = seedFiles(options);
  const directory = `${path}.d`;
  await host.exec(["mkdir", "-p", directory]);
  await writeFile(host.inside(`${directory}/user-data`), userData, { mode: 0o600 });
  await writeFile(host.inside(`${directory}/meta-data`), metaData);
  const files = [`${directory}/user-data`, `${directory}/meta-data`];
  await host.exec(["genisoimage", "-quiet", "-output", path, "-volid", "cidata", "-joliet", "-rock", ...files]);
  await host.exec(["rm", "-r", directory]);
}

export interface DomainOptions {
  readonly name: string;
  readonly mac: string;
  readonly network: string;
  /** Memory in MiB; default 192. */
  readonly memory?: number;
  /** Path of a qcow2 disk in the host. */
  readonly disk?: string;
  /** Path of a seed image in the host. */
  readonly seed?: string;
  /** Kernel and initrd, paths in the host, for a direct boot. */
  readonly boot?: Pick<GuestImage, "kernel" | "initrd" | "commandLine">;
}

/** A domain that runs without hardware virtualization. */
export function domainXml({ name, mac, network, memory = 192, disk, seed, boot }: DomainOptions): string {
  const direct = boot
    ? `<kernel>${boot.kernel}</kernel><initrd>${boot.initrd}</initrd><cmdline>${boot.commandLine}</cmdline>`
    : "<boot dev='hd'/>";
  const diskXml = (path: string, target: string, format: string, rest = "") =>
    `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/>` +
    `<target dev='${target}' bus='virtio'/>${rest}</disk>`;
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>${memory}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>${direct}</os>
  <features><acpi/><apic/></features>
  <devices>
    ${disk ? diskXml(disk, "vda", "qcow2") : ""}
    ${seed ? diskXml(seed, "vdb", "raw", "<readonly/>") : ""}
    <interface type='network'><mac address='${mac}'/><source network='${network}'/><model type='virtio'/></interface>
    <serial type='file'><source path='/var/log/libvirt/qemu/${name}.console'/><target port='0'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>
`;
}
