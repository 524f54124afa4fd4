import { createBridges } from "../../../provider/hypervisors/system/bridges/bridges";
import type { BridgeDefinition, BridgeMark } from "../../../provider/hypervisors/system/bridges/model";
import { SshTransport } from "../../../provider/transports/ssh";
import { currentLab, type Lab, type LabHost, type ManagedOptions, managed, until } from "../../lab/index.js";

/** A host whose one NIC is its own network manager's, reached by ssh over that very NIC and by no other way. */
export class BridgeHost {
  readonly transport: SshTransport;
  readonly section;

  private constructor(
    readonly lab: Lab,
    readonly host: LabHost,
  ) {
    this.transport = new SshTransport({
      address: host.address,
      user: "root",
      identityFile: host.privateKeyPath,
      knownHosts: host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    this.section = createBridges(this.transport);
  }

  static async open(name: string, options: ManagedOptions): Promise<BridgeHost> {
    const lab = await currentLab();
    const host = await lab.host({ name, form: "networks", configure: managed(options) });
    const opened = new BridgeHost(lab, host);
    await opened.reached();
    return opened;
  }

  /** Resolves once the host answers over its NIC. */
  reached(): Promise<unknown> {
    return until(
      `${this.host.name} to answer`,
      async () => {
        const fresh = this.transport.fresh();
        const answered = await fresh.exec(["true"], { timeout: 5000 }).then(
          () => true,
          () => false,
        );
        await fresh.close();
        return answered;
      },
      60_000,
      200,
    );
  }

  async text(...argv: string[]): Promise<string> {
    const result = await this.host.exec(argv, { check: false });
    return (result.stdout + result.stderr).trim();
  }

  /** Global addresses of a device. */
  async addresses(device: string): Promise<string[]> {
    const { stdout } = await this.host.exec(["ip", "-j", "addr", "show", "dev", device], { check: false });
    const [link] = JSON.parse(stdout || "[]") as { addr_info: { local: string; scope: string }[] }[];
    return (link?.addr_info ?? []).filter((each) => each.scope === "global").map((each) => each.local);
  }

  async exists(path: string): Promise<boolean> {
    return (await this.host.exec(["test", "-e", path], { check: false })).code === 0;
  }

  /** A digest of every file that a network manager reads, by its path. */
  async configuration(): Promise<string> {
    const roots = ["/etc/systemd", "/etc/NetworkManager", "/etc/netplan", "/etc/network"];
    return this.text(
      "sh",
      "-c",
      `find ${roots.join(" ")} -type f -exec sha256sum {} + ; find ${roots.join(" ")} -type f -exec stat -c '%a %u %n' {} + ; find ${roots.join(" ")} -type l`,
    );
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.host.destroy();
  }
}

export const definition = (changes: Partial<BridgeDefinition> = {}): BridgeDefinition => ({
  name: "br0",
  nic: "host0",
  stp: false,
  ...changes,
});

export const mark: BridgeMark = {
  project: "windy",
  stack: "dev",
  urn: "urn:pulumi:dev::windy::windrose:HostBridge::lan",
  incarnation: "1234567890abcdef",
  uuid: "11111111-2222-8333-8444-555555555555",
};

export const arming = { rollbackAfter: 30_000, checkGateway: true };
