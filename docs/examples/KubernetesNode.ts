/** A machine as a node of a Kubernetes cluster: kubeadm in the guest initialises, joins and upgrades the node. */
import { KubernetesNode } from "pulumi-windrose";
import { host } from "./Host";
import { boreas } from "./VirtualMachine";

export const first = new KubernetesNode("boreas", {
  host,
  machine: boreas,
  nodeName: "boreas",
  role: "controlPlane",
  address: "172.17.2.10",
  cluster: { name: "winds", version: "1.34.4", endpoint: "172.17.2.10:6443" },
  source: { from: "bundle" },
  podNetwork: { plugin: "flannel" },
  labels: { "windrose.example/disk": "ssd" },
});

export const { kubeconfig } = first;
