import { createHash, randomUUID } from "node:crypto";
import type { Work } from "../../../provider/basics/work";
import { createLibvirtHypervisor, type LibvirtHypervisor } from "../../../provider/drivers/libvirt/driver";
import type { PoolDefinition } from "../../../provider/drivers/model";
import { SshTransport } from "../../../provider/transports/ssh";
import { currentLab, type LabHost } from "../../lab/index.js";
import { variant } from "./variant";

export const mebibyte = 2 ** 20;

/** A host of the lab, and its libvirt as root sees it and as a user of the group libvirt without sudo does. */
export class DriverHost {
  readonly root: LibvirtHypervisor;
  readonly user: LibvirtHypervisor;
  private readonly transports: SshTransport[];

  private constructor(readonly host: LabHost) {
    const reach = (user: string, sudo?: boolean) =>
      new SshTransport({
        address: host.address,
        port: host.sshPort,
        user,
        sudo,
        identityFile: host.privateKeyPath,
        knownHosts: host.knownHostsPath,
        sshConfig: false,
        agent: false,
      });
    this.transports = [reach("root"), reach("windy", false)];
    this.root = createLibvirtHypervisor(this.transports[0]!, "qemu+ssh://root@anemoi/system");
    this.user = createLibvirtHypervisor(this.transports[1]!, "qemu+ssh://windy@anemoi/system");
  }

  static async open(name: string): Promise<DriverHost> {
    const lab = await currentLab();
    return new DriverHost(await lab.host({ name, ...variant() }));
  }

  /** A pool of its own, made and started. */
  async pool(changes: Partial<PoolDefinition> = {}): Promise<PoolDefinition> {
    const uuid = changes.uuid ?? randomUUID();
    const definition: PoolDefinition = {
      uuid,
      name: `pool-${uuid.slice(0, 8)}`,
      type: "dir",
      path: `/var/lib/windrose-test/${uuid.slice(0, 8)}`,
      ...changes,
    };
    await this.root.pools.define(definition);
    return definition;
  }

  async text(...argv: string[]): Promise<string> {
    return (await this.host.exec(argv, { env: virshEnvironment })).stdout.trim();
  }

  /** A machine with devices of this XML, stored and not started. */
  async machine(uuid: string, name: string, devices: string): Promise<void> {
    const head = `<name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>32</memory><os><type>hvm</type></os>`;
    const xml = `<domain type='qemu'>${head}<devices>${devices}</devices></domain>`;
    await this.host.exec(["sh", "-c", 'cat >"/tmp/$0.xml" && virsh define "/tmp/$0.xml"', name], {
      stdin: xml,
      env: virshEnvironment,
    });
  }

  async exists(path: string): Promise<boolean> {
    return (await this.host.exec(["test", "-e", path], { check: false })).code === 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.root.close(), this.user.close()]);
    await Promise.all(this.transports.map((transport) => transport.close()));
    await this.host.destroy();
  }
}

/** For virsh on a host: with modular daemons it would look for the one daemon that is not there. */
export const virshEnvironment = {
  LIBVIRT_DEFAULT_URI: process.env.WINDROSE_TEST_HOST === "modular" ? "qemu:///system?mode=direct" : "qemu:///system",
};

/** Work with a minute for it, that keeps what was told. */
export function work(milliseconds = 60_000): Work & { told: string[] } {
  const told: string[] = [];
  return { told, progress: (text) => told.push(text), deadline: Date.now() + milliseconds };
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export const hasCode = (code: string) => (error: { code?: string }) => error.code === code;
