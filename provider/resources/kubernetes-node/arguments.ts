// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";
// biome-ignore lint/suspicious/noImportCycles: types alone; such a resource can be an argument of another
import type { KubernetesNode } from "./index";

/** How to log in to `machine`. */
export interface KubernetesNodeConnectionArgs {
  /** User to log in as. Default: `"root"`. Effect of a change: state only. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. Effect of a change: state only. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: found through the host: leases, guest agent, neighbours. Effect of a change: state only. */
  address?: pulumi.Input<string>;
  /** Only host key that is accepted: `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. Effect of a change: state only. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: the host connection's key, and your own default keys. Effect of a change: state only. */
  identityFile?: pulumi.Input<string>;
  /** Whether to use the ssh agent, or the path of an agent's socket. Default: as for the host. Effect of a change: state only. */
  agent?: pulumi.Input<boolean | string>;
  /** OpenSSH private key as text. Used but never stored, so a run without the program (`delete` in a `destroy`) needs another way to log in. Default: the host connection's key. Secret. Effect of a change: state only. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used but never stored. Secret. Effect of a change: state only. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
}

/** How to log in to `machine`. */
export interface KubernetesNodeConnection {
  /** User to log in as. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** Only host key that is accepted: `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** Whether to use the ssh agent, or the path of an agent's socket. */
  readonly agent?: boolean | string;
  /** OpenSSH private key as text. Used but never stored, so a run without the program (`delete` in a `destroy`) needs another way to log in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used but never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** The cluster. It must be the same on all its nodes. */
export interface KubernetesNodeClusterArgs {
  /** Name of the cluster. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  name: pulumi.Input<string>;
  /** Version of Kubernetes: `1.34.4`. Effect of a change: live: upgraded by kubeadm, drained meanwhile; a downgrade, and two minor versions at once, are refused. */
  version: pulumi.Input<string>;
  /** Address of the API for all nodes, `host:port`: a name or address that does not change when control planes do. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  endpoint: pulumi.Input<string>;
  /** Subnet of pods. Default: `"10.244.0.0/16"`. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  podSubnet?: pulumi.Input<string>;
  /** Subnet of services. Default: `"10.96.0.0/12"`. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  serviceSubnet?: pulumi.Input<string>;
  /** DNS domain of services. Default: `"cluster.local"`. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  dnsDomain?: pulumi.Input<string>;
  /** Number or word of your choice. Another value makes a new cluster in place of this one. Default: `1`. Effect of a change: a new cluster: replaces every node. */
  generation?: pulumi.Input<number | string>;
}

/** The cluster. It must be the same on all its nodes. */
export interface KubernetesNodeCluster {
  /** Name of the cluster. */
  readonly name: string;
  /** Version of Kubernetes: `1.34.4`. */
  readonly version: string;
  /** Address of the API for all nodes, `host:port`: a name or address that does not change when control planes do. */
  readonly endpoint: string;
  /** Subnet of pods. */
  readonly podSubnet?: string;
  /** Subnet of services. */
  readonly serviceSubnet?: string;
  /** DNS domain of services. */
  readonly dnsDomain?: string;
  /** Number or word of your choice. Another value makes a new cluster in place of this one. */
  readonly generation?: number | string;
}

/** Configuration of kubeadm, deeply merged into the generated one. */
export interface KubernetesNodeKubeadmArgs {
  /** kubeadm's InitConfiguration (v1beta4). Effect of a change: state only: used when a node is created or upgraded. */
  init?: pulumi.Input<object>;
  /** kubeadm's ClusterConfiguration (v1beta4). Effect of a change: state only: used when a node is created or upgraded. */
  cluster?: pulumi.Input<object>;
  /** kubeadm's JoinConfiguration (v1beta4). Effect of a change: state only: used when a node is created or upgraded. */
  join?: pulumi.Input<object>;
  /** kubeadm's UpgradeConfiguration (v1beta4). Its default timeouts are those of `init` or `join`. Effect of a change: state only: used when a node is created or upgraded. */
  upgrade?: pulumi.Input<object>;
  /** KubeletConfiguration (v1beta1). Effect of a change: state only: used when a node is created or upgraded. */
  kubelet?: pulumi.Input<object>;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. Effect of a change: state only: used when a node is created or upgraded. */
  kubeProxy?: pulumi.Input<object>;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. Effect of a change: state only: used when a node is created or upgraded. */
  patches?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Configuration of kubeadm, deeply merged into the generated one. */
export interface KubernetesNodeKubeadm {
  /** kubeadm's InitConfiguration (v1beta4). */
  readonly init?: object;
  /** kubeadm's ClusterConfiguration (v1beta4). */
  readonly cluster?: object;
  /** kubeadm's JoinConfiguration (v1beta4). */
  readonly join?: object;
  /** kubeadm's UpgradeConfiguration (v1beta4). Its default timeouts are those of `init` or `join`. */
  readonly upgrade?: object;
  /** KubeletConfiguration (v1beta1). */
  readonly kubelet?: object;
  /** KubeProxyConfiguration (v1alpha1): `mode`, for instance. */
  readonly kubeProxy?: object;
  /** Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`. */
  readonly patches?: { [key: string]: string };
}

/** Source of kubeadm, the kubelet and kubectl. */
export interface KubernetesNodeSourceArgs {
  /** `image`: the guest's image has them, which is checked; `bundle`: a disk or directory in the guest with programs and images; `packages`: a package repository. Effect of a change: state only: used when a node is created or upgraded. */
  from: pulumi.Input<"image" | "bundle" | "packages">;
  /** With `bundle`: a block device, file or directory in the guest. Default: `/dev/disk/by-label/kubernetes-<version>`. Effect of a change: state only: used when a node is created or upgraded. */
  path?: pulumi.Input<string>;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; Default: the distribution's repositories. Effect of a change: state only: used when a node is created or upgraded. */
  repository?: pulumi.Input<string>;
  /** With `repository`: the public key that signs it, as text. Effect of a change: state only: used when a node is created or upgraded. */
  key?: pulumi.Input<string>;
  /** With `packages`: package names. Default: `kubeadm`, `kubelet`, `kubectl`. Effect of a change: state only: used when a node is created or upgraded. */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Source of kubeadm, the kubelet and kubectl. */
export interface KubernetesNodeSource {
  /** `image`: the guest's image has them, which is checked; `bundle`: a disk or directory in the guest with programs and images; `packages`: a package repository. */
  readonly from: "image" | "bundle" | "packages";
  /** With `bundle`: a block device, file or directory in the guest. */
  readonly path?: string;
  /** With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; Default: the distribution's repositories. */
  readonly repository?: string;
  /** With `repository`: the public key that signs it, as text. */
  readonly key?: string;
  /** With `packages`: package names. */
  readonly packages?: string[];
}

/** Pod network. Set on the first control plane, and with `routes` on each node. */
export interface KubernetesNodePodNetworkArgs {
  /** `flannel`: the manifest of the bundle or image; `manifest`: your own; `routes`: a bridge and static routes between nodes, which need no image; `none`: not managed here. Effect of a change: live from `none`; another plugin is refused, unless `cluster.generation` changes. */
  plugin: pulumi.Input<"flannel" | "manifest" | "routes" | "none">;
  /** With `flannel`: how packets are sent between nodes. Default: `"vxlan"`. Effect of a change: live. */
  backend?: pulumi.Input<"vxlan" | "host-gw">;
  /** With `manifest`: YAML, applied by the server. Effect of a change: live. */
  manifest?: pulumi.Input<string>;
  /** With `routes`: the subnet that the nodes' addresses are in. Its n-th address gets the n-th block of `cluster.podSubnet`. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  guestSubnet?: pulumi.Input<string>;
}

/** Pod network. Set on the first control plane, and with `routes` on each node. */
export interface KubernetesNodePodNetwork {
  /** `flannel`: the manifest of the bundle or image; `manifest`: your own; `routes`: a bridge and static routes between nodes, which need no image; `none`: not managed here. */
  readonly plugin: "flannel" | "manifest" | "routes" | "none";
  /** With `flannel`: how packets are sent between nodes. */
  readonly backend?: "vxlan" | "host-gw";
  /** With `manifest`: YAML, applied by the server. */
  readonly manifest?: string;
  /** With `routes`: the subnet that the nodes' addresses are in. Its n-th address gets the n-th block of `cluster.podSubnet`. */
  readonly guestSubnet?: string;
}

/** Add-ons of kubeadm. Set on the first control plane. */
export interface KubernetesNodeAddonsArgs {
  /** DNS in the cluster. Default: `true`. Effect of a change: live. */
  coreDns?: pulumi.Input<boolean>;
}

/** Add-ons of kubeadm. Set on the first control plane. */
export interface KubernetesNodeAddons {
  /** DNS in the cluster. */
  readonly coreDns?: boolean;
}

/** How the node is drained before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrainArgs {
  /** Seconds. Bounds: 1 to 86400. Default: `300`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
  /** Also deletes pods that no controller recreates, and continues if pods are left after `timeout`. Default: `false`. Effect of a change: state only. */
  force?: pulumi.Input<boolean>;
  /** Also evicts pods with an `emptyDir`, whose content is lost. Default: `true`. Effect of a change: state only. */
  deleteEmptyDirData?: pulumi.Input<boolean>;
}

/** How the node is drained before it is restarted, upgraded or deleted. */
export interface KubernetesNodeDrain {
  /** Seconds. */
  readonly timeout?: number;
  /** Also deletes pods that no controller recreates, and continues if pods are left after `timeout`. */
  readonly force?: boolean;
  /** Also evicts pods with an `emptyDir`, whose content is lost. */
  readonly deleteEmptyDirData?: boolean;
}

/** Arguments of a KubernetesNode. */
export interface KubernetesNodeArgs {
  /** Host that it is on. Effect of a change: replaces it: drained, deleted, joined again; refused on the first control plane, unless `cluster.generation` changes. */
  host: Host;
  /** Machine that is the node. It must be running, with containerd and systemd. Effect of a change: replaces it: drained, deleted, joined again; refused on the first control plane, unless `cluster.generation` changes. */
  machine: VirtualMachine | pulumi.Input<string>;
  /** How to log in to `machine`. */
  connection?: pulumi.Input<KubernetesNodeConnectionArgs>;
  /** Name of the node in the cluster. Effect of a change: refused; replaces it if `cluster.generation` changes. */
  nodeName: pulumi.Input<string>;
  /** Role of the node. Effect of a change: replaces it: drained, deleted, joined again; refused on the first control plane, unless `cluster.generation` changes. */
  role: pulumi.Input<"controlPlane" | "worker">;
  /** Address of the node, which the other nodes reach. Effect of a change: replaces it: drained, deleted, joined again; refused on the first control plane, unless `cluster.generation` changes. */
  address: pulumi.Input<string>;
  /** First control plane's node, through which this node joins. Absent on the first control plane itself, which creates the cluster. Effect of a change: state only. */
  through?: KubernetesNode | pulumi.Input<string>;
  /** The cluster. It must be the same on all its nodes. */
  cluster: pulumi.Input<KubernetesNodeClusterArgs>;
  /** Addresses of all control planes that the name in `cluster.endpoint` resolves to in this guest (/etc/hosts). Absent if the name resolves by itself. Effect of a change: live. */
  endpointAddresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** Configuration of kubeadm, deeply merged into the generated one. */
  kubeadm?: pulumi.Input<KubernetesNodeKubeadmArgs>;
  /** Source of kubeadm, the kubelet and kubectl. */
  source: pulumi.Input<KubernetesNodeSourceArgs>;
  /** Pod network. Set on the first control plane, and with `routes` on each node. */
  podNetwork?: pulumi.Input<KubernetesNodePodNetworkArgs>;
  /** Add-ons of kubeadm. Set on the first control plane. */
  addons?: pulumi.Input<KubernetesNodeAddonsArgs>;
  /** Labels of the node. Effect of a change: live. */
  labels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. Default: for a control plane `node-role.kubernetes.io/control-plane:NoSchedule`. Effect of a change: live. */
  taints?: pulumi.Input<pulumi.Input<string>[]>;
  /** How the node is drained before it is restarted, upgraded or deleted. */
  drain?: pulumi.Input<KubernetesNodeDrainArgs>;
  /** Arguments of `machine` that take effect after a restart (`vcpus`, `maxMemory`, …). A change that is pending after the machine's update drains the node and restarts the machine. Effect of a change: live: drained, restarted, uncordoned, if the machine's change takes effect after a restart; else state only. */
  definition?: pulumi.Input<object>;
  /** Word of your choice. Another value renews the node's certificates. Effect of a change: live: its certificates are renewed. */
  renewal?: pulumi.Input<string>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
}

/** What a KubernetesNode has once it is there. */
export interface KubernetesNodeOutputs {
  /** Host that it is on. */
  readonly host: pulumi.Output<string>;
  /** Machine that is the node. It must be running, with containerd and systemd. */
  readonly machine: pulumi.Output<string>;
  /** How to log in to `machine`. */
  readonly connection: pulumi.Output<KubernetesNodeConnection | undefined>;
  /** Name of the node in the cluster. */
  readonly nodeName: pulumi.Output<string>;
  /** Role of the node. */
  readonly role: pulumi.Output<"controlPlane" | "worker">;
  /** Address of the node, which the other nodes reach. */
  readonly address: pulumi.Output<string>;
  /** First control plane's node, through which this node joins. Absent on the first control plane itself, which creates the cluster. */
  readonly through: pulumi.Output<string | undefined>;
  /** The cluster. It must be the same on all its nodes. */
  readonly cluster: pulumi.Output<KubernetesNodeCluster | undefined>;
  /** Addresses of all control planes that the name in `cluster.endpoint` resolves to in this guest (/etc/hosts). Absent if the name resolves by itself. */
  readonly endpointAddresses: pulumi.Output<string[] | undefined>;
  /** Configuration of kubeadm, deeply merged into the generated one. */
  readonly kubeadm: pulumi.Output<KubernetesNodeKubeadm | undefined>;
  /** Source of kubeadm, the kubelet and kubectl. */
  readonly source: pulumi.Output<KubernetesNodeSource | undefined>;
  /** Pod network. Set on the first control plane, and with `routes` on each node. */
  readonly podNetwork: pulumi.Output<KubernetesNodePodNetwork | undefined>;
  /** Add-ons of kubeadm. Set on the first control plane. */
  readonly addons: pulumi.Output<KubernetesNodeAddons | undefined>;
  /** Labels of the node. */
  readonly labels: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`. */
  readonly taints: pulumi.Output<string[] | undefined>;
  /** How the node is drained before it is restarted, upgraded or deleted. */
  readonly drain: pulumi.Output<KubernetesNodeDrain | undefined>;
  /** Arguments of `machine` that take effect after a restart (`vcpus`, `maxMemory`, …). A change that is pending after the machine's update drains the node and restarts the machine. */
  readonly definition: pulumi.Output<object | undefined>;
  /** Word of your choice. Another value renews the node's certificates. */
  readonly renewal: pulumi.Output<string | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Version of the running kubelet. */
  readonly version: pulumi.Output<string>;
  /** Whether the node was Ready when it was last observed. */
  readonly ready: pulumi.Output<boolean>;
  /** Address of the API for all nodes: `https://HOST:PORT`. */
  readonly endpoint: pulumi.Output<string>;
  /** Certificate of the cluster's certificate authority, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** Hash of the authority's public key, as kubeadm pins it: `sha256:…`. */
  readonly caHash: pulumi.Output<string>;
  /** Subnet of the node's pods. */
  readonly podCidr: pulumi.Output<string | undefined>;
  /** Administrator's configuration for kubectl. On the first control plane only. Secret. */
  readonly kubeconfig: pulumi.Output<string | undefined>;
}
