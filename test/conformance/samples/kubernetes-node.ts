import type { Inputs } from "../../../provider/basics/record";
import { elsewhere } from "../place";
import type { KindSamples, Sample } from "../sample";
import { local, unseen } from "./unseen";

/** A node needs a cluster of guests: each change is tried on one by `npm run test:kubernetes`, and said here. */
const says = (
  before: unknown,
  after: unknown,
  more: Pick<Sample, "effect"> & { beside?: (index: 0 | 1) => Inputs } = {},
): Sample => ({
  values: () => [before, after],
  ...(more.effect ? { effect: more.effect } : {}),
  ...(more.beside ? { beside: (_place, index) => more.beside!(index) } : {}),
  ...unseen,
});

const live = { effect: "live" } as const;
/** What a cluster keeps for life changes with the cluster. */
const anew = {
  effect: "replace" as const,
  beside: (index: 0 | 1): Inputs => ({ cluster: { generation: index + 1 } }),
};
const kubeadm = (before: unknown, after: unknown) => says(before, after, { effect: "local" });
const source = (from: string): { effect: "local"; beside: () => Inputs } => ({
  effect: "local",
  beside: () => ({ source: { from } }),
});
const network = (plugin: string, more: Inputs = {}) => ({
  ...live,
  beside: (): Inputs => ({ podNetwork: { plugin, ...more } }),
});
const key = (text: string) => `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${text}\n-----END PGP PUBLIC KEY BLOCK-----\n`;

export const kubernetesNode: KindSamples = {
  kind: "KubernetesNode",
  triedBy: "npm run test:kubernetes",
  base: (place) => ({
    host: place.host,
    machine: place.machine,
    nodeName: "zephyrus",
    role: "worker",
    address: "172.17.2.11",
    through: `${place.otherMachine}/boreas`,
    cluster: { name: "winds", version: "1.34.3", endpoint: "winds-api:6443" },
    source: { from: "image" },
  }),
  find: async () => ({ identity: "none", life: "none" }),
  all: async () => [],
  samples: {
    host: { values: (place) => [place.host, elsewhere(place).host], effect: "replace", ...unseen },
    machine: { values: (place) => [place.machine, place.otherMachine], effect: "replace", ...unseen },
    nodeName: says("zephyrus", "notus", anew),
    role: says("worker", "controlPlane", { effect: "replace" }),
    address: says("172.17.2.11", "172.17.2.12", { effect: "replace" }),
    through: local("a/boreas", "b/notus"),
    "cluster.name": says("winds", "storms", anew),
    "cluster.version": says("1.34.3", "1.34.4", live),
    "cluster.endpoint": says("winds-api:6443", "172.17.2.9:6443", anew),
    "cluster.podSubnet": says("10.244.0.0/16", "10.245.0.0/16", anew),
    "cluster.serviceSubnet": says("10.96.0.0/16", "10.97.0.0/16", anew),
    "cluster.dnsDomain": says("cluster.local", "winds.example", anew),
    "cluster.generation": says(1, "two", { effect: "replace" }),
    endpointAddresses: says(["172.17.2.10"], ["172.17.2.10", "172.17.2.11"]),
    "kubeadm.init": kubeadm({}, { timeouts: { etcdAPICall: "10m" } }),
    "kubeadm.cluster": kubeadm({}, { encryptionAlgorithm: "ECDSA-P256" }),
    "kubeadm.join": kubeadm({}, { timeouts: { discovery: "10m" } }),
    "kubeadm.upgrade": kubeadm({}, { timeouts: { upgradeManifests: "10m" } }),
    "kubeadm.kubelet": kubeadm({}, { maxPods: 20 }),
    "kubeadm.kubeProxy": kubeadm({}, { mode: "nftables" }),
    "kubeadm.patches": kubeadm({}, { "etcd+strategic.yaml": "spec: {}" }),
    "source.from": kubeadm("image", "bundle"),
    "source.path": says(undefined, "/srv/bundle", source("bundle")),
    "source.repository": says(undefined, "deb https://packages.example/ stable main", {
      effect: "local",
      beside: () => ({ source: { from: "packages", key: key("a") } }),
    }),
    "source.key": says(undefined, key("b"), source("packages")),
    "source.packages": says(undefined, ["kubeadm"], source("packages")),
    "podNetwork.plugin": says("none", "flannel", { effect: "local" }),
    "podNetwork.backend": says("vxlan", "host-gw", network("flannel")),
    "podNetwork.manifest": says("a: 1", "a: 2", network("manifest")),
    "podNetwork.guestSubnet": says("172.17.2.0/24", "172.17.0.0/22", {
      ...anew,
      beside: (index) => ({ ...anew.beside(index), podNetwork: { plugin: "routes" } }),
    }),
    "addons.coreDns": says(true, false),
    labels: says({ a: "b" }, { a: "c", "windrose.example/d": "" }),
    taints: says(undefined, ["dedicated=lab:NoSchedule", "a:NoExecute"]),
    "drain.timeout": local(300, 60),
    "drain.force": local(false, true),
    "drain.deleteEmptyDirData": local(true, false),
    definition: says({ vcpus: 2, maxVcpus: 2 }, { vcpus: 2, maxVcpus: 4 }, live),
    "definition (live)": says({ vcpus: 1, maxVcpus: 2 }, { vcpus: 2, maxVcpus: 2 }, { effect: "local" }),
    renewal: says(undefined, "spring", live),
    timeout: local(3600, 100),
    "connection.user": local("root", "wind"),
    "connection.port": local(22, 2222),
    "connection.address": local("172.17.2.10", "172.17.2.11"),
    "connection.hostKey": local("ssh-ed25519 AAAA", "ssh-ed25519 AAAB"),
    "connection.identityFile": local("/root/.ssh/one", "/root/.ssh/two"),
    "connection.agent": local(false, "/run/agent"),
    "connection.privateKey": local("one", "two"),
    "connection.passphrase": local("one", "two"),
    "connection.timeout": local(100, 101),
  },
};
