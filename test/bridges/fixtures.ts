import assert from "node:assert/strict";
import { WindroseError } from "../../provider/basics/errors";
import type { Work } from "../../provider/basics/work";
import { createBridges } from "../../provider/host-system/bridges/bridges";
import type { Addressing, BridgeDefinition, BridgeMark } from "../../provider/host-system/bridges/model";
import { SshTransport } from "../../provider/transports/ssh";
import {
  currentLab,
  type Lab,
  type LabHost,
  type ManagedOptions,
  managed,
  nameServer,
  searchDomain,
  until,
} from "../lab/index.js";

export type HostOptions = Omit<ManagedOptions, "ipv6"> & { ipv6?: boolean };

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

  static async open(name: string, options: HostOptions): Promise<BridgeHost> {
    const lab = await currentLab();
    const host = await lab.host({
      name,
      form: "networks",
      configure: (root, network) => {
        const own = network.address.split(".").pop();
        return managed({ ...options, ipv6: options.ipv6 ? `fd57:52::${own}/64` : undefined })(root, network);
      },
    });
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

  /** What the host has, said by the program. */
  addressing(): Addressing {
    const { address } = this.host;
    const ipv6 = `fd57:52::${address.split(".").pop()}/64`;
    return {
      addresses: [`${address}/24`, ipv6],
      dhcp4: false,
      dhcp6: false,
      acceptRa: false,
      gateway: this.lab.address,
      dns: [nameServer],
      search: [searchDomain],
    };
  }

  /** Asserts that the bridge, and not the NIC, has what the NIC had. */
  async isBridged(ipv6?: string): Promise<void> {
    const wanted = [this.host.address, ...(ipv6 ? [ipv6] : [])];
    assert.deepEqual((await this.addresses("br0")).sort(), wanted.sort());
    assert.deepEqual(await this.addresses("host0"), []);
    assert.match(await this.text("ip", "route", "show", "default"), /via 172\.31\.250\.1 dev br0/);
    assert.equal(
      await this.text("cat", "/sys/class/net/br0/address"),
      await this.text("cat", "/sys/class/net/host0/address"),
    );
  }

  /**
   * Begins the change and leaves it alone once it is applied, as a program does that was killed: nobody confirms it.
   */
  async abandon(asked: BridgeDefinition, rollbackAfter: number): Promise<void> {
    const lost = new WindroseError("host-unreachable", "nobody looks");
    const mute = Object.assign(Object.create(this.transport) as SshTransport, {
      exec: this.transport.exec.bind(this.transport),
      fresh: () => ({ exec: () => Promise.reject(lost), close: async () => {} }),
    });
    const section = createBridges(mute);
    await assert.rejects(section.apply(asked, mark, { ...arming, rollbackAfter }, work(2000)), hasCode("timeout"));
    await until("the change to be applied", () => this.exists("/var/lib/windrose/bridges/br0/change/applied"));
  }

  /** How the host's own roll-back of the last change ended. */
  outcome(): Promise<string> {
    const home = "/var/lib/windrose/bridges/br0";
    const over = async () => !(await this.exists(`${home}/change`)) && this.text("cat", `${home}/last/outcome`);
    return until("the host to roll back", over, 60_000);
  }

  /** A power cut and a start: what is not stored is gone. */
  async restart(): Promise<void> {
    await this.transport.close();
    await this.host.powerCut();
    await this.host.start();
    await this.reached();
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

export const hasCode = (code: string) => (error: Error & { code?: string }) => error.code === code;

export function work(milliseconds = 120_000): Work & { told: string[] } {
  const told: string[] = [];
  return { told, progress: (text) => told.push(text), deadline: Date.now() + milliseconds };
}
