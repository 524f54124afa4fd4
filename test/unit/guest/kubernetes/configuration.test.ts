import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import {
  addonsOf,
  initConfiguration,
  joinConfiguration,
  merged,
  type NodeRequest,
  parseTaint,
  taintText,
  upgradeConfiguration,
} from "../../../../provider/guest/kubernetes/configuration";
import { blockOf, routeFiles, routesOf } from "../../../../provider/guest/kubernetes/routes";

const request: NodeRequest = {
  role: "controlPlane",
  nodeName: "boreas",
  address: "172.17.2.10",
  version: "1.34.4",
  clusterName: "winds",
  endpoint: "winds-api:6443",
  endpointAddresses: ["172.17.2.10", "172.17.2.11"],
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/16",
  dnsDomain: "cluster.local",
  taints: ["node-role.kubernetes.io/control-plane:NoSchedule"],
  coreDns: true,
  kubeadm: {},
};
const token = "abcdef.0123456789abcdef";
// biome-ignore lint/suspicious/noExplicitAny: documents of kubeadm, of which a test reads what it knows to be there
type Document = any;
const documents = (text: string): Document[] => parseAllDocuments(text).map((one) => one.toJS());

describe("kubeadm's configuration", function () {
  this.timeout(60_000);
  it("of the node that makes the cluster says all that is asked for", () => {
    const [init, cluster, kubelet, ...rest] = documents(initConfiguration(request, token));
    assert.deepEqual(rest, []);
    assert.equal(init.nodeRegistration.name, "boreas");
    assert.deepEqual(init.localAPIEndpoint, { advertiseAddress: "172.17.2.10" });
    assert.deepEqual(init.bootstrapTokens, [{ token, ttl: "1m0s", usages: ["signing", "authentication"] }]);
    assert.equal(cluster.kubernetesVersion, "v1.34.4");
    assert.equal(cluster.controlPlaneEndpoint, "winds-api:6443");
    assert.deepEqual(cluster.apiServer.certSANs, ["winds-api", "172.17.2.10", "172.17.2.11"]);
    assert.deepEqual(cluster.networking, {
      podSubnet: "10.244.0.0/16",
      serviceSubnet: "10.96.0.0/16",
      dnsDomain: "cluster.local",
    });
    assert.equal(kubelet.cgroupDriver, "systemd");
  });

  it("takes the user's own in, but not for what fields say", () => {
    const kubeadm = {
      init: {
        nodeRegistration: {
          name: "other",
          kubeletExtraArgs: [
            { name: "node-ip", value: "0.0.0.0" },
            { name: "v", value: "4" },
          ],
        },
        skipPhases: ["addon/kube-proxy"],
      },
      cluster: {
        kubernetesVersion: "v1.0.0",
        apiServer: { certSANs: ["mine"], extraArgs: [{ name: "a", value: "b" }] },
      },
      kubelet: { cgroupDriver: "cgroupfs", maxPods: 20 },
      kubeProxy: { mode: "nftables" },
      patches: { "etcd+strategic.yaml": "spec: {}" },
    };
    const [init, cluster, kubelet, proxy] = documents(
      initConfiguration({ ...request, coreDns: false, kubeadm }, token),
    );
    assert.equal(init.nodeRegistration.name, "boreas");
    assert.deepEqual(init.nodeRegistration.kubeletExtraArgs, [
      { name: "v", value: "4" },
      { name: "node-ip", value: "172.17.2.10" },
    ]);
    assert.deepEqual(init.skipPhases, ["addon/kube-proxy", "addon/coredns"]);
    assert.equal(init.patches.directory, "/var/lib/windrose-kubernetes/patches");
    assert.equal(cluster.kubernetesVersion, "v1.34.4");
    assert.deepEqual(cluster.apiServer.extraArgs, [{ name: "a", value: "b" }]);
    assert.ok(cluster.apiServer.certSANs.includes("mine") && cluster.apiServer.certSANs.includes("winds-api"));
    assert.deepEqual([kubelet.cgroupDriver, kubelet.maxPods], ["cgroupfs", 20]);
    assert.deepEqual([proxy.kind, proxy.mode], ["KubeProxyConfiguration", "nftables"]);
  });

  it("of a node that joins pins the authority, and has keys for control planes alone", () => {
    const secrets = { token, caHash: `sha256:${"a".repeat(64)}`, certificateKey: "b".repeat(64) };
    const [join, ...rest] = documents(joinConfiguration(request, secrets));
    assert.deepEqual(rest, []);
    assert.deepEqual(join.discovery.bootstrapToken, {
      token,
      apiServerEndpoint: "winds-api:6443",
      caCertHashes: [secrets.caHash],
    });
    assert.equal(join.controlPlane.certificateKey, secrets.certificateKey);
    const [worker] = documents(joinConfiguration({ ...request, role: "worker", taints: [] }, secrets));
    assert.equal(worker.controlPlane, undefined);
    assert.deepEqual(worker.nodeRegistration.taints, []);
  });

  it("of an upgrade has the timeouts of the node's making, and the user's own", () => {
    const init = { timeouts: { controlPlaneComponentHealthCheck: "20m0s", kubernetesAPICall: "5m0s" } };
    const upgrade = { apply: { etcdUpgrade: false, kubernetesVersion: "v1.0.0" } };
    const kubeadm = { init, upgrade, patches: {} };
    const [one, ...rest] = documents(upgradeConfiguration({ ...request, kubeadm }));
    assert.deepEqual(rest, []);
    assert.deepEqual(one.timeouts, { ...init.timeouts, upgradeManifests: "20m0s" });
    assert.deepEqual(
      [one.apply.kubernetesVersion, one.apply.etcdUpgrade, one.apply.ignorePreflightErrors],
      ["v1.34.4", false, ["CreateJob"]],
    );
    assert.equal(one.node.patches.directory, "/var/lib/windrose-kubernetes/patches");
    assert.equal(one.apply.skipPhases, undefined);
  });

  it("of an upgrade leaves addons for later, and those that the user passes over for ever", () => {
    const own = { ...request, kubeadm: { upgrade: { apply: { skipPhases: ["addon/coredns"] } } } };
    const [one] = documents(upgradeConfiguration(own, ["addon"]));
    assert.deepEqual([one.apply.skipPhases, one.node.skipPhases], [["addon/coredns", "addon"], ["addon"]]);
    assert.deepEqual(addonsOf(own), ["kube-proxy"]);
    assert.deepEqual(addonsOf(request), ["coredns", "kube-proxy"]);
    assert.deepEqual(addonsOf({ ...request, kubeadm: { upgrade: { apply: { skipPhases: ["addon"] } } } }), []);
  });

  it("is merged without a change of prototypes, and never throws", () => {
    fc.assert(
      fc.property(fc.object({ withBigInt: false }), fc.object({ withBigInt: false }), (one, other) => {
        const result = merged(one as Record<string, unknown>, other as Record<string, unknown>);
        assert.equal(Object.getPrototypeOf(result), Object.prototype);
      }),
    );
    const evil = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>;
    merged({}, evil);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it("taints are as kubectl writes them", () => {
    for (const text of ["a:NoSchedule", "a/b=c:NoExecute"]) assert.equal(taintText(parseTaint(text)), text);
    assert.deepEqual(parseTaint("a=:NoSchedule"), { key: "a", effect: "NoSchedule" });
  });
});

describe("static routes to pods", function () {
  this.timeout(60_000);
  it("the n-th address has the n-th block, and each node routes to all others", () => {
    assert.equal(blockOf("10.244.0.0/16", "172.17.2.0/24", "172.17.2.5"), "10.244.5.0/24");
    assert.equal(blockOf("10.244.0.0/16", "172.16.0.0/22", "172.16.1.2"), "10.244.64.128/26");
    const routes = routesOf("10.244.0.0/16", "172.17.2.0/24", "172.17.2.5");
    assert.equal(routes.length, 253);
    assert.deepEqual(routes[0], { block: "10.244.1.0/24", via: "172.17.2.1" });
    assert.ok(!routes.some(({ via }) => via === "172.17.2.5"));
    const files = routeFiles("10.244.0.0/16", "172.17.2.0/24", "172.17.2.5");
    assert.match(files.cni, /"subnet":"10\.244\.5\.0\/24"/);
    assert.match(files.routes, /^route replace 10\.244\.254\.0\/24 via 172\.17\.2\.254 dev DEVICE onlink$/m);
  });

  it("no two nodes share an address for pods", () => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: 29 }), fc.integer({ min: 14, max: 18 }), (guests, pods) => {
        const subnet = `172.17.8.0/${guests}`;
        const blocks = routesOf(`10.244.0.0/${pods}`, subnet, "172.17.8.1").map(({ block }) => block);
        assert.equal(new Set(blocks).size, blocks.length);
        for (const block of blocks) assert.match(block, /^10\.2(4[4-7])\./);
      }),
    );
  });
});
