import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { currentLab, ensureMicroGuest, type Lab, type LabHost, until } from "../lab";
import { startBareHost } from "./bare-host";
import { connection, inGuest } from "./guests";
import { Stack } from "./stack";

const examples = resolve(__dirname, "../../examples");

/** Each example as it stands: what differs from a user's own host is in its configuration. */
describe("the examples", function () {
  this.timeout(600_000);
  let lab: Lab;
  let image: string;
  let publicKey: string;
  const hosts: LabHost[] = [];
  const stacks: Stack[] = [];

  before(async () => {
    lab = await currentLab();
    image = (await ensureMicroGuest(() => {})).image;
    publicKey = await lab.publicKey();
  });
  after(async () => {
    for (const host of hosts) await host.destroy();
    for (const stack of stacks) await stack.dispose();
  });

  async function start(): Promise<LabHost> {
    const host = await lab.startHost({ name: `x${randomBytes(4).toString("hex")}` });
    hosts.push(host);
    return host;
  }

  async function stackOf(example: string, name?: string): Promise<Stack> {
    const stack = await Stack.create({ program: join(examples, example), name });
    stacks.push(stack);
    return stack;
  }

  it("one-machine: a bare host becomes a host with a guest, and is bare again", async () => {
    const host = await startBareHost();
    hosts.push(host);
    const stack = await stackOf("one-machine");
    await stack.configure({
      "windrose:hosts": { anemoi: connection(host) },
      "one-machine:virtualization": "none",
      "one-machine:image": image,
      "one-machine:sshKey": publicKey,
    });
    await stack.up();
    const { address } = await stack.outputs<{ address: string }>();
    assert.equal(address, "172.17.2.2");
    assert.match((await host.exec(["virsh", "-q", "-c", "qemu:///system", "list", "--name"])).stdout, /boreas/);
    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.destroy();
    assert.equal((await host.exec(["sysctl", "-n", "net.ipv4.ip_forward"])).stdout.trim(), "0");
  });

  it("restore: a token rolls the running machine back to its snapshot", async () => {
    const host = await start();
    const stack = await stackOf("restore");
    const config = {
      "windrose:hosts": { anemoi: connection(host) },
      "restore:virtualization": "none",
      "restore:image": image,
      "restore:sshKey": publicKey,
    };
    await stack.configure(config);
    await stack.up();
    const { address, sshHostKeys } = await stack.outputs<{ address: string; sshHostKeys: string[] }>();
    const guest = (command: string) => inGuest(host, address, sshHostKeys[0]!, command);
    await guest("echo before > /tmp/mark");
    await stack.configure({ ...config, "restore:snapshot": true });
    await stack.up();
    await guest("echo after > /tmp/mark");
    await stack.configure({ ...config, "restore:snapshot": true, "restore:token": "1" });
    await stack.up();
    // The host's kernel may hold for some seconds that the address has no answer: qemu was away meanwhile.
    const read = () => guest("cat /tmp/mark").catch(() => undefined);
    const mark = await until("the guest answers again", read, 60_000, 250);
    assert.equal(mark, "before");
    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.destroy();
  });

  it("environments: two stacks of one program, side by side on one host", async () => {
    const host = await start();
    const dev = await stackOf("environments", "dev");
    const prod = await Stack.create({ program: join(examples, "environments"), name: "prod", backend: dev.directory });
    stacks.push(prod);
    for (const stack of [dev, prod]) {
      const { config } = parse(await readFile(join(examples, "environments", `Pulumi.${stack.name}.yaml`), "utf8"));
      await stack.configure({
        ...config,
        "windrose:hosts": { anemoi: connection(host) },
        "environments:virtualization": "none",
        "environments:memory": "192MiB",
        "environments:image": image,
        "environments:sshKeys": [publicKey],
      });
    }
    await Promise.all([dev.up(), prod.up()]);
    const domains = async () =>
      (await host.exec(["virsh", "-q", "-c", "qemu:///system", "list", "--name"])).stdout.trim().split("\n").sort();
    assert.deepEqual(await domains(), ["dev-web", "prod-web", "prod-worker"]);
    assert.deepEqual((await prod.outputs<{ addresses: string[] }>()).addresses, ["172.17.6.2", "172.17.6.3"]);
    await dev.destroy();
    assert.deepEqual(await domains(), ["prod-web", "prod-worker"]);
    await prod.preview({ args: ["--expect-no-changes"] });
    await prod.destroy();
  });
});
