import type { Problems } from "../problems";
import type { DrainRequest, KubernetesRequest, NodeRequest } from "./request";
import {
  checksumProblem,
  domainProblem,
  generationProblem,
  isUrl,
  labelProblem,
  parseEndpoint,
  secondsProblem,
  taintIdentity,
  taintProblem,
  versionProblem,
} from "./values";

/** What can never be right in the request of a cluster, each on its argument. Pure. */

type Check = (property: string, reason: string | undefined) => void;

const at = (property: string) => `kubernetes.${property}`;

const modes = ["iptables", "ipvs", "nftables"];
const backends = ["vxlan", "host-gw"];
const documents = ["init", "cluster", "join", "upgrade", "kubelet", "kubeProxy"] as const;

/** All that can be said without the guests. */
export function checkCluster(request: KubernetesRequest, problems: Problems): void {
  const check: Check = (property, reason) => {
    if (reason !== undefined) problems.add(at(property), reason);
  };
  check("version", versionProblem(request.version));
  if (request.dnsDomain !== undefined) check("dnsDomain", domainProblem(request.dnsDomain));
  if (request.endpoint !== undefined) {
    const endpoint = parseEndpoint(request.endpoint);
    if (typeof endpoint === "string") check("endpoint", endpoint);
  }
  if (request.proxyMode !== undefined && !modes.includes(request.proxyMode)) {
    check("proxyMode", `"${request.proxyMode}" is none of ${modes.join(", ")}`);
  }
  if (request.renewal !== undefined && typeof request.renewal !== "string") check("renewal", "is not a text");
  if (request.timeout !== undefined) check("timeout", secondsProblem(request.timeout));
  if (request.generation !== undefined) check("generation", generationProblem(request.generation));
  checkDrain(request.drain ?? {}, check);
  checkNetwork(request, check);
  checkSource(request, check);
  checkKubeadm(request, check);
}

function checkDrain({ timeout }: DrainRequest, check: Check): void {
  if (timeout !== undefined) check("drain.timeout", secondsProblem(timeout));
}

function checkNetwork({ network, source }: KubernetesRequest, check: Check): void {
  if (source?.from === "packages" && (network?.plugin ?? "flannel") === "flannel")
    check("network.plugin", "is flannel, whose manifest no package has: with packages say `manifest` or `routes`");
  if (network === undefined) return;
  if (!["flannel", "manifest", "routes"].includes(network.plugin)) {
    check("network.plugin", `"${network.plugin}" is none of flannel, manifest, routes`);
  }
  if (network.plugin === "flannel" && network.backend !== undefined && !backends.includes(network.backend)) {
    check("network.backend", `"${network.backend}" is none of ${backends.join(", ")}`);
  }
  if (network.plugin !== "manifest") return;
  if (typeof network.manifest !== "string" || network.manifest.trim() === "") {
    check("network.manifest", "is needed: its text, a file of this machine, or a URL");
  } else if (network.checksum !== undefined) check("network.checksum", checksumProblem(network.checksum));
  else if (isUrl(network.manifest)) {
    check("network.checksum", "is needed: what a URL has may change, so that it is sha256:… or sha512:… of it");
  }
}

function checkSource({ source }: KubernetesRequest, check: Check): void {
  if (source === undefined) return;
  if (!["image", "bundle", "packages"].includes(source.from)) {
    check("source.from", `"${source.from}" is none of image, bundle, packages`);
  }
  if (source.from === "bundle" && (typeof source.bundle !== "string" || source.bundle === "")) {
    check("source.bundle", "is needed: a file of this machine, a URL, or host:/a/path/on/the/host");
  }
  if (source.from !== "packages") return;
  const { repository, key } = source;
  if (repository === undefined) {
    if (key !== undefined) check("source.key", "is that of a `repository`, which is missing");
  } else if (!/^deb (https?|file):\S+( [\w./:-]+)+$/.test(repository)) {
    check("source.repository", "is not written as `deb ADDRESS SUITE [COMPONENT …]`");
  } else if (key === undefined)
    check("source.key", "is needed: packages are installed only from whom they are signed by");
}

/** What follows from other arguments, and would be at odds with them. */
const ours: Readonly<Record<string, readonly [path: string, instead: string][]>> = {
  cluster: [
    ["kubernetesVersion", "version"],
    ["controlPlaneEndpoint", "endpoint"],
    ["networking.podSubnet", "podSubnet"],
    ["networking.serviceSubnet", "serviceSubnet"],
    ["networking.dnsDomain", "dnsDomain"],
    ["clusterName", "a lab of that name"],
  ],
  upgrade: [["apply.kubernetesVersion", "version"]],
};

function checkKubeadm({ kubeadm = {}, proxyMode }: KubernetesRequest, check: Check): void {
  for (const name of documents) {
    const document = kubeadm[name];
    if (document === undefined) continue;
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
      check(`kubeadm.${name}`, "is not an object");
      continue;
    }
    for (const [path, instead] of ours[name] ?? []) {
      if (valueAt(document, path) !== undefined) check(`kubeadm.${name}.${path}`, `follows from \`${instead}\``);
    }
  }
  const mode = valueAt(kubeadm.kubeProxy, "mode");
  if (mode !== undefined && proxyMode !== undefined && mode !== proxyMode) {
    check("kubeadm.kubeProxy.mode", "is another than `proxyMode`");
  }
  for (const [file, patch] of Object.entries(kubeadm.patches ?? {})) {
    // target[suffix][+type].extension, of which a suffix is made of letters and digits (kubeadm's util/patches).
    if (
      !/^(kube-apiserver|kube-controller-manager|kube-scheduler|etcd|kubeletconfiguration|corednsdeployment)[a-zA-Z0-9-]{0,64}(\+(strategic|merge|json))?\.(json|yaml)$/.test(
        file,
      )
    ) {
      check(`kubeadm.patches["${file}"]`, "is not the name of a patch, such as kube-apiserver+strategic.yaml");
    }
    if (typeof patch !== "string") check(`kubeadm.patches["${file}"]`, "is not a text");
  }
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
      value,
    );
}

/** Labels and taints of one guest. */
export function checkNode(guest: string, { labels, taints }: NodeRequest, problems: Problems): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const reason = labelProblem(key, value);
    if (reason) problems.add(`guests.${guest}.labels["${key}"]`, reason);
  }
  const seen = new Map<string, number>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const property = `guests.${guest}.taints[${index}]`;
    const reason = taintProblem(taint);
    if (reason) {
      problems.add(property, reason);
      continue;
    }
    const identity = taintIdentity(taint);
    if (seen.has(identity)) problems.add(property, `has the key and effect of taints[${seen.get(identity)}]`);
    else seen.set(identity, index);
  }
}
