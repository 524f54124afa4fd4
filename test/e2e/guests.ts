import type { LabHost } from "../lab";
import type { Asked } from "./stack";

export const winds = ["boreas", "zephyrus", "notus", "eurus"] as const;

/** Where the micro guest's kernel and initial RAM disk are on the test host. */
export const kernel = "/var/lib/libvirt/boot/micro-vmlinuz";
export const initrd = "/var/lib/libvirt/boot/micro-initrd";
export const cmdline = "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check";

export function connection(host: LabHost, extra = ""): string {
  return `qemu+ssh://root@${host.address}/system?keyfile=${host.privateKeyPath}&known_hosts=${host.knownHostsPath}${extra}`;
}

/** A host, a pool and a NAT network, as the old playbook has them. */
export function frame(options: { reservations?: object; network?: object } = {}): Asked[] {
  return [
    { kind: "Host", name: "anemoi", args: { requirements: { virtualization: "none" } } },
    { kind: "StoragePool", name: "pool", args: { host: { $ref: "anemoi" } } },
    {
      kind: "Network",
      name: "winds",
      args: {
        host: { $ref: "anemoi" },
        mode: "nat",
        domain: "aeolia",
        ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.100", end: "172.17.2.200" } },
        reservations: options.reservations,
        ...options.network,
      },
    },
  ];
}

export function reservations(names: readonly string[]): object {
  return Object.fromEntries(names.map((name, index) => [name, { address: `172.17.2.${index + 2}` }]));
}

/** A micro guest that boots from its kernel, with a small disk and a seed. */
export function guest(name: string, index: number, publicKey: string, extra: Record<string, unknown> = {}): Asked {
  const { disks, ...rest } = extra;
  return {
    kind: "VirtualMachine",
    name,
    args: {
      host: { $ref: "anemoi" },
      memory: "192MiB",
      maxMemory: "320MiB",
      boot: { kernel, initrd, cmdline },
      disks: { root: { pool: { $ref: "pool" }, size: "64MiB" }, ...(disks as object | undefined) },
      interfaces: { lan: { network: { $ref: "winds" }, address: `172.17.2.${index + 2}` } },
      cloudInit: { sshKeys: [publicKey] },
      wait: { for: "ssh", timeout: 120 },
      shutdown: { timeout: 60 },
      ...rest,
    },
  };
}

/** For a guest's shell: how many disks have such a line in its list, once they are as many, since it takes note of one a little later. */
export function disksLike(line: string, many: number): string {
  const count = `grep -c '${line}' /proc/partitions`;
  return `for i in $(seq 300); do [ "$(${count})" = ${many} ] && break; sleep 0.1; done; ${count}`;
}

const keys = new WeakMap<LabHost, Promise<string>>();

/** The lab's key on a host, brought there once: another's ssh may be reading it. */
export function keyOn(host: LabHost): Promise<string> {
  const path = "/root/.ssh/id_lab";
  const bring = async () => {
    await host.exec(["mkdir", "-p", "-m", "700", "/root/.ssh"]);
    await host.copyIn(host.privateKeyPath, path);
    await host.exec(["chmod", "600", path]);
    return path;
  };
  const brought = keys.get(host) ?? bring();
  keys.set(host, brought);
  return brought;
}

/** Runs a command in a guest by OpenSSH, which checks the guest's host key. */
export async function inGuest(host: LabHost, address: string, hostKey: string, command: string): Promise<string> {
  const known = `${address} ${hostKey}`;
  const script = `umask 077; d=$(mktemp -d); trap 'rm -r "$d"' EXIT; printf '%s\\n' "$1" > "$d/known"; ssh -i "$2" -o BatchMode=yes -o UserKnownHostsFile="$d/known" -o StrictHostKeyChecking=yes -o ConnectTimeout=10 root@"$3" "$4"`;
  const argv = ["sh", "-c", script, "sh", known, await keyOn(host), address, command];
  return (await host.exec(argv, { timeout: 120_000 })).stdout.trim();
}
