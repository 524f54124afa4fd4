import { stringify } from "yaml";
import { asRecord, type Inputs, isRecord } from "../../basics/record";
import { blockOf } from "./routes";
import { ours } from "./shell";

/**
 * kubeadm's configuration of a node (kubeadm.k8s.io/v1beta4): what is made here, under what the user gives, under what
 * nobody but the field table says (names, addresses, the version).
 */

export interface NodeRequest {
  readonly role: "controlPlane" | "worker";
  readonly nodeName: string;
  readonly address: string;
  readonly version: string;
  readonly clusterName: string;
  /** `host:port` */
  readonly endpoint: string;
  readonly endpointAddresses?: readonly string[];
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly dnsDomain: string;
  /** As kubectl writes them. */
  readonly taints: readonly string[];
  readonly coreDns: boolean;
  /** With static routes: the subnet of the nodes. */
  readonly guestSubnet?: string;
  /** The user's own parts: init, cluster, join, upgrade, kubelet, kubeProxy, patches. */
  readonly kubeadm: Inputs;
}

export interface JoinSecrets {
  readonly token: string;
  /** `sha256:…` of the authority's public key. */
  readonly caHash: string;
  /** Of control planes alone: opens what `upload-certs` has put into the cluster. */
  readonly certificateKey?: string;
}

const group = "kubeadm.k8s.io/v1beta4";
export const criSocket = "unix:///run/containerd/containerd.sock";
const patchDirectory = `${ours}/patches`;

/** What `kubeadm init` and its phases read. `token`: a bootstrap token that is gone after a minute. */
export function initConfiguration(request: NodeRequest, token: string, certificateKey?: string): string {
  const { kubeadm } = request;
  return documents([
    layered({ apiVersion: group, kind: "InitConfiguration", ...common(request) }, kubeadm.init, {
      apiVersion: group,
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: request.address },
      nodeRegistration: registration(request),
      // Without one kubeadm makes one of its own, good for a day.
      bootstrapTokens: [{ token, ttl: "1m0s", usages: ["signing", "authentication"] }],
      ...(request.coreDns ? {} : { skipPhases: skipped(kubeadm.init, "addon/coredns") }),
      ...(certificateKey === undefined ? {} : { certificateKey }),
    }),
    clusterConfiguration(request),
    layered(
      { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", cgroupDriver: "systemd" },
      kubeadm.kubelet,
      { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration" },
    ),
    ...(isRecord(kubeadm.kubeProxy)
      ? [
          layered(kubeadm.kubeProxy, undefined, {
            apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
            kind: "KubeProxyConfiguration",
          }),
        ]
      : []),
  ]);
}

/** What `kubeadm join` reads. */
export function joinConfiguration(request: NodeRequest, secrets: JoinSecrets): string {
  const { token, caHash, certificateKey } = secrets;
  return documents([
    layered({ apiVersion: group, kind: "JoinConfiguration", ...common(request) }, request.kubeadm.join, {
      apiVersion: group,
      kind: "JoinConfiguration",
      nodeRegistration: registration(request),
      discovery: {
        bootstrapToken: { token, apiServerEndpoint: request.endpoint, caCertHashes: [caHash] },
        tlsBootstrapToken: token,
      },
      ...(request.role === "controlPlane"
        ? { controlPlane: { localAPIEndpoint: { advertiseAddress: request.address }, certificateKey } }
        : {}),
    }),
  ]);
}

/** kubeadm's addons that the user leaves to it. */
export function addonsOf({ kubeadm }: NodeRequest): string[] {
  const left = skipped(asRecord(asRecord(kubeadm.upgrade).apply));
  return left.includes("addon") ? [] : ["coredns", "kube-proxy"].filter((name) => !left.includes(`addon/${name}`));
}

/** What `kubeadm upgrade apply` and `kubeadm upgrade node` read. `skip`: phases that they pass over, beside the user's own. */
export function upgradeConfiguration(request: NodeRequest, skip: readonly string[] = []): string {
  const { kubeadm } = request;
  const making = request.role === "controlPlane" && isRecord(kubeadm.init) ? kubeadm.init : kubeadm.join;
  const timeouts = isRecord(making) && isRecord(making.timeouts) ? making.timeouts : {};
  const { controlPlaneComponentHealthCheck: health } = timeouts;
  const same = {
    imagePullPolicy: "IfNotPresent",
    ...(isRecord(kubeadm.patches) ? { patches: { directory: patchDirectory } } : {}),
  };
  // CreateJob: a job must be done in 15 s (kubeadm's phases/upgrade/health.go), which says more of a guest's speed than of
  // its health. That the node and the system's pods are ready is looked at before.
  const passedOver =
    isRecord(making) && isRecord(making.nodeRegistration) && making.nodeRegistration.ignorePreflightErrors;
  const others = Array.isArray(passedOver) ? passedOver.map(String) : [];
  const apply = { ...same, ignorePreflightErrors: [...new Set(["CreateJob", ...others])] };
  const node = { ...same, ...(others.length === 0 ? {} : { ignorePreflightErrors: others }) };
  const without = (how: "apply" | "node") =>
    skip.length > 0 ? { skipPhases: skipped(asRecord(asRecord(kubeadm.upgrade)[how]), ...skip) } : {};
  return documents([
    layered(
      {
        timeouts: { ...timeouts, ...(health === undefined ? {} : { upgradeManifests: health }) },
        apply,
        node,
      },
      kubeadm.upgrade,
      {
        apiVersion: group,
        kind: "UpgradeConfiguration",
        apply: { kubernetesVersion: `v${request.version}`, ...without("apply") },
        node: without("node"),
      },
    ),
  ]);
}

function clusterConfiguration(request: NodeRequest): Inputs {
  const { endpoint, endpointAddresses = [], address, kubeadm } = request;
  const names = [...new Set([endpoint.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""), address, ...endpointAddresses])];
  const theirs = isRecord(kubeadm.cluster) && isRecord(kubeadm.cluster.apiServer) ? kubeadm.cluster.apiServer : {};
  const more = Array.isArray(theirs.certSANs) ? theirs.certSANs.map(String) : [];
  const routes = request.guestSubnet !== undefined;
  return layered(
    {
      apiVersion: group,
      kind: "ClusterConfiguration",
      // Blocks of pods follow from the nodes' addresses, and are in their CNI configuration.
      ...(routes ? { controllerManager: { extraArgs: [{ name: "allocate-node-cidrs", value: "false" }] } } : {}),
    },
    kubeadm.cluster,
    {
      apiVersion: group,
      kind: "ClusterConfiguration",
      clusterName: request.clusterName,
      kubernetesVersion: `v${request.version}`,
      controlPlaneEndpoint: endpoint,
      networking: {
        podSubnet: request.podSubnet,
        serviceSubnet: request.serviceSubnet,
        dnsDomain: request.dnsDomain,
      },
      apiServer: { certSANs: [...new Set([...names, ...more])] },
    },
  );
}

