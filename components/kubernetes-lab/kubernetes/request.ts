/** What a cluster is asked to be, as far as its plan needs it. */

/** Where a node's programs and images come from. */
export type KubernetesSource =
  /** They are in the guests' image already; each node looks, and says what it lacks. */
  | { readonly from: "image" }
  /**
   * One file for guests with no way out: programs, images of containers and manifests of one version, as an ISO image whose
   * layout is in docs/kubernetes.md. It is brought to each host once, and given to the guests as a read-only disk.
   */
  | {
      readonly from: "bundle";
      /** A file of this machine, a URL, or `host:/a/path/on/the/host`. */
      readonly bundle: string;
      /** `sha256:…` or `sha512:…`, or the URL of a list. A file of this machine needs none. */
      readonly checksum?: string;
    }
  /**
   * The guests fetch packages themselves, by apt, and containerd with them. Images of containers still come from their
   * registry: `kubeadm.cluster.imageRepository` names another one.
   */
  | {
      readonly from: "packages";
      /** A line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`. Default: the distribution's own. */
      readonly repository?: string;
      /** The public key that signs the repository: PGP text, or a file of this machine. */
      readonly key?: string;
      /** Their names. Default: kubeadm, kubelet, kubectl. */
      readonly packages?: readonly string[];
    };

/** How pods of different nodes reach each other. */
export type PodNetwork =
  /**
   * flannel, by `manifests/flannel.yaml` of the bundle, or `/usr/share/kubernetes/manifests/flannel.yaml` of the guests'
   * image. Packages have none: with them say `manifest` or `routes`.
   */
  | {
      readonly plugin: "flannel";
      /** How packets go from node to node. Default: vxlan. */
      readonly backend?: "vxlan" | "host-gw";
    }
  /** Any other, by its own manifest. Its subnet of pods must be `podSubnet`. */
  | {
      readonly plugin: "manifest";
      /** Its text; a file of this machine, beginning with `./`, `/` or `~/`; or a URL. */
      readonly manifest: string;
      /** `sha256:…` or `sha512:…` of what the URL has. Needed for a URL. */
      readonly checksum?: string;
    }
  /**
   * A bridge on each node and fixed routes between them; it needs no image. All guests are in one subnet, and a node's
   * pods are numbered by its address: so no node needs to hear of another one.
   */
  | { readonly plugin: "routes" };

/** How a node is emptied before it goes, restarts or is upgraded. */
export interface DrainRequest {
  /** Seconds until its pods must be gone. Default: 300. */
  readonly timeout?: number;
  /** Pods that nobody makes anew elsewhere, and those that are still there at the end, are deleted. Default: false. */
  readonly force?: boolean;
  /** Pods with data in an `emptyDir` may go, which loses that data. Default: true. */
  readonly deleteEmptyDirData?: boolean;
}

/** Configuration that is merged into kubeadm's, deeply: objects key by key, lists and values as a whole. */
export interface KubeadmConfiguration {
  /** InitConfiguration (kubeadm.k8s.io/v1beta4). */
  readonly init?: Readonly<Record<string, unknown>>;
  /** ClusterConfiguration (kubeadm.k8s.io/v1beta4). */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** JoinConfiguration (kubeadm.k8s.io/v1beta4). */
  readonly join?: Readonly<Record<string, unknown>>;
  /** UpgradeConfiguration (kubeadm.k8s.io/v1beta4). */
  readonly upgrade?: Readonly<Record<string, unknown>>;
  /** KubeletConfiguration (kubelet.config.k8s.io/v1beta1). */
  readonly kubelet?: Readonly<Record<string, unknown>>;
  /** KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1). */
  readonly kubeProxy?: Readonly<Record<string, unknown>>;
  /** Patches of static pods and of the kubelet's configuration, by file name: `kube-apiserver+strategic.yaml`. */
  readonly patches?: Readonly<Record<string, string>>;
}

/** A cluster on the lab's guests, made by kubeadm. Each guest is a node, in the role that it has. */
export interface KubernetesRequest {
  /** `1.34.4`. Raising it upgrades node by node, one minor version at a time. */
  readonly version: string;
  /** Subnet of the pods. Default: 10.244.0.0/16. */
  readonly podSubnet?: string;
  /** Subnet of the services. Default: 10.96.0.0/12. */
  readonly serviceSubnet?: string;
  /** DNS domain of the services. Default: cluster.local. */
  readonly dnsDomain?: string;
  /**
   * Where the nodes reach the API, as `10.0.0.10:6443` or `api.example.org:6443`: a load balancer of your own. Default:
   * `<lab>-api:6443`, a name that each guest's /etc/hosts leads to all control planes.
   */
  readonly endpoint?: string;
  /** How kube-proxy leads services to pods. Default: kubeadm's own, iptables. */
  readonly proxyMode?: "iptables" | "ipvs" | "nftables";
  /** Default: flannel. */
  readonly network?: PodNetwork;
  /** What else kubeadm installs. */
  readonly addons?: {
    /** DNS in the cluster. Default: true. */
    readonly coreDns?: boolean;
  };
  /** Default: the guests' image. */
  readonly source?: KubernetesSource;
  readonly kubeadm?: KubeadmConfiguration;
  readonly drain?: DrainRequest;
  /** A word of your own: another one renews the certificates of the control planes. */
  readonly renewal?: string;
  /** Seconds that each step of a node has: made, joined, upgraded, restarted. Default: 3600. */
  readonly timeout?: number;
  /**
   * Number or word of the cluster. Another one makes a NEW cluster on the same guests: all that the old one held is gone.
   * Subnets, domain, endpoint, names of nodes and the plugin of the pods' network change with it alone.
   */
  readonly generation?: number | string;
}

/** What a guest is as a node. */
export interface NodeRequest {
  /** Labels of its node: `{ "topology.kubernetes.io/zone": "a" }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints of its node, as kubectl writes them: `dedicated=database:NoSchedule`. Default: those of kubeadm. */
  readonly taints?: readonly string[];
}
