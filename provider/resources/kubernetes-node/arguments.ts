// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";
import type { KubernetesNode } from "./index";

/** How `machine` is logged in to. */
export interface KubernetesNodeConnectionArgs {
  /** User in the guest. Default: `"root"`. A change: in the state alone. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. A change: in the state alone. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: asked of the host: leases, guest agent, neighbours. A change: in the state alone. */
  address?: pulumi.Input<string>;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. A change: in the state alone. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: that of the host's connection, and your own default keys. A change: in the state alone. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: as for the host. A change: in the state alone. */
  agent?: pulumi.Input<boolean | string>;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. Default: that of the host's connection. Secret. A change: in the state alone. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. Secret. A change: in the state alone. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** How `machine` is logged in to. */
export interface KubernetesNodeConnection {
  /** User in the guest. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** false: no ssh agent; a path: that agent's socket. */
  readonly agent?: boolean | string;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used, and never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** The cluster; the same on all its nodes. */
export interface KubernetesNodeClusterArgs {
  /** Its name. A change: refused, unless `cluster.generation` changes: then replaces it. */
  name: pulumi.Input<string>;
  /** Version of Kubernetes: `1.34.4`. A change: live: upgraded by kubeadm, drained meanwhile; a downgrade, and two minor versions at once, are refused. */
  version: pulumi.Input<string>;
  /** Where the API is reached by all nodes, `host:port`: a name or address that stays, also with other control planes. A change: refused, unless `cluster.generation` changes: then replaces it. */
  endpoint: pulumi.Input<string>;
  /** Addresses of pods. Default: `"10.244.0.0/16"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  podSubnet?: pulumi.Input<string>;
  /** Addresses of services. Default: `"10.96.0.0/12"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  serviceSubnet?: pulumi.Input<string>;
  /** Domain of services. Default: `"cluster.local"`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  dnsDomain?: pulumi.Input<string>;
  /** A number or word of your own. Another one asks for a new cluster in place of this one. Default: `1`. A change: a new cluster: replaces every node. */
  generation?: pulumi.Input<number | string>;
}

/** The cluster; the same on all its nodes. */
export interface KubernetesNodeCluster {
  /** Its name. */
  readonly name: string;
  /** Version of Kubernetes: `1.34.4`. */
  readonly version: string;
  /** Where the API is reached by all nodes, `host:port`: a name or address that stays, also with other control planes. */
  readonly endpoint: string;
  /** Addresses of pods. */
  readonly podSubnet?: string;
  /** Addresses of services. */
  readonly serviceSubnet?: string;
  /** Domain of services. */
  readonly dnsDomain?: string;
  /** A number or word of your own. Another one asks for a new cluster in place of this one. */
  readonly generation?: number | string;
}

/** Configuration of your own, merged deeply into what is made here. */
export interface KubernetesNodeKubeadmArgs {
  /** kubeadm's InitConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  init?: pulumi.Input<object>;
  /** kubeadm's ClusterConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  cluster?: pulumi.Input<object>;
  /** kubeadm's JoinConfiguration (v1beta4). A change: in the state alone: used when a node is made or upgraded. */
  join?: pulumi.Input<object>;
  /** kubeadm's UpgradeConfiguration (v1beta4). The timeouts of `init` or `join` are its own otherwise. A change: in the state alone: used when a node is made or upgraded. */
  upgrade?: pulumi.Input<object>;
  /** KubeletConfiguration (v1beta1). A change: in the state alone: used when a node is made or upgraded. */
  kubelet?: pulumi.Input<object>;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. A change: in the state alone: used when a node is made or upgraded. */
  kubeProxy?: pulumi.Input<object>;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. A change: in the state alone: used when a node is made or upgraded. */
  patches?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Configuration of your own, merged deeply into what is made here. */
export interface KubernetesNodeKubeadm {
  /** kubeadm's InitConfiguration (v1beta4). */
  readonly init?: object;
  /** kubeadm's ClusterConfiguration (v1beta4). */
  readonly cluster?: object;
  /** kubeadm's JoinConfiguration (v1beta4). */
  readonly join?: object;
  /** kubeadm's UpgradeConfiguration (v1beta4). The timeouts of `init` or `join` are its own otherwise. */
  readonly upgrade?: object;
  /** KubeletConfiguration (v1beta1). */
  readonly kubelet?: object;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. */
  readonly kubeProxy?: object;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. */
  readonly patches?: { [key: string]: string };
}

/** Where kubeadm, the kubelet and kubectl come from. */
export interface KubernetesNodeSourceArgs {
  /** `image`: they are in the guest, which is found out; `bundle`: a disk or directory in the guest with programs and images; `packages`: a repository of packages. A change: in the state alone: used when a node is made or upgraded. */
  from: pulumi.Input<"image" | "bundle" | "packages">;
  /** With `bundle`: a block device, file or directory of the guest. Default: `/dev/disk/by-label/kubernetes-<version>`. A change: in the state alone: used when a node is made or upgraded. */
  path?: pulumi.Input<string>;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; absent, the distribution's own are used. A change: in the state alone: used when a node is made or upgraded. */
  repository?: pulumi.Input<string>;
  /** With `repository`: the public key that signs it, as text. A change: in the state alone: used when a node is made or upgraded. */
  key?: pulumi.Input<string>;
  /** With `packages`: names. Default: `kubeadm`, `kubelet`, `kubectl`. A change: in the state alone: used when a node is made or upgraded. */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Where kubeadm, the kubelet and kubectl come from. */
export interface KubernetesNodeSource {
  /** `image`: they are in the guest, which is found out; `bundle`: a disk or directory in the guest with programs and images; `packages`: a repository of packages. */
  readonly from: "image" | "bundle" | "packages";
  /** With `bundle`: a block device, file or directory of the guest. */
  readonly path?: string;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; absent, the distribution's own are used. */
  readonly repository?: string;
  /** With `repository`: the public key that signs it, as text. */
  readonly key?: string;
  /** With `packages`: names. */
  readonly packages?: string[];
}

/** How pods reach each other. On the first control plane, and for `routes` on each node. */
export interface KubernetesNodePodNetworkArgs {
  /** `flannel`: the manifest that the bundle or the image brings; `manifest`: your own; `routes`: a bridge and static routes between nodes, which needs no image; `none`: somebody else sees to it. A change: live from `none`; another plugin is refused, unless `cluster.generation` changes. */
  plugin: pulumi.Input<"flannel" | "manifest" | "routes" | "none">;
  /** With `flannel`: how packets go from node to node. Default: `"vxlan"`. A change: live. */
  backend?: pulumi.Input<"vxlan" | "host-gw">;
  /** With `manifest`: YAML, applied by the server. A change: live. */
  manifest?: pulumi.Input<string>;
  /** With `routes`: the subnet that the nodes' addresses are in. The n-th address of it has the n-th block of `cluster.podSubnet`. A change: refused, unless `cluster.generation` changes: then replaces it. */
  guestSubnet?: pulumi.Input<string>;
}

/** How pods reach each other. On the first control plane, and for `routes` on each node. */
export interface KubernetesNodePodNetwork {
  /** `flannel`: the manifest that the bundle or the image brings; `manifest`: your own; `routes`: a bridge and static routes between nodes, which needs no image; `none`: somebody else sees to it. */
  readonly plugin: "flannel" | "manifest" | "routes" | "none";
  /** With `flannel`: how packets go from node to node. */
  readonly backend?: "vxlan" | "host-gw";
  /** With `manifest`: YAML, applied by the server. */
  readonly manifest?: string;
  /** With `routes`: the subnet that the nodes' addresses are in. The n-th address of it has the n-th block of `cluster.podSubnet`. */
  readonly guestSubnet?: string;
}

/** What kubeadm adds to the cluster. On the first control plane. */
export interface KubernetesNodeAddonsArgs {
  /** DNS in the cluster. Default: `true`. A change: live. */
  coreDns?: pulumi.Input<boolean>;
}

/** What kubeadm adds to the cluster. On the first control plane. */
export interface KubernetesNodeAddons {
  /** DNS in the cluster. */
  readonly coreDns?: boolean;
}

/** How pods leave before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrainArgs {
  /** Seconds. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
  /** Also deletes pods that nothing makes anew, and goes on where pods are left after `timeout`. Default: `false`. A change: in the state alone. */
  force?: pulumi.Input<boolean>;
  /** Also evicts pods with an emptyDir, whose content is lost. Default: `true`. A change: in the state alone. */
  deleteEmptyDirData?: pulumi.Input<boolean>;
}

/** How pods leave before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrain {
  /** Seconds. */
  readonly timeout?: number;
  /** Also deletes pods that nothing makes anew, and goes on where pods are left after `timeout`. */
  readonly force?: boolean;
  /** Also evicts pods with an emptyDir, whose content is lost. */
  readonly deleteEmptyDirData?: boolean;
}

/** Arguments of a KubernetesNode. */
export interface KubernetesNodeArgs {
  /** The machine that it stands on. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  host: Host;
  /** The machine that is the node. It must be running, with containerd and systemd in it. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** How `machine` is logged in to. */
  connection?: pulumi.Input<KubernetesNodeConnectionArgs>;
  /** The node's name in the cluster. A change: refused, unless `cluster.generation` changes: then replaces it. */
  nodeName: pulumi.Input<string>;
  /** What it is. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  role: pulumi.Input<"controlPlane" | "worker">;
  /** Its address in the cluster, which the other nodes reach. A change: replaces it: drained, deleted, joined anew; refused on the first control plane, unless `cluster.generation` changes. */
  address: pulumi.Input<string>;
  /** The first control plane's node, through which this one joins. Absent on that one itself, which makes the cluster. A change: in the state alone. */
  through?: KubernetesNode | pulumi.Input<string>;
  /** The cluster; the same on all its nodes. */
  cluster: pulumi.Input<KubernetesNodeClusterArgs>;
  /** Addresses of all control planes, to which the name in `cluster.endpoint` leads in this guest (/etc/hosts). Absent where that name or address leads there by itself. A change: live. */
  endpointAddresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Configuration of your own, merged deeply into what is made here. */
  kubeadm?: pulumi.Input<KubernetesNodeKubeadmArgs>;
  /** Where kubeadm, the kubelet and kubectl come from. */
  source: pulumi.Input<KubernetesNodeSourceArgs>;
  /** How pods reach each other. On the first control plane, and for `routes` on each node. */
  podNetwork?: pulumi.Input<KubernetesNodePodNetworkArgs>;
  /** What kubeadm adds to the cluster. On the first control plane. */
  addons?: pulumi.Input<KubernetesNodeAddonsArgs>;
  /** Labels of the node. A change: live. */
  labels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. Default: of a control plane `node-role.kubernetes.io/control-plane:NoSchedule`. A change: live. */
  taints?: pulumi.Input<pulumi.Input<string>[]>;
  /** How pods leave before it is restarted, upgraded or deleted. */
  drain?: pulumi.Input<KubernetesNodeDrainArgs>;
  /** Arguments of `machine` that take effect after a restart, as its program has them (`vcpus`, `maxMemory`, …): a change that leaves its definition pending drains and restarts it. A change: live: drained, restarted, uncordoned, where the change of the machine takes effect after a restart; else in the state alone. */
  definition?: pulumi.Input<object>;
  /** A word of your own: another one renews the node's certificates. A change: live: its certificates are renewed. */
  renewal?: pulumi.Input<string>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** What a KubernetesNode has once it is there. */
export interface KubernetesNodeOutputs {
  /** The machine that it stands on. */
  readonly host: pulumi.Output<string>;
  /** The machine that is the node. It must be running, with containerd and systemd in it. */
  readonly machine: pulumi.Output<string>;
  /** How `machine` is logged in to. */
  readonly connection: pulumi.Output<KubernetesNodeConnection | undefined>;
  /** The node's name in the cluster. */
  readonly nodeName: pulumi.Output<string>;
  /** What it is. */
  readonly role: pulumi.Output<"controlPlane" | "worker">;
  /** Its address in the cluster, which the other nodes reach. */
  readonly address: pulumi.Output<string>;
  /** The first control plane's node, through which this one joins. Absent on that one itself, which makes the cluster. */
  readonly through: pulumi.Output<string | undefined>;
  /** The cluster; the same on all its nodes. */
  readonly cluster: pulumi.Output<KubernetesNodeCluster | undefined>;
  /** Addresses of all control planes, to which the name in `cluster.endpoint` leads in this guest (/etc/hosts). Absent where that name or address leads there by itself. */
  readonly endpointAddresses: pulumi.Output<string[] | undefined>;
  /** Configuration of your own, merged deeply into what is made here. */
  readonly kubeadm: pulumi.Output<KubernetesNodeKubeadm | undefined>;
  /** Where kubeadm, the kubelet and kubectl come from. */
  readonly source: pulumi.Output<KubernetesNodeSource | undefined>;
  /** How pods reach each other. On the first control plane, and for `routes` on each node. */
  readonly podNetwork: pulumi.Output<KubernetesNodePodNetwork | undefined>;
  /** What kubeadm adds to the cluster. On the first control plane. */
  readonly addons: pulumi.Output<KubernetesNodeAddons | undefined>;
  /** Labels of the node. */
  readonly labels: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. */
  readonly taints: pulumi.Output<string[] | undefined>;
  /** How pods leave before it is restarted, upgraded or deleted. */
  readonly drain: pulumi.Output<KubernetesNodeDrain | undefined>;
  /** Arguments of `machine` that take effect after a restart, as its program has them (`vcpus`, `maxMemory`, …): a change that leaves its definition pending drains and restarts it. */
  readonly definition: pulumi.Output<object | undefined>;
  /** A word of your own: another one renews the node's certificates. */
  readonly renewal: pulumi.Output<string | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Version of its kubelet, as it runs. */
  readonly version: pulumi.Output<string>;
  /** Whether it was Ready when it was last looked at. */
  readonly ready: pulumi.Output<boolean>;
  /** The API's address for all nodes: `https://HOST:PORT`. */
  readonly endpoint: pulumi.Output<string>;
  /** Certificate of the cluster's authority, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** Its public key as kubeadm pins it: `sha256:…`. */
  readonly caHash: pulumi.Output<string>;
  /** Addresses of its pods. */
  readonly podCidr: pulumi.Output<string | undefined>;
  /** kubectl's configuration of an administrator; on the first control plane alone. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
}