/** What init and join have in common, and a user may say otherwise. */
function common(request: NodeRequest): Inputs {
  return {
    nodeRegistration: { criSocket, imagePullPolicy: "IfNotPresent" },
    ...(isRecord(request.kubeadm.patches) ? { patches: { directory: patchDirectory } } : {}),
  };
}

function registration(request: NodeRequest): Inputs {
  return {
    name: request.nodeName,
    kubeletExtraArgs: [{ name: "node-ip", value: request.address }],
    taints: request.taints.map(parseTaint),
  };
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** `key=value:Effect` */
export function parseTaint(text: string): Taint {
  const [, key = "", value, effect = ""] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(text) ?? [];
  return value ? { key, value, effect } : { key, effect };
}

export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ""}:${effect}`;
}

function skipped(theirs: unknown, ...phases: string[]): string[] {
  const given = isRecord(theirs) && Array.isArray(theirs.skipPhases) ? theirs.skipPhases.map(String) : [];
  return [...new Set([...given, ...phases])];
}

function layered(...layers: unknown[]): Inputs {
  return layers.reduce<Inputs>((result, layer) => (isRecord(layer) ? merged(result, layer) : result), {});
}

/** Deep; the other wins. Lists of named things (`extraArgs`) are joined by their names, other lists replaced. */
export function merged(one: Inputs, other: Inputs): Inputs {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(
    names.map((name) => {
      if (!Object.hasOwn(other, name) || other[name] === undefined) return [name, one[name]];
      const [before, after] = [Object.hasOwn(one, name) ? one[name] : undefined, other[name]];
      if (isRecord(before) && isRecord(after)) return [name, merged(before, after)];
      if (named(before) && named(after)) {
        const taken = new Set(after.map((entry) => entry.name));
        return [name, [...before.filter((entry) => !taken.has(entry.name)), ...after]];
      }
      return [name, after];
    }),
  );
}

function named(value: unknown): value is { name: string }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((entry) => isRecord(entry) && typeof entry.name === "string")
  );
}

function documents(all: readonly Inputs[]): string {
  return all.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

/** The addresses of a node's pods, where they follow from its own. */
export function podBlockOf(request: NodeRequest): string | undefined {
  return request.guestSubnet === undefined
    ? undefined
    : blockOf(request.podSubnet, request.guestSubnet, request.address);
}
