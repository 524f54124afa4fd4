import { randomBytes } from "node:crypto";
import { currentLab, ensureMicroGuest, type Lab, type LabHost } from "../lab";
import { connection, initrd, kernel } from "./guests";
import { type Asked, Stack } from "./stack";

/** A test host of its own and a stack on it; both gone afterwards. */
export class Fixture {
  stacks: Stack[] = [];

  private constructor(
    readonly lab: Lab,
    readonly host: LabHost,
    readonly stack: Stack,
    readonly publicKey: string,
  ) {
    this.stacks.push(stack);
  }

  static async create(): Promise<Fixture> {
    const lab = await currentLab();
    const [micro, host, stack] = await Promise.all([
      ensureMicroGuest(() => {}),
      lab.startHost({ name: `h${randomBytes(4).toString("hex")}` }),
      Stack.create(),
    ]);
    await host.copyIn(micro.kernel, kernel);
    await host.copyIn(micro.initrd, initrd);
    return new Fixture(lab, host, stack, await lab.publicKey());
  }

  get hosts(): Record<string, string> {
    return { anemoi: connection(this.host) };
  }

  ask(resources: readonly Asked[], secrets?: Record<string, unknown>): Promise<void> {
    return this.stack.ask(this.hosts, resources, secrets);
  }

  async virsh(...argv: string[]): Promise<string> {
    return (await this.host.exec(["virsh", "-q", "-c", "qemu:///system", ...argv])).stdout.trim();
  }

  /** Domains, networks, pools and files of ours on the host: empty when all is gone. */
  async ours(): Promise<string> {
    // The network `default` comes with libvirt.
    const lists = await Promise.all([
      this.virsh("list", "--all", "--name"),
      this.virsh("net-list", "--all", "--name"),
      this.virsh("pool-list", "--all", "--name"),
      this.host.exec(["ls", "-A", "/var/lib/libvirt/images"]).then((result) => result.stdout.trim()),
    ]);
    return lists
      .join("\n")
      .split("\n")
      .filter((name) => name !== "" && name !== "default")
      .join("\n");
  }

  async uuid(domain: string): Promise<string> {
    return this.virsh("domuuid", domain);
  }

  async dispose(): Promise<void> {
    await this.host.destroy();
    for (const stack of this.stacks) await stack.dispose();
  }
}
