/** Components: resources put together for a purpose. */
export { type Access, knownHostsText, sshCommand, sshConfigText, tableText } from "./guest-group/access";
export type { GuestAccess, GuestArgs, GuestGroupArgs, GuestSize, Transform } from "./guest-group/arguments";
export { GuestGroup } from "./guest-group/guest-group";
export {
  type GroupPlan,
  type GroupRequest,
  type GuestRequest,
  PlanError,
  type PlannedGuest,
  plan,
} from "./guest-group/plan";
export { type Access as LabAccess, inventoryText } from "./kubernetes-lab/access";
export type {
  KubernetesLabArgs,
  LabCheckArgs,
  LabGuestArgs,
  LabHostArgs,
  LabImageArgs,
  LabNetworkArgs,
} from "./kubernetes-lab/arguments";
export { type Capacity, type Overcommit, usualOvercommit } from "./kubernetes-lab/capacity";
export { KubernetesLab } from "./kubernetes-lab/kubernetes-lab";
