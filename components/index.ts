/** Components: resources put together for a purpose. */
export {
  type Access,
  inventoryText,
  knownHostsText,
  sshCommand,
  sshConfigText,
  tableText,
} from "./kubernetes-lab/access";
export type {
  GuestAccess,
  KubernetesLabArgs,
  LabCheckArgs,
  LabGuestArgs,
  LabHostArgs,
  LabImageArgs,
  LabKubernetesArgs,
  LabNetworkArgs,
  Transform,
} from "./kubernetes-lab/arguments";
export { type Capacity, type Overcommit, usualOvercommit } from "./kubernetes-lab/capacity";
export { kubectlText, type NodeRow, nodeTableText, tunnelledKubeconfig } from "./kubernetes-lab/kubernetes/outputs";
export type { PlannedCluster, PlannedNode } from "./kubernetes-lab/kubernetes/plan";
export type {
  DrainRequest,
  KubeadmConfiguration,
  KubernetesRequest,
  KubernetesSource,
  NodeRequest,
  PodNetwork,
} from "./kubernetes-lab/kubernetes/request";
export { KubernetesLab } from "./kubernetes-lab/kubernetes-lab";
export { type LabPlan, plan } from "./kubernetes-lab/plan";
export type { PlannedGuest } from "./kubernetes-lab/planned-guest";
export { PlanError, type Problem } from "./kubernetes-lab/problems";
export type { GuestRequest, GuestSize, HostRequest, LabRequest, NetworkRequest, Role } from "./kubernetes-lab/request";
