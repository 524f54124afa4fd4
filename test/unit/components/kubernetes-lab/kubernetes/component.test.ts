import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesLab, type KubernetesLabArgs } from "../../../../../components/index";
import type { KubernetesNodeArgs } from "../../../../../provider/index";

interface Made {
  readonly kind: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const dynamic = "pulumi-nodejs:dynamic/windrose:";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply((it) => resolve(it)));

/** A copy in which secrets are what they wrap. */
function plain(given: unknown): unknown {
  if (given === null || typeof given !== "object") return given;
  if (Array.isArray(given)) return given.map(plain);
  const entries = Object.entries(given);
  if (entries.length === 2 && "value" in given && Object.values(given).includes(secretSignature))
    return plain(given.value);
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

const facts = { cpus: 8, memory: "16GiB", capacity: "200GiB", size: "2GiB", sshHostKeys: ["ssh-ed25519 AAAA"] };
const node = { version: "1.34.4", ready: true, kubeconfig: "kind: Config", caCertificate: "PEM" };

/** Makes a lab under Pulumi's mocks, and gives it with all that was registered, in its order. */
async function make(
  args: Partial<KubernetesLabArgs> = {},
  config: Record<string, string> = {},
): Promise<{ lab: KubernetesLab; made: Made[] }> {
  const made: Made[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        made.push({ kind: type.replace(dynamic, ""), name, inputs: plain(inputs) as Record<string, unknown> });
        return { id: `${name}-id`, state: { ...inputs, ...facts, ...(type.endsWith("Node") ? node : {}) } };
      },
      call: () => ({}),
    },
    "four-winds",
    "unit",
  );
  pulumi.runtime.setAllConfig(config);
  const size = { vcpus: 2, memory: "2GiB" };
  const lab = new KubernetesLab("winds", {
    hosts: { anemoi: { proxyJump: "root@anemoi" } },
    images: { "debian-12": { source: "/images/debian-12.qcow2" } },
    subnet: "172.17.2.0/24",
    guests: [
      { name: "zephyrus", address: "172.17.2.3" },
      { name: "boreas", role: "controlPlane", address: "172.17.2.2", ...size },
      { name: "notus", address: "172.17.2.4", labels: { zone: "south" }, taints: ["dedicated=db:NoSchedule"] },
    ],
    kubernetes: { version: "1.34.4" },
    ...args,
  });
  await value(lab.knownHosts);
  await Promise.all(Object.values(lab.nodes).map((each) => value(each.urn)));
  await value(lab.urn);
  pulumi.runtime.setAllConfig({});
  return { lab, made };
}

const one = (made: Made[], kind: string, name: string) => {
  const found = made.find((each) => each.kind === kind && each.name === name);
  assert.ok(found, `${kind} ${name} in ${made.map((each) => `${each.kind} ${each.name}`).join(", ")}`);
  return found.inputs;
};
const refusal = (message: RegExp) => (error: Error) => pulumi.RunError.isInstance(error) && message.test(error.message);

