import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../../../provider/basics/record";
import { diff } from "../../../../provider/lifecycle/diff";
import { forgetClusters, noteCluster } from "../../../../provider/resources/kubernetes-node/asked";
import { kubernetesNode } from "../../../../provider/resources/kubernetes-node/definition";
import { anyOf, checkOf, refusalOf } from "../../fakes";

const definition = anyOf(kubernetesNode as never);
const machine = "11111111-2222-8333-8444-555555555555";
const other = "22222222-2222-8333-8444-555555555555";
const cluster = { name: "winds", version: "1.34.3", endpoint: "winds-api:6443" };
const first: Inputs = {
  host: "h1",
  machine,
  nodeName: "boreas",
  role: "controlPlane",
  address: "172.17.2.10",
  cluster,
  source: { from: "image" },
};
const worker: Inputs = { ...first, nodeName: "zephyrus", role: "worker", through: `${machine}/boreas` };

const failures = async (given: Inputs, olds?: Inputs) =>
  (await checkOf(kubernetesNode as never, given, olds)).failures.map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

describe("KubernetesNode's inputs", function () {
  this.timeout(60_000);
  it("are taken as they are", async () => {
    assert.deepEqual(await failures(first), []);
    assert.deepEqual(await failures(worker), []);
  });

  const bad: [string, Inputs, RegExp][] = [
    [
      "a version that is none",
      { cluster: { ...cluster, version: "latest" } },
      /^cluster\.version: latest must be a version/,
    ],
    ["a version with a v", { cluster: { ...cluster, version: "v1.34.3" } }, /^cluster\.version/],
    ["a taint that is none", { taints: ["dedicated=lab"] }, /^taints\.0: "dedicated=lab" must be a taint/],
    ["two taints of one key and effect", { taints: ["a=b:NoSchedule", "a=c:NoSchedule"] }, /^taints: has two taints/],
    ["a label that is none", { labels: { "a b": "c" } }, /^labels/],
    ["a label's value that is none", { labels: { a: "b c" } }, /^labels\.a: "b c" is not a label value/],
    [
      "subnets that overlap",
      { cluster: { ...cluster, podSubnet: "10.96.0.0/12" } },
      /^cluster\.serviceSubnet: 10\.96\.0\.0\/12 overlaps `cluster\.podSubnet`/,
    ],
    ["an address in the pods' subnet", { address: "10.244.3.4" }, /^address: 10\.244\.3\.4 is in `cluster\.podSubnet`/],
    ["an address that is none", { address: "1.2.3" }, /^address: is no IP address/],
    ["a bundle's path for an image", { source: { from: "image", path: "/a" } }, /^source\.path/],
    [
      "a repository without a key",
      { source: { from: "packages", repository: "deb https://packages.example/ stable main" } },
      /^source\.key: is required/,
    ],
    ["a version with a zero before", { cluster: { ...cluster, version: "1.034.4" } }, /^cluster\.version/],
    [
      "a subnet that names an address",
      { cluster: { ...cluster, podSubnet: "10.244.1.0/16" } },
      /the subnet is 10\.244\.0\.0\/16/,
    ],
    [
      "too few addresses for pods",
      { cluster: { ...cluster, podSubnet: "10.244.0.0/25" } },
      /^cluster\.podSubnet: .* \/24/,
    ],
    ["too many services", { cluster: { ...cluster, serviceSubnet: "10.0.0.0/9" } }, /^cluster\.serviceSubnet: .* \/12/],
    [
      "names for an address",
      { cluster: { ...cluster, endpoint: "172.17.2.9:6443" }, endpointAddresses: ["172.17.2.10"] },
      /^endpointAddresses: lead a name/,
    ],
    ["kubeadm's own label", { labels: { "node-role.kubernetes.io/control-plane": "" } }, /^labels: .*kubeadm's own/],
    ["no manifest", { podNetwork: { plugin: "manifest" } }, /^podNetwork\.manifest: is required/],
    ["routes without a subnet", { podNetwork: { plugin: "routes" } }, /^podNetwork\.guestSubnet: is required/],
    [
      "too many routes",
      { podNetwork: { plugin: "routes", guestSubnet: "172.16.0.0/12" } },
      /^podNetwork\.guestSubnet: 172\.16\.0\.0\/12 has more than 1024/,
    ],
    ["a patch that leads elsewhere", { kubeadm: { patches: { "../etcd.yaml": "a" } } }, /^kubeadm\.patches/],
  ];
  for (const [what, given, words] of bad)
    it(`refuses ${what}`, async () => {
      const found = await failures({ ...first, ...given });
      assert.ok(
        found.some((line) => words.test(line)),
        found.join("\n") || "it was taken",
      );
    });

  it("refuse a worker that joins nothing", async () => {
    const { through: _through, ...alone } = worker;
    assert.match((await failures(alone)).join(), /^through: is required of a worker/);
  });
});

describe("a change of a node", function () {
  this.timeout(60_000);
  const rows = (olds: Inputs, change: Inputs) =>
    diff(definition, { ...olds, __schema: 1 }, { ...olds, ...change }).rows;
  const says = (olds: Inputs, change: Inputs) =>
    diff(definition, { ...olds, __schema: 1 }, { ...olds, ...change }, { refuse: false }).rows.map(
      (row) => `${row.path}: ${row.refuse ? "refused" : row.effect}`,
    );
  const refusal = (olds: Inputs, change: Inputs) => refusalOf(definition, olds, { ...olds, ...change });

  it("of the version is an upgrade; a downgrade and two minor versions are refused, with the way to go", async () => {
    const to = (version: string) => ({ cluster: { ...cluster, version } });
    assert.deepEqual(says(first, to("1.34.4")), ["cluster.version: live"]);
    assert.deepEqual(says(first, to("1.35.0")), ["cluster.version: live"]);
    assert.match(refusal(first, to("1.34.2")), /cluster\.version: .*can't be downgraded/);
    assert.match(refusal(first, to("1.36.1")), /go to 1\.35 first/);
  });

  it("of what the cluster keeps is refused, unless a new cluster is asked for", async () => {
    for (const change of [{ podSubnet: "10.9.0.0/16" }, { serviceSubnet: "10.9.0.0/16" }, { endpoint: "other:6443" }]) {
      const next = { cluster: { ...cluster, ...change } };
      const [name] = Object.keys(change);
      assert.match(refusal(first, next), new RegExp(`cluster\\.${name}: .*generation`));
      const anew = { cluster: { ...cluster, ...change, generation: 2 } };
      assert.equal(refusal(first, anew), "");
      assert.ok(diff(definition, { ...first, __schema: 1 }, { ...first, ...anew }).replaces.includes("cluster"));
    }
  });

  it("of what is not yet known is no other until it is", async () => {
    const given = { ...first, cluster: { ...cluster, endpoint: unknown } };
    assert.deepEqual(await failures(given, first), []);
    assert.deepEqual(says(first, given), ["cluster.endpoint: live"]);
  });

  it("of the machine replaces a worker, and is refused for the one that holds the cluster", async () => {
    assert.deepEqual(says(worker, { machine: unknown }), ["machine: replace"]);
    for (const change of [{ machine: other }, { address: "172.17.2.99" }, { machine: other, address: "172.17.2.99" }])
      assert.match(refusal(first, change), /it holds the cluster/);
    const second = { ...first, through: `${machine}/notus` };
    assert.deepEqual(says(second, { machine: unknown }), ["machine: replace"]);
    assert.deepEqual(says(first, { machine: other, through: `${machine}/notus` }), [
      "machine: refused",
      "through: local",
    ]);
  });

  it("to a first control plane that is yet to be made is refused: it would make a cluster of its own", async () => {
    assert.match(
      (await failures({ ...worker, through: unknown }, worker)).join(),
      /^through: the first control plane must be/,
    );
    assert.match(
      (await failures({ ...first, through: unknown }, first)).join(),
      /^through: the first control plane must be/,
    );
    const anew = { ...worker, through: unknown, cluster: { ...cluster, generation: 2 } };
    assert.deepEqual(await failures(anew, worker), []);
    assert.deepEqual(await failures({ ...worker, through: unknown }), [], "with a first up of all");
  });

  it("of the host with the machine is refused as well for the one that holds the cluster", async () => {
    assert.match(refusal(first, { host: "h2", machine: other }), /host: it holds the cluster/);
    for (const change of [
      { host: unknown, machine: unknown },
      { host: "h2", machine: unknown },
    ])
      assert.throws(() => rows(first, change), /holds the cluster/);
    assert.deepEqual(says(worker, { host: "h2", machine: unknown }), ["host: replace", "machine: replace"]);
  });

  it("of the machine makes a new cluster, where the program is known to ask for one", () => {
    try {
      noteCluster({ name: "winds", generation: 2 });
      assert.deepEqual(says(first, { machine: unknown }), ["machine: replace"]);
      // Another cluster of that name is asked for as it was.
      noteCluster({ name: "winds" });
      assert.throws(() => rows(first, { machine: unknown }), /holds the cluster/);
    } finally {
      forgetClusters();
    }
  });

  it("of the generation to the same in quotes is none", async () => {
    const of = (generation: unknown) => ({ cluster: { ...cluster, generation } });
    assert.deepEqual(says({ ...first, ...of(2) }, of("2")), ["cluster.generation: local"]);
    assert.deepEqual(says({ ...first, ...of(2) }, of("3")), ["cluster.generation: replace"]);
    assert.match((await failures({ ...first, ...of("a/b") })).join(), /^cluster\.generation/);
  });

  it("of the machine's definition restarts it where that has to wait for a restart", () => {
    const of = (definition: object) => ({ definition });
    assert.deepEqual(says({ ...worker, ...of({ vcpus: 1, maxVcpus: 2 }) }, of({ vcpus: 2, maxVcpus: 2 })), [
      "definition: local",
    ]);
    assert.deepEqual(says({ ...worker, ...of({ vcpus: 1 }) }, of({ vcpus: 2 })), ["definition: live"]);
  });

  it("of the pods' network to another plugin is refused, and from none is not", () => {
    const plugin = (name: string) => ({
      podNetwork: { plugin: name, manifest: name === "manifest" ? "a: b" : undefined },
    });
    const to = (one: string, other: string) => says({ ...first, ...plugin(one) }, plugin(other))[0];
    for (const [one, other] of [
      ["flannel", "routes"],
      ["routes", "flannel"],
      ["flannel", "manifest"],
      ["flannel", "none"],
    ] as const)
      assert.equal(to(one, other), "podNetwork.plugin: refused", `${one} to ${other}`);
    assert.equal(to("none", "flannel"), "podNetwork.plugin: live");
    const given = { ...first, ...plugin("flannel") };
    const demoted = says(given, { podNetwork: undefined, through: `${other}/notus` });
    assert.ok(demoted.includes("podNetwork.plugin: local"), demoted.join());
  });
});
