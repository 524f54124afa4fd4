import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { currentLab, ensureMicroGuest, type GuestImage, type Lab, type LabHost } from "../lab";
import { cmdline, connection, disksLike, inGuest, initrd, kernel } from "./guests";
import { inOrder } from "./in-order";
import { Stack } from "./stack";

interface Outputs {
  guests: Record<string, { name: string; address: string; host: string; role: string; ssh: string }>;
  table: string;
  knownHosts: string;
  inventory: string;
}

interface Step {
  op: string;
  urn: string;
}

/** One lab over two hosts, from its first preview to its end. Each step stands on the one before. */
describe("a lab over two hosts", function () {
  this.timeout(900_000);
  inOrder();

  let lab: Lab;
  let micro: GuestImage;
  let hosts: Record<string, LabHost>;
  let stack: Stack;
  let publicKey: string;
  const winds: Record<string, Record<string, unknown>> = {
    boreas: { role: "controlPlane", host: "anemoi", address: "172.17.2.2" },
    zephyrus: { host: "anemoi", address: "172.17.2.3" },
    notus: { host: "aeolus" },
    eurus: { host: "aeolus" },
  };

  const ask = async (more: Record<string, unknown> = {}) => {
    const args = {
      hosts: Object.fromEntries(
        Object.keys(hosts).map((key, index) => [
          key,
          { host: { requirements: { virtualization: "none" } }, subnet: `172.17.${index + 2}.0/24` },
        ]),
      ),
      network: { domain: "aeolia" },
      images: { first: { source: micro.image }, second: { source: micro.image } },
      image: "first",
      guests: Object.entries(winds).map(([name, guest]) => ({ name, ...guest })),
      memory: "192MiB",
      maxMemory: "320MiB",
      sshKeys: [publicKey],
      prepare: false,
      machine: { boot: { kernel, initrd, cmdline }, wait: { for: "ssh", timeout: 120 }, shutdown: { timeout: 60 } },
      ...more,
    };
    const where = Object.fromEntries(Object.entries(hosts).map(([key, host]) => [key, connection(host)]));
    await stack.ask(where, [{ kind: "KubernetesLab", name: "winds", args }]);
  };
  const outputs = async () => (await stack.outputs<{ winds: Outputs }>()).winds;
  const hostOf = async (name: string) => hosts[(await outputs()).guests[name]!.host]!;
  /** The process of a guest: the same one, or another after a restart. */
  const process_ = async (name: string) =>
    (await (await hostOf(name)).exec(["cat", `/run/libvirt/qemu/${stack.name}-winds-${name}.pid`])).stdout.trim();
  const processes = async () =>
    Object.fromEntries(await Promise.all(Object.keys(winds).map(async (name) => [name, await process_(name)])));
  const inside = async (name: string, command: string) => {
    const { guests, knownHosts } = await outputs();
    const { address } = guests[name]!;
    const key = knownHosts.split("\n").find((line) => line.startsWith(`${name},`))!;
    return inGuest(await hostOf(name), address, key.split(" ").slice(1).join(" "), command);
  };
  /** What a preview would do, by resource: `VirtualMachine winds-boreas`. */
  const steps = async () => {
    const { output } = await stack.run(["preview", "--json"]);
    const { steps } = JSON.parse(output) as { steps: Step[] };
    return Object.fromEntries(
      steps
        .filter(({ op }) => op !== "same" && op !== "read")
        .map(({ op, urn }) => [
          urn
            .split("::")
            .slice(2)
            .join(" ")
            .replace(/^.*windrose:/, ""),
          op,
        ]),
    );
  };

  before(async () => {
    lab = await currentLab();
    micro = await ensureMicroGuest(() => {});
    const start = async () => {
      const host = await lab.startHost({ name: `k${randomBytes(4).toString("hex")}` });
      await host.copyIn(micro.kernel, kernel);
      await host.copyIn(micro.initrd, initrd);
      return host;
    };
    const [anemoi, aeolus] = [await start(), await start()];
    hosts = { anemoi, aeolus };
    publicKey = await lab.publicKey();
    stack = await Stack.create({ program: join(__dirname, "lab-program") });
  });
  after(async () => {
    for (const host of Object.values(hosts ?? {})) await host.destroy();
    await stack?.dispose();
  });

  it("comes up, each guest on its host, by its name and under its own host key", async () => {
    await ask();
    await stack.up();
    const { guests, table, inventory } = await outputs();
    assert.deepEqual(Object.keys(guests).sort(), Object.keys(winds).sort());
    for (const name of Object.keys(winds)) assert.equal(await inside(name, "hostname"), name);
    assert.equal(guests.boreas!.address, "172.17.2.2");
    assert.match(guests.eurus!.address, /^172\.17\.3\./);
    assert.match(table, /^boreas +control plane +anemoi +172\.17\.2\.2 +ssh root@172\.17\.2\.2$/m);
    assert.match(inventory, /ansible_host: 172\.17\.2\.3/);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("gets a fifth guest, and changes nothing about the four", async () => {
    const before = await processes();
    winds.aether = { host: "anemoi" };
    await ask();
    assert.deepEqual(await steps(), {
      "Network winds-anemoi": "update",
      "VirtualMachine winds-aether": "create",
    });
    await stack.up();
    assert.equal(await inside("aether", "hostname"), "aether");
    const { aether: _, ...after } = await processes();
    assert.deepEqual(after, before);
  });

  it("loses one in the middle, and that one alone", async () => {
    const { zephyrus: _, ...others } = await processes();
    delete winds.zephyrus;
    await ask();
    assert.deepEqual(await steps(), {
      "Network winds-anemoi": "update",
      "VirtualMachine winds-zephyrus": "delete",
    });
    await stack.up();
    assert.deepEqual(await processes(), others);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("makes one guest larger while it runs: memory and disk", async () => {
    const before = await processes();
    Object.assign(winds.boreas!, { memory: "288MiB", diskSize: "96MiB" });
    await ask();
    assert.deepEqual(await steps(), { "VirtualMachine winds-boreas": "update" });
    await stack.up();
    assert.deepEqual(await processes(), before);
    assert.equal(await inside("boreas", disksLike("98304 vda", 1)), "1");
  });

  it("gives one guest a new image, and the others stay up", async () => {
    const { notus, ...others } = await processes();
    winds.notus!.image = "second";
    // Guests that come after it wait for it, and are not replaced with it.
    await ask({ rolling: true });
    const changes = await steps();
    assert.equal(changes["Image winds-aeolus-second"], "create");
    assert.deepEqual(
      Object.keys(changes).filter((name) => name.startsWith("VirtualMachine")),
      ["VirtualMachine winds-notus"],
    );
    await stack.up();
    const { notus: replaced, ...after } = await processes();
    assert.deepEqual(after, others);
    assert.notEqual(replaced, notus);
    assert.equal(await inside("notus", "hostname"), "notus");
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("refuses what a host has no room for, as soon as that is known, and touches nothing", async () => {
    const before = await processes();
    winds.boreas!.vcpus = 64;
    await ask();
    const preview = await stack.preview({ check: false });
    assert.notEqual(preview.code, 0);
    assert.match(preview.output, /KubernetesLab "winds": hosts\.anemoi: too little cpus: the guests ask for 65 CPUs/);
    assert.notEqual((await stack.up({ check: false })).code, 0);
    delete winds.boreas!.vcpus;
    assert.deepEqual(await processes(), before);
    await ask();
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("is destroyed whole", async () => {
    await stack.destroy();
    for (const host of Object.values(hosts)) {
      const left = await host.exec(["sh", "-c", "virsh -q list --all --name; ls -A /var/lib/libvirt/images"]);
      assert.doesNotMatch(left.stdout, /winds/);
    }
  });
});
