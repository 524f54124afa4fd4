import type { Inputs } from "../../basics/record";
import { type Fields, field, type Table, textOf, type Zod } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
import { onHost } from "../common-fields";
import { guestConnection } from "../guest-connection";
import { atMaking, definition, generation, holdsCluster, ofTheCluster, podPlugin, renewal, version } from "./rules";

/** RFC 1123, as Kubernetes has it for names of nodes. */
const nodeName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){0,8}$/;
const address = { pattern: /^[0-9a-fA-F.:]{2,45}$/, says: "must be an IP address" };
const subnet = { pattern: /^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/, says: "must be a subnet, such as `10.244.0.0/16`" };
const object = (z: Zod) => z.record(z.string(), z.unknown());

/** `key=value:Effect` as kubectl writes it; the value may be absent. */
const taintPattern =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?(=([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?)?:(NoSchedule|PreferNoSchedule|NoExecute)$/;

const labels = (z: Zod) =>
  z
    .record(
      z
        .string()
        .regex(
          /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
          "is not a label key",
        ),
      z
        .string()
        .regex(
          /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
          "is not a label value: letters, digits, `-`, `_` and `.`, a letter or digit first and last, at most 63 characters",
        ),
    )
    .refine((value) => Object.keys(value).length <= 256, "has more than 256 labels");

const fields = {
  host: field.reference("Host that it is on.", holdsCluster, ["Host"], { required: true }),
  machine: field.reference(
    "Machine that is the node. It must be running, with containerd and systemd.",
    holdsCluster,
    ["VirtualMachine"],
    { required: true },
  ),
  connection: guestConnection("How to log in to `machine`."),
  nodeName: field.text("Name of the node in the cluster.", ofTheCluster, {
    pattern: nodeName,
    says: "must be a host name in lowercase",
    required: true,
  }),
  role: field.choice("Role of the node.", holdsCluster, ["controlPlane", "worker"], { required: true }),
  address: field.text("Address of the node, which the other nodes reach.", holdsCluster, {
    ...address,
    required: true,
  }),
  through: field.reference(
    "First control plane's node, through which this node joins. Absent on the first control plane itself, which creates the cluster.",
    "local",
    ["KubernetesNode"],
  ),
  cluster: field.group(
    "The cluster. It must be the same on all its nodes.",
    {
      name: field.text("Name of the cluster.", ofTheCluster, {
        pattern: /^[a-zA-Z0-9]([-a-zA-Z0-9.]{0,61}[a-zA-Z0-9])?$/,
        says: "must be letters, digits, `-` and `.`, at most 63 characters",
        required: true,
      }),
      version: field.text("Version of Kubernetes: `1.34.4`.", version, {
        pattern: /^(0|[1-9]\d?)\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,3})$/,
        says: "must be a version of three numbers, such as `1.34.4`",
        required: true,
      }),
      endpoint: field.text(
        "Address of the API for all nodes, `host:port`: a name or address that does not change when control planes do.",
        ofTheCluster,
        {
          pattern: /^([A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]):\d{1,5}$/,
          says: "must be a host and a port, such as `10.0.0.1:6443`",
          required: true,
        },
      ),
      podSubnet: field.text("Subnet of pods.", ofTheCluster, { ...subnet, default: "10.244.0.0/16" }),
      serviceSubnet: field.text("Subnet of services.", ofTheCluster, { ...subnet, default: "10.96.0.0/12" }),
      dnsDomain: field.text("DNS domain of services.", ofTheCluster, {
        pattern: nodeName,
        says: "must be a domain in lowercase",
        default: "cluster.local",
      }),
      generation: field.of(
        (z) =>
          z.union([
            z.number().int(),
            z.string().regex(/^[\w.-]{1,64}$/, "is neither a number nor a word: letters, digits, `.`, `_` and `-`"),
          ]),
        "number | string",
        "Number or word of your choice. Another value makes a new cluster in place of this one.",
        generation,
        { default: 1 },
      ),
    },
    { required: true },
  ),
  endpointAddresses: field.list(
    "Addresses of all control planes that the name in `cluster.endpoint` resolves to in this guest (/etc/hosts). Absent if the name resolves by itself.",
    "live",
    (z) => z.string().regex(address.pattern, address.says),
    "string",
  ),
  kubeadm: field.group("Configuration of kubeadm, deeply merged into the generated one.", {
    init: field.of(object, "object", "kubeadm's InitConfiguration (v1beta4).", atMaking, { content: true }),
    cluster: field.of(object, "object", "kubeadm's ClusterConfiguration (v1beta4).", atMaking, { content: true }),
    join: field.of(object, "object", "kubeadm's JoinConfiguration (v1beta4).", atMaking, { content: true }),
    upgrade: field.of(
      object,
      "object",
      "kubeadm's UpgradeConfiguration (v1beta4). Its default timeouts are those of `init` or `join`.",
      atMaking,
      { content: true },
    ),
    kubelet: field.of(object, "object", "KubeletConfiguration (v1beta1).", atMaking, { content: true }),
    kubeProxy: field.of(object, "object", "KubeProxyConfiguration (v1alpha1): `mode`, for instance.", atMaking, {
      content: true,
    }),
    patches: field.of(
      (z) =>
        z
          .record(
            z
              .string()
              .regex(
                /^[a-z][a-z0-9-]{0,40}[0-9]{0,4}(\+(strategic|merge|json))?\.(json|yaml)$/,
                "is not the file name of a patch",
              ),
            textOf(65_536)(z),
          )
          .refine((value) => Object.keys(value).length <= 64, "has more than 64 patches"),
      "{ [key: string]: string }",
      "Patches of kubeadm's components by file name: `kube-apiserver+strategic.yaml`.",
      atMaking,
      { content: true },
    ),
  }),
  source: field.group(
    "Source of kubeadm, the kubelet and kubectl.",
    {
      from: field.choice(
        "`image`: the guest's image has them, which is checked; `bundle`: a disk or directory in the guest with programs and images; `packages`: a package repository.",
        atMaking,
        ["image", "bundle", "packages"],
        { required: true },
      ),
      path: field.text("With `bundle`: a block device, file or directory in the guest.", atMaking, {
        pattern: /^\/[^\0\n]*$/,
        says: "must be an absolute path",
        defaultText: "`/dev/disk/by-label/kubernetes-<version>`",
      }),
      repository: field.text(
        "With `packages`: a line of apt's sources.list without options, `deb ADDRESS SUITE [COMPONENT …]`; Default: the distribution's repositories.",
        atMaking,
        {
          pattern: /^deb (https?|file):\/?\/?[^\s[\]]+( [\w./:-]+)+$/,
          says: "must be `deb ADDRESS SUITE [COMPONENT …]`",
        },
      ),
      key: field.text("With `repository`: the public key that signs it, as text.", atMaking, {
        max: 65_536,
        lines: true,
        pattern: /^-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*-----END PGP PUBLIC KEY BLOCK-----\s*$/,
        says: "must be a PGP public key as text",
      }),
      packages: field.list(
        "With `packages`: package names.",
        atMaking,
        (z) => z.string().regex(/^[a-z0-9][a-z0-9+.-]{0,99}$/, "is not a package name"),
        "string",
        { defaultText: "`kubeadm`, `kubelet`, `kubectl`" },
      ),
    },
    { required: true },
  ),
  podNetwork: field.group("Pod network. Set on the first control plane, and with `routes` on each node.", {
    plugin: field.choice(
      "`flannel`: the manifest of the bundle or image; `manifest`: your own; `routes`: a bridge and static routes between nodes, which need no image; `none`: not managed here.",
      podPlugin,
      ["flannel", "manifest", "routes", "none"],
      { required: true },
    ),
    backend: field.choice("With `flannel`: how packets are sent between nodes.", "live", ["vxlan", "host-gw"], {
      default: "vxlan",
    }),
    manifest: field.text("With `manifest`: YAML, applied by the server.", "live", { max: 1 << 20, lines: true }),
    guestSubnet: field.text(
      "With `routes`: the subnet that the nodes' addresses are in. Its n-th address gets the n-th block of `cluster.podSubnet`.",
      ofTheCluster,
      subnet,
    ),
  }),
  addons: field.group("Add-ons of kubeadm. Set on the first control plane.", {
    coreDns: field.flag("DNS in the cluster.", "live", { default: true }),
  }),
  labels: field.of(labels, "{ [key: string]: string }", "Labels of the node.", "live"),
  taints: field.list(
    "Taints of the node, as kubectl writes them: `dedicated=lab:NoSchedule`.",
    "live",
    (z) => z.string().regex(taintPattern, "must be a taint, such as `key=value:NoSchedule`"),
    "string",
    { defaultText: "for a control plane `node-role.kubernetes.io/control-plane:NoSchedule`" },
  ),
  drain: field.group("How the node is drained before it is restarted, upgraded or deleted.", {
    timeout: field.integer("Seconds.", "local", { min: 1, max: 86_400 }, { default: 300 }),
    force: field.flag(
      "Also deletes pods that no controller recreates, and continues if pods are left after `timeout`.",
      "local",
      { default: false },
    ),
    deleteEmptyDirData: field.flag("Also evicts pods with an `emptyDir`, whose content is lost.", "local", {
      default: true,
    }),
  }),
  definition: field.of(
    object,
    "object",
    "Arguments of `machine` that take effect after a restart (`vcpus`, `maxMemory`, …). A change that is pending after the machine's update drains the node and restarts the machine.",
    definition,
    { content: true },
  ),
  renewal: field.text("Word of your choice. Another value renews the node's certificates.", renewal, { max: 256 }),
  timeout: onHost.timeout,
} as const satisfies Fields;

