import { randomBytes, randomUUID } from "node:crypto";
import type { Work } from "../../../provider/basics/work";
import { LibvirtMachines } from "../../../provider/drivers/libvirt/machines/machines";
import { LibvirtSession } from "../../../provider/drivers/libvirt/session";
import { LibvirtSnapshots } from "../../../provider/drivers/libvirt/snapshots/snapshots";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition } from "../../../provider/drivers/model";
import { SshTransport } from "../../../provider/transports/ssh";
import { makeGuestKey, putSeed } from "../../lab/guest.js";
import { currentLab, ensureMicroGuest, type Lab, type LabHost } from "../../lab/index.js";
import { variant } from "./variant";

export const megabyte = 2 ** 20;
export const images = "/var/lib/libvirt/images";

/** A host of the lab with what the driver needs of it, a network with addresses, and the micro guest's image. */
export class MachineHost {
  readonly machines: LibvirtMachines;
  readonly snapshots: LibvirtSnapshots;
  private readonly made: string[] = [];

  private constructor(
    readonly lab: Lab,
    readonly host: LabHost,
    readonly transport: SshTransport,
    readonly session: LibvirtSession,
  ) {
    this.machines = new LibvirtMachines(session);
    this.snapshots = new LibvirtSnapshots(session);
  }

  /** The name is the test file's own, so that files can run side by side in one lab. */
  static async open(name: string, kind = variant()): Promise<MachineHost> {
    const lab = await currentLab();
    const host = await lab.host({ name, ...kind });
    const transport = new SshTransport({
      address: host.address,
      port: host.sshPort,
      user: "root",
      identityFile: host.privateKeyPath,
      knownHosts: host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    const opened = new MachineHost(lab, host, transport, new LibvirtSession(transport, "qemu:///system"));
    await opened.prepare();
    return opened;
  }

  private async prepare(): Promise<void> {
    const micro = await ensureMicroGuest(() => undefined);
    await this.host.exec(["mkdir", "-p", images]);
    await this.host.copyIn(micro.image, `${images}/micro.qcow2`);
    for (const [name, bridge, third] of [
      ["winds", "virbr-winds", 81],
      ["tides", "virbr-tides", 82],
    ] as const) {
      const xml = `<network><name>${name}</name><bridge name='${bridge}' delay='0'/><ip address='192.168.${third}.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.${third}.10' end='192.168.${third}.250'/></dhcp></ip></network>`;
      const { network } = await this.session.call("NETWORK_DEFINE_XML", { xml });
      await this.session.call("NETWORK_CREATE", { network });
    }
  }

  async image(
    name: string,
    options: { backing?: boolean; format?: "qcow2" | "raw"; size?: string } = {},
  ): Promise<string> {
    const { backing = false, format = "qcow2", size = "64M" } = options;
    const path = `${images}/${name}.${format}`;
    const from = backing ? ["-b", `${images}/micro.qcow2`, "-F", "qcow2"] : [];
    await this.host.exec(["qemu-img", "create", "-q", "-f", format, ...from, path, ...(backing ? [] : [size])]);
    return path;
  }

  /** A machine that boots the micro guest in some seconds, on its own disk and with a raw readonly seed. */
  async guest(changes: Partial<MachineDefinition> = {}): Promise<MachineDefinition> {
    const definition = this.definition(changes);
    const root = await this.image(definition.name, { backing: true });
    const seed = `${images}/${definition.name}.seed`;
    await putSeed(this.host, seed, {
      name: definition.name,
      authorizedKeys: [await this.lab.publicKey()],
      hostKey: await makeGuestKey(),
    });
    definition.disks = [
      disk({ key: "root", path: root, target: "vda" }),
      disk({ key: "seed", path: seed, target: "vdb", format: "raw", readonly: true }),
      ...(changes.disks ?? []),
    ];
    definition.interfaces = changes.interfaces ?? [nic({ key: "lan" })];
    return definition;
  }

  definition(changes: Partial<MachineDefinition> = {}): MachineDefinition {
    const uuid = changes.uuid ?? randomUUID();
    this.made.push(uuid);
    return { ...plainDefinition(uuid), ...changes };
  }

  /** Waits for the guest's first lease, by the section's own means. */
  async address(uuid: string, deadline = Date.now() + 60_000): Promise<string> {
    for (;;) {
      const [first] = await this.machines.addresses(uuid);
      if (first) return first.address;
      if (Date.now() > deadline) throw new Error("the guest got no address in time");
      await this.machines.nextEvent(uuid, 250);
    }
  }

  /** Runs a command in a guest, from its host. */
  async inGuest(address: string, command: string, check = true): Promise<string> {
    const key = "/root/guest-key";
    await this.host.copyIn(this.lab.privateKeyPath, key);
    await this.host.exec(["chmod", "600", key]);
    const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=2"];
    const flags = [...options, "LogLevel=ERROR"].flatMap((option) => ["-o", option]);
    const deadline = Date.now() + 40_000;
    for (;;) {
      const result = await this.host.exec(["ssh", "-F", "none", "-i", key, ...flags, `root@${address}`, command], {
        check: false,
        timeout: 20_000,
      });
      if (result.code === 0 || (!check && result.code !== 255)) return result.stdout.trim();
      if (result.code !== 255 || Date.now() > deadline)
        throw new Error(`in the guest: ${result.code} ${result.stderr}`);
    }
  }

  async removeMade(): Promise<void> {
    for (const uuid of this.made.splice(0)) await this.machines.remove(uuid);
  }

  async close(): Promise<void> {
    await this.removeMade();
    await this.session.close();
    await this.transport.close();
    await this.host.destroy();
  }
}

function plainDefinition(uuid: string = randomUUID()): MachineDefinition {
  return {
    uuid,
    name: `machine-${uuid.slice(0, 8)}`,
    metadata: {},
    vcpus: 1,
    maxVcpus: 1,
    memory: 192 * megabyte,
    maxMemory: 192 * megabyte,
    cpu: { mode: "default" },
    firmware: "bios",
    boot: {},
    disks: [],
    interfaces: [],
    hotplugSlots: 4,
    serial: true,
    guestAgent: false,
    rng: true,
    clock: "utc",
  };
}

export function disk(changes: Partial<DiskDefinition> & { key: string; target: string }): DiskDefinition {
  return { device: "disk", format: "qcow2", bus: "virtio", readonly: false, ...changes };
}

export function nic(changes: Partial<InterfaceDefinition> & { key: string }): InterfaceDefinition {
  const mac = ["52:54:00", ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
  return { mac, source: { network: "winds" }, model: "virtio", link: "up", ...changes };
}

export function work(milliseconds = 60_000): Work {
  return { progress: () => undefined, deadline: Date.now() + milliseconds };
}