describe("a lab with a cluster", function () {
  this.timeout(20_000);

  it("makes each guest a node: the first control plane first, one after another, each after its guest's check", async () => {
    const { made, lab } = await make();
    const order = made.map(({ kind, name }) => `${kind} ${name}`).filter((name) => /^(Virtual|Command|Kub)/.test(name));
    const each = (name: string) => [`VirtualMachine ${name}`, `Command ${name}`, `KubernetesNode ${name}`];
    assert.deepEqual(order, ["winds-boreas", "winds-zephyrus", "winds-notus"].flatMap(each));
    assert.deepEqual(Object.keys(lab.nodes), ["boreas", "zephyrus", "notus"]);
    for (const each of Object.values(lab.nodes))
      assert.match(await value(each.urn), /::windrose:components:KubernetesLab\$pulumi-nodejs:/);
  });

  it("lets all guests boot at once where that is said, and makes nodes one after another still", async () => {
    const { made } = await make({ rolling: false });
    const at = (kind: string, name: string) => made.findIndex((each) => each.kind === kind && each.name === name);
    assert.ok(at("VirtualMachine", "winds-notus") < at("KubernetesNode", "winds-boreas"));
    assert.ok(at("KubernetesNode", "winds-zephyrus") < at("KubernetesNode", "winds-notus"));
  });

  it("says the same cluster to all nodes, and to each what is its own", async () => {
    const { made } = await make({ check: { identityFile: "/keys/id" }, user: "wind" });
    const [boreas, notus] = ["winds-boreas", "winds-notus"].map((name) => one(made, "KubernetesNode", name));
    const cluster = {
      name: "winds",
      version: "1.34.4",
      endpoint: "winds-api:6443",
      podSubnet: "10.244.0.0/16",
      serviceSubnet: "10.96.0.0/12",
      dnsDomain: "cluster.local",
    };
    assert.deepEqual(boreas!.cluster, cluster);
    assert.deepEqual(notus!.cluster, cluster);
    assert.equal(boreas!.through, undefined);
    assert.equal(notus!.through, "winds-boreas-id");
    assert.deepEqual(boreas!.addons, { coreDns: true });
    assert.equal(notus!.addons, undefined);
    assert.deepEqual(boreas!.podNetwork, { plugin: "flannel" });
    assert.equal(notus!.podNetwork, undefined);
    assert.deepEqual(notus!.labels, { zone: "south" });
    assert.deepEqual(notus!.taints, ["dedicated=db:NoSchedule"]);
    assert.deepEqual(notus!.endpointAddresses, ["172.17.2.2"]);
    assert.deepEqual(notus!.source, { from: "image" });
    assert.deepEqual(notus!.connection, { identityFile: "/keys/id", user: "wind", address: "172.17.2.4" });
    assert.equal(notus!.machine, "winds-notus-id");
    assert.equal(notus!.role, "worker");
  });

  it("hands on what kubeadm is to do", async () => {
    const { made } = await make({
      kubernetes: {
        version: "v1.34.4",
        proxyMode: "nftables",
        kubeadm: { kubeProxy: { conntrack: { maxPerCore: 0 } }, patches: { "etcd+json.yaml": "[]" } },
        network: { plugin: "routes" },
        source: { from: "packages", packages: ["kubeadm=1.34.4-1.1"] },
        generation: 2,
        timeout: 900,
        renewal: "spring",
        drain: { timeout: 60 },
        addons: { coreDns: false },
      },
    });
    const [boreas, notus] = ["winds-boreas", "winds-notus"].map((name) => one(made, "KubernetesNode", name));
    assert.deepEqual(boreas!.kubeadm, {
      kubeProxy: { conntrack: { maxPerCore: 0 }, mode: "nftables" },
      patches: { "etcd+json.yaml": "[]" },
    });
    for (const each of [boreas, notus])
      assert.deepEqual(each!.podNetwork, { plugin: "routes", guestSubnet: "172.17.2.0/24" });
    assert.equal((notus!.cluster as { generation: number }).generation, 2);
    assert.deepEqual([boreas!.renewal, notus!.renewal], ["spring", undefined]);
    assert.deepEqual([notus!.timeout, notus!.drain], [900, { timeout: 60 }]);
    assert.deepEqual(boreas!.addons, { coreDns: false });
  });

  it("leaves restarts of guests to their nodes, which are drained before", async () => {
    const restarts = async (restart?: pulumi.Input<"now" | "defer" | "refuse">) => {
      const machine = { cpu: { mode: "maximum" as const }, ...(restart ? { restart } : {}) };
      const { made } = await make({ machine });
      return [
        one(made, "VirtualMachine", "winds-boreas").restart,
        one(made, "KubernetesNode", "winds-boreas").definition,
      ];
    };
    const definition = { vcpus: 2, memory: "2GiB", cpu: { mode: "maximum" } };
    assert.deepEqual(await restarts(), ["defer", definition]);
    assert.deepEqual(await restarts("now"), ["defer", definition]);
    assert.deepEqual(await restarts(pulumi.output("now" as const)), ["defer", definition]);
    assert.deepEqual(await restarts("defer"), ["defer", undefined]);
    assert.deepEqual(await restarts("refuse"), ["refuse", undefined]);
    const { lab } = await make();
    const boot = { kernel: lab.images.anemoi!["debian-12"]! };
    const { made: direct } = await make({ machine: { boot, graphics: { password: "hunter2" } } });
    const { definition: told } = one(direct, "KubernetesNode", "winds-boreas");
    assert.deepEqual(told, { vcpus: 2, memory: "2GiB", boot: { kernel: "winds-anemoi-debian-12-id" } });
    const { made } = await make({ maxMemory: "4GiB" });
    assert.deepEqual(one(made, "KubernetesNode", "winds-notus").definition, { vcpus: 1, maxMemory: "4GiB" });
  });

  it("brings a bundle to each host once, and gives it to its guests as a disk of its version", async () => {
    const { made } = await make({
      kubernetes: { version: "1.34.4", source: { from: "bundle", bundle: "/bundles/kubernetes-1.34.4.iso" } },
    });
    const image = one(made, "Image", "winds-anemoi-kubernetes-1.34.4");
    assert.deepEqual([image.source, image.format], ["/bundles/kubernetes-1.34.4.iso", "raw"]);
    assert.equal(made.filter(({ kind }) => kind === "Image").length, 2);
    for (const name of ["winds-boreas", "winds-notus"]) {
      const { "bundle-1-34-4": disk, root } = one(made, "VirtualMachine", name).disks as Record<string, unknown>;
      assert.deepEqual(disk, {
        volume: "winds-anemoi-kubernetes-1.34.4-id",
        readonly: true,
        serial: "kubernetes-1.34.4",
      });
      assert.ok(root);
      assert.deepEqual(one(made, "KubernetesNode", name).source, { from: "bundle" });
    }
  });

  it("gives a kubeconfig that is secret and fits the Kubernetes provider, and the way there", async () => {
    const { lab } = await make();
    // What @pulumi/kubernetes takes: `new kubernetes.Provider("winds", { kubeconfig: lab.kubeconfig })`.
    const provider: { kubeconfig?: pulumi.Input<string> } = { kubeconfig: lab.kubeconfig };
    assert.equal(await value(pulumi.output(provider.kubeconfig!)), "kind: Config");
    assert.equal(await pulumi.isSecret(lab.kubeconfig!), true);
    assert.equal(await value(lab.endpoint!), "winds-api:6443");
    assert.equal(await value(lab.caCertificate!), "PEM");
    assert.match(await value(lab.nodeTable!), /^notus +worker +1\.34\.4 +yes +anemoi +172\.17\.2\.4$/m);
    assert.match(await value(lab.kubectl!), /-L 127\.0\.0\.1:6443:172\.17\.2\.2:6443 root@anemoi\n/);
  });

  it("has no cluster where none is asked for", async () => {
    const { lab, made } = await make({
      kubernetes: undefined,
      guests: [{ name: "boreas", role: "controlPlane" }],
    });
    assert.deepEqual(lab.nodes, {});
    assert.equal(lab.kubeconfig, undefined);
    assert.equal(one(made, "VirtualMachine", "winds-boreas").restart, undefined);
  });

  it("lets a transform have the last word on nodes", async () => {
    const { made } = await make({
      transform: { node: (args, name) => (name === "winds-notus" ? { ...args, timeout: 7 } : args) },
    });
    assert.equal(one(made, "KubernetesNode", "winds-notus").timeout, 7);
    assert.equal(one(made, "KubernetesNode", "winds-zephyrus").timeout, undefined);
  });

  it("lets no transform ask for another generation than the cluster's", async () => {
    const node = (generation: number) => (args: KubernetesNodeArgs) => ({
      ...args,
      cluster: { ...(args.cluster as object), generation } as KubernetesNodeArgs["cluster"],
    });
    const wrong = refusal(/transform\.node: has another `cluster\.generation`: set `kubernetes\.generation`/);
    await assert.rejects(make({ transform: { node: node(5) } }), wrong);
  });

  it("keeps the hosts' own addresses out of the cluster's subnets", async () => {
    const hosts = (anemoi: unknown) => ({ "windrose:hosts": JSON.stringify({ anemoi }) });
    const wrong = refusal(
      /kubernetes\.serviceSubnet: 10\.96\.0\.0\/12 is in the way of host "anemoi" itself, 10\.97\.1\.2/,
    );
    await assert.rejects(make({}, hosts("qemu+ssh://root@10.97.1.2:22/system?no_verify=1")), wrong);
    await assert.rejects(make({}, hosts({ address: "10.97.1.2" })), wrong);
    await assert.rejects(make({ hosts: { anemoi: { host: { connection: "qemu+ssh://10.97.1.2/system" } } } }), wrong);
    await make({}, hosts("qemu:///system"));
  });

  it("refuses to look into guests without a key at hand", async () => {
    await assert.rejects(make({ check: false }), refusal(/check: is needed with `kubernetes`/));
  });
});
