/**
 * Four guests for a Kubernetes cluster, and the cluster, on hosts of one's own. All that differs from one environment to the next is in the
 * stack's configuration; configuration.ts says what there is to set.
 */
import type { HostArgs } from "pulumi-windrose";
import { KubernetesLab, type LabKubernetesArgs } from "pulumi-windrose/components";
import { usualImage } from "./configuration";
import { readConfiguration } from "./read-configuration";

const config = readConfiguration();
const text = (value: string) => value || undefined;

/** What a host must be, and what a bare one is to become. */
function host(name: string, subnet: string | undefined): HostArgs {
  const own = { connection: name, requirements: { virtualization: config.virtualization } };
  if (!config.prepareHosts) return own;
  const bridges = config.bridge && subnet ? { [config.bridge]: { subnets: [subnet] } } : undefined;
  return {
    ...own,
    packages: "auto",
    forwarding: { ipv4: config.network !== "isolated" },
    firewall: bridges && { bridges },
  };
}

/** What the stack's configuration says of the cluster; the component says what of it can't be. */
function kubernetes(): LabKubernetesArgs | undefined {
  const { version, ...rest } = config.kubernetes;
  return version === undefined ? undefined : ({ version, ...rest } as LabKubernetesArgs);
}

const oneSubnet = Object.keys(config.hosts).length === 1 ? config.subnet : undefined;

const winds = new KubernetesLab("winds", {
  // How a host is reached is in `windrose:hosts`, under its name.
  hosts: Object.fromEntries(
    Object.entries(config.hosts).map(([name, options]) => [
      name,
      {
        ...options,
        proxyJump: options.proxyJump ?? text(config.proxyJump),
        host: host(name, options.subnet ?? oneSubnet),
      },
    ]),
  ),
  subnet: oneSubnet,
  network: { mode: config.network, domain: config.domain, bridge: text(config.bridge) },
  images: { ...config.images, [usualImage]: { source: config.image, checksum: text(config.checksum) } },
  image: usualImage,
  guests: config.guests.map((guest) => ({ ...guest, ...config.sizes[guest.name] })),
  vcpus: config.vcpus,
  maxVcpus: config.maxVcpus,
  memory: config.memory,
  maxMemory: config.maxMemory,
  diskSize: text(config.diskSize),
  overcommit: config.overcommit,
  sshKeys: config.sshKeys,
  user: config.user,
  caCertificates: config.caCertificates,
  prepare: config.prepare,
  check: config.check && { identityFile: text(config.identityFile) },
  rolling: config.rolling || undefined,
  kubernetes: kubernetes(),
  machine: {
    ...(config.kernel
      ? { boot: { kernel: config.kernel, initrd: text(config.initrd), cmdline: text(config.commandLine) } }
      : {}),
    ...(Object.keys(config.cpu).length > 0 ? { cpu: config.cpu } : {}),
    restart: config.restart,
    wait: { for: config.waitFor, timeout: config.waitTimeout },
  },
});

export const guests = winds.guests;
export const table = winds.table;
export const sshConfig = winds.sshConfig;
export const knownHosts = winds.knownHosts;
export const inventory = winds.inventory;

// Pulumi warns of an output that is undefined, as these are without a cluster.
if (winds.kubeconfig) {
  Object.assign(exports, { nodes: winds.nodeTable, kubeconfig: winds.kubeconfig, kubectl: winds.kubectl });
}