const outputs = {
  version: { typeText: "string", doc: "Version of the running kubelet." },
  ready: { typeText: "boolean", doc: "Whether the node was Ready when it was last observed." },
  endpoint: { typeText: "string", doc: "Address of the API for all nodes: `https://HOST:PORT`." },
  caCertificate: { typeText: "string", doc: "Certificate of the cluster's certificate authority, PEM." },
  caHash: { typeText: "string", doc: "Hash of the authority's public key, as kubeadm pins it: `sha256:…`." },
  podCidr: { typeText: "string | undefined", doc: "Subnet of the node's pods." },
  kubeconfig: {
    typeText: "string | undefined",
    doc: "Administrator's configuration for kubectl. On the first control plane only.",
    secret: true,
  },
} as const;

export type NodeInputs = InputsOf<typeof fields>;

export const table = { kind: "KubernetesNode", fields, outputs } as const satisfies Table;

export const defaultTimeout = 3600;

/** The taint that kubeadm gives a control plane (kubeadm's constants.go, `ControlPlaneTaint`). */
export const controlPlaneTaint = "node-role.kubernetes.io/control-plane:NoSchedule";

export function taintsOf(inputs: Inputs): string[] {
  if (Array.isArray(inputs.taints)) return inputs.taints.map(String);
  return inputs.role === "controlPlane" ? [controlPlaneTaint] : [];
}
