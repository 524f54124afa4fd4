import assert from "node:assert/strict";
import { inOrder } from "./in-order";
import { PretendedStack } from "./pretended";

interface Guest {
  role?: string;
  vcpus?: number;
  maxVcpus?: number;
  memory?: string;
  image?: string;
  labels?: object;
  taints?: string[];
}

const size = { vcpus: 2, memory: "2GiB" };
const first = (): Record<string, Guest> => ({
  boreas: { role: "controlPlane", ...size },
  zephyrus: {},
  notus: {},
  eurus: {},
});

/** One cluster, of which each step stands on the one before: what each change does, and in which order. */
describe("the steps of a cluster, by the real engine", function () {
  this.timeout(300_000);
  inOrder();

  let stack: PretendedStack;
  let guests = first();
  let kubernetes: Record<string, unknown> = { version: "1.34.3" };

  const ask = () =>
    stack.ask(
      {
        winds: {
          hosts: { anemoi: {} },
          subnet: "172.17.2.0/24",
          images: {
            old: { source: "https://example.org/old.qcow2" },
            new: { source: "https://example.org/new.qcow2" },
          },
          image: "old",
          guests: Object.entries(guests).map(([name, guest], index) => ({
            name,
            address: `172.17.2.${index + 2}`,
            ...guest,
          })),
          memory: "1GiB",
          maxMemory: "4GiB",
          kubernetes,
        },
      },
      ["anemoi"],
    );
  const of = (done: string[], ...kinds: string[]) => done.filter((line) => kinds.includes(line.split(" ")[1]!));
  const cluster = (done: string[]) =>
    of(done, "VirtualMachine", "KubernetesNode").map((line) =>
      line.replace("VirtualMachine", "machine").replace("KubernetesNode", "node").replace("winds-", ""),
    );
  const refused = async (words: RegExp) => {
    const { code, output } = await stack.stack.preview({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, words);
  };
  const nothing = async () => {
    await ask();
    assert.deepEqual(await stack.preview(), {});
  };

  before(async () => {
    stack = await PretendedStack.create();
  });
  after(() => stack?.dispose());

  it("makes one node after another, each after its machine and that one's check, the control plane first", async () => {
    await ask();
    const done = await stack.up();
    assert.deepEqual(
      of(done, "VirtualMachine", "Command", "KubernetesNode"),
      Object.keys(guests).flatMap((name) =>
        ["VirtualMachine", "Command", "KubernetesNode"].map((kind) => `create ${kind} winds-${name}`),
      ),
    );
    await nothing();
  });

  it("adds a worker, and touches no other", async () => {
    guests.lips = {};
    await ask();
    const steps = await stack.preview();
    assert.deepEqual(steps, {
      "Network winds-anemoi": "update",
      "VirtualMachine winds-lips": "create",
      "Command winds-lips": "create",
      "KubernetesNode winds-lips": "create",
    });
    assert.deepEqual(cluster(await stack.up()), ["create machine lips", "create node lips"]);
    await nothing();
  });

  it("removes a worker: its node goes before its machine", async () => {
    const { zephyrus, ...others } = guests;
    assert.ok(zephyrus);
    guests = Object.fromEntries(
      Object.entries(others).map(([name, guest], index) => [
        name,
        { ...guest, address: `172.17.2.${index === 0 ? 2 : index + 3}` },
      ]),
    );
    await ask();
    await stack.preview();
    assert.match(stack.summary(), /node `winds-zephyrus`, drained before, for good/);
    assert.deepEqual(cluster(await stack.up()), ["delete node zephyrus", "delete machine zephyrus"]);
    await nothing();
  });

  it("replaces workers one at a time: drained, deleted, made anew, joined", async () => {
    guests.notus!.image = "new";
    guests.eurus!.image = "new";
    await ask();
    const steps = await stack.preview();
    assert.deepEqual(
      Object.keys(steps)
        .filter((name) => name.startsWith("KubernetesNode"))
        .sort(),
      ["KubernetesNode winds-eurus", "KubernetesNode winds-notus"],
    );
    assert.match(stack.summary(), /node `winds-notus`, drained before, until it has joined again/);
    const each = (name: string) => [
      `delete node ${name}`,
      `delete machine ${name}`,
      `create machine ${name}`,
      `create node ${name}`,
    ];
    assert.deepEqual(cluster(await stack.up()), ["notus", "eurus"].flatMap(each));
    await nothing();
  });

  it("refuses to replace the machine that holds the cluster, before anything is done", async () => {
    guests.boreas!.image = "new";
    await ask();
    await refused(/machine: it holds the cluster/);
    assert.deepEqual(cluster(await stack.failingUp()), []);
    delete guests.boreas!.image;
    await nothing();
  });

  it("upgrades node by node, the control plane first", async () => {
    kubernetes.version = "1.34.4";
    await ask();
    const names = ["boreas", "notus", "eurus", "lips"];
    assert.deepEqual(
      await stack.preview(),
      Object.fromEntries(names.map((name) => [`KubernetesNode winds-${name}`, "update"])),
    );
    assert.match(stack.summary(), /node `winds-boreas`, drained while it is upgraded/);
    assert.match(stack.summary(), /1\.34\.3.* → .*1\.34\.4.*\(live, upgraded by kubeadm/);
    assert.deepEqual(
      cluster(await stack.up()),
      names.map((name) => `update node ${name}`),
    );
    await nothing();
  });

  it("refuses a downgrade, and two minor versions at once with the way to go", async () => {
    kubernetes.version = "1.34.3";
    await ask();
    await refused(/cluster\.version.*can't be downgraded/s);
    kubernetes.version = "1.36.0";
    await ask();
    await refused(/go to 1\.35 first/);
    kubernetes.version = "1.34.4";
    await nothing();
  });

  it("drains a guest whose new size waits for a restart, and no other", async () => {
    guests.notus!.vcpus = 2;
    guests.eurus!.memory = "2GiB";
    await ask();
    const steps = await stack.preview();
    assert.deepEqual(steps, {
      "VirtualMachine winds-notus": "update",
      "VirtualMachine winds-eurus": "update",
      "KubernetesNode winds-notus": "update",
    });
    assert.match(stack.summary(), /node `winds-notus`, drained while its machine restarts/);
    assert.match(stack.summary(), /Restarted by its node `winds-notus`, which is drained before/);
    assert.deepEqual(cluster(await stack.up()).slice(-1), ["update machine eurus"]);
    await nothing();
  });

  it("changes labels and taints live", async () => {
    Object.assign(guests.notus!, { labels: { zone: "south" }, taints: ["dedicated=db:NoSchedule"] });
    await ask();
    assert.deepEqual(await stack.preview(), { "KubernetesNode winds-notus": "update" });
    assert.deepEqual(cluster(await stack.up()), ["update node notus"]);
  });

  it("gets from one control plane to three, of which any can be replaced once another is the first", async () => {
    Object.assign(guests, { argestes: { role: "controlPlane", ...size, address: "172.17.2.20" } });
    Object.assign(guests, { kaikias: { role: "controlPlane", ...size, address: "172.17.2.21" } });
    await ask();
    const done = cluster(await stack.up());
    assert.deepEqual(
      done.filter((line) => line.startsWith("create")),
      ["create machine argestes", "create node argestes", "create machine kaikias", "create node kaikias"],
    );
    // The others learn where the API is reached as well.
    assert.deepEqual(
      done.filter((line) => line.startsWith("update")).sort(),
      ["boreas", "eurus", "lips", "notus"].map((name) => `update node ${name}`),
    );
    const { boreas, argestes, ...rest } = guests;
    guests = { argestes: argestes!, boreas: boreas!, ...rest };
    for (const [name, address] of Object.entries({ boreas: 2, notus: 4, eurus: 5, lips: 6 }))
      Object.assign(guests[name]!, { address: `172.17.2.${address}` });
    await ask();
    assert.deepEqual(
      cluster(await stack.up()).filter((line) => !line.startsWith("update node")),
      [],
    );
    guests.boreas!.image = "new";
    await ask();
    assert.deepEqual(cluster(await stack.up()), [
      "delete node boreas",
      "delete machine boreas",
      "create machine boreas",
      "create node boreas",
    ]);
    await nothing();
  });

  it("refuses other subnets, unless a new cluster is asked for", async () => {
    kubernetes.podSubnet = "10.200.0.0/16";
    await ask();
    await refused(/cluster\.podSubnet.*cluster\.generation/s);
    kubernetes.generation = 2;
    await ask();
    const steps = await stack.preview();
    assert.deepEqual([...new Set(Object.values(steps))], ["replace"]);
    assert.equal(Object.keys(steps).length, Object.keys(guests).length);
    assert.match(stack.summary(), /\*\*Data lost:\*\* all that the cluster `winds` holds/);
    const done = cluster(await stack.up());
    assert.ok(
      done.every((line) => / node /.test(line)),
      "the machines stay",
    );
  });

  it("makes a new cluster on other machines too, where the machine that holds the old one is replaced with it", async () => {
    kubernetes.generation = 3;
    guests.argestes!.image = "new";
    await ask();
    const steps = await stack.preview();
    assert.equal(steps["VirtualMachine winds-argestes"], "replace");
    assert.match(stack.summary(), /\*\*Data lost:\*\* all that the cluster `winds` holds/);
    const done = cluster(await stack.up());
    assert.deepEqual(
      done.filter((line) => / machine /.test(line)),
      ["delete machine argestes", "create machine argestes"],
    );
    for (const name of Object.keys(guests)) {
      assert.equal(done.filter((line) => line === `delete node ${name}`).length, 1, name);
      assert.equal(done.filter((line) => line === `create node ${name}`).length, 1, name);
    }
    await nothing();
  });

  it("destroys all of it without emptying one node after another", async () => {
    const done = await stack.destroy();
    assert.deepEqual(of(done, "KubernetesNode"), []);
    assert.equal(of(done, "VirtualMachine").length, Object.keys(guests).length);
  });

  it("brings the bundle of a new version to host and guests before the first node is upgraded", async () => {
    guests = { boreas: { role: "controlPlane", ...size }, notus: {} };
    const bundle = (version: string) => ({
      version,
      source: {
        from: "bundle",
        bundle: `https://example.org/kubernetes-${version}.iso`,
        checksum: `sha256:${"0".repeat(64)}`,
      },
    });
    kubernetes = bundle("1.34.3");
    await ask();
    await stack.up();
    kubernetes = bundle("1.34.4");
    await ask();
    const done = await stack.up();
    assert.deepEqual(of(done, "Image"), [
      "create Image winds-anemoi-kubernetes-1.34.4",
      "delete Image winds-anemoi-kubernetes-1.34.3",
    ]);
    assert.deepEqual(
      cluster(done),
      ["boreas", "notus"].flatMap((name) => [`update machine ${name}`, `update node ${name}`]),
    );
    assert.equal(done.at(-1), "delete Image winds-anemoi-kubernetes-1.34.3");
    await nothing();
  });

  it("loses it as a part of a stack that stays", async () => {
    await stack.ask({}, ["anemoi"]);
    const done = await stack.up();
    assert.deepEqual(of(done, "KubernetesNode"), []);
    assert.deepEqual(cluster(done).sort(), ["delete machine boreas", "delete machine notus"]);
  });
});
