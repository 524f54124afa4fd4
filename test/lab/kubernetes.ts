import { join } from "node:path";
import { ensure, type GuestImage } from "./build.js";
import type { Log } from "./install.js";
import { recipes } from "./paths.js";

/** Two versions in a row: what the lab's clusters are made with, and upgraded to. */
export const kubernetesVersions = { first: "1.34.3", second: "1.34.4" } as const;

/** CoreDNS as kubeadm names it; flannel; the last of the CNI plugins' own releases that brings flannel's. */
const network = { coredns: "1.12.1", flannel: "0.28.4", plugins: "0.9.1" };

/** The tag of the image that flannel's manifest takes its CNI plugin from. */
const flannelPlugin = "1.9.1-flannel1";

/** kubeadm, kubelet, kubectl, kube-apiserver, …, etcd of a version, from their Go modules. Takes Go, and 560 MB. */
export const ensureKubernetesPrograms = (version: string, log: Log): Promise<string> =>
  ensure(
    {
      name: `kubernetes-programs-${version}`,
      files: ["kubernetes-programs.sh", "kubernetes-module.sh"],
      arguments: [version, recipes],
      usually: 840,
      limit: 60,
    },
    log,
  );

/** kubeadm alone: what reads configurations of nodes without making any. Takes Go. */
export async function ensureKubeadm(version: string, log: Log): Promise<string> {
  const files = ["kubeadm.sh", "kubernetes-module.sh"];
  const recipe = { name: `kubeadm-${version}`, files, arguments: [version, recipes], usually: 150, limit: 30 };
  return join(await ensure(recipe, log), "kubeadm");
}

const ensureNetworkPrograms = (log: Log): Promise<string> =>
  ensure(
    {
      name: "kubernetes-network",
      files: ["kubernetes-network.sh"],
      arguments: [network.coredns, network.flannel, network.plugins],
      usually: 180,
      limit: 40,
    },
    log,
  );

const ensureNodeRoot = (log: Log): Promise<string> =>
  ensure({ name: "kubernetes-root", files: ["kubernetes-root.sh"], arguments: [], usually: 90 }, log);

export interface KubernetesBundle {
  /** `bundle.json`, `SHA256SUMS`, `bin/`, `images/`. */
  readonly directory: string;
  /** The same as an ISO 9660 image with Rock Ridge names. */
  readonly iso: string;
  /** Label of that volume, and the serial number that its disk is to have. */
  readonly label: string;
}

/** All that a guest of the lab's node image needs to become a node of a version, or to be upgraded to it. 1.1 GB. */
export async function ensureKubernetesBundle(version: string, log: Log): Promise<KubernetesBundle> {
  const [built, added, root] = [
    await ensureKubernetesPrograms(version, log),
    await ensureNetworkPrograms(log),
    await ensureNodeRoot(log),
  ];
  const output = await ensure(
    {
      name: `kubernetes-bundle-${version}`,
      // The others are what it is made of: a change of theirs makes another one.
      files: [
        "kubernetes-bundle.sh",
        "kubernetes-archive.sh",
        "kubernetes-programs.sh",
        "kubernetes-module.sh",
        "kubernetes-network.sh",
        "kubernetes-root.sh",
      ],
      arguments: [version, network.flannel, flannelPlugin, recipes, join(root, "root"), built, added],
      usually: 20,
    },
    log,
  );
  return {
    directory: join(output, "bundle"),
    iso: join(output, "bundle.iso"),
    label: `kubernetes-${version}`,
  };
}

/**
 * A Debian 12 image with cloud-init, containerd and all that a version's nodes are made of, the images included: nothing is
 * left to do but `kubeadm init` or `kubeadm join`. 1 GB.
 */
export async function ensureKubernetesNode(version: string, log: Log): Promise<GuestImage> {
  const root = await ensureNodeRoot(log);
  const { directory } = await ensureKubernetesBundle(version, log);
  const output = await ensure(
    {
      name: `kubernetes-node-${version}`,
      files: [
        "kubernetes-node.sh",
        "disk.sh",
        "kubernetes-bundle.sh",
        "kubernetes-archive.sh",
        "kubernetes-programs.sh",
        "kubernetes-module.sh",
        "kubernetes-network.sh",
        "kubernetes-root.sh",
      ],
      arguments: [version, recipes, join(root, "root"), directory],
      usually: 120,
    },
    log,
  );
  return {
    image: join(output, "node.qcow2"),
    kernel: join(output, "vmlinuz"),
    initrd: join(output, "initrd"),
    commandLine: kubernetesCommandLine,
  };
}

/**
 * Without hardware virtualization the page tables of two worlds, high-resolution timers and memory that is cleared twice are
 * what a node spends its time on; and the copying of memory by string instructions, which the emulator takes byte by byte.
 */
const kubernetesCommandLine = [
  "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0",
  "mitigations=off nopti clearcpuid=rep_good init_on_alloc=0 randomize_kstack_offset=off",
  "tsc=reliable clocksource=tsc highres=off no_timer_check nowatchdog audit=0 cgroup.memory=nokmem",
].join(" ");

/** The processor that goes with that command line: what costs an emulator most is left out. */
export const kubernetesProcessor = {
  mode: "maximum",
  features: { la57: "disable", erms: "disable", fsrm: "disable", smap: "disable", smep: "disable" },
} as const;
