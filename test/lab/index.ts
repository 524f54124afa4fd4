/** The test lab: KVM hosts as containers in network namespaces of their own. */
export {
  ensureDebianImage,
  ensureHostRoot,
  ensureLab,
  ensureMachineRoot,
  ensureMicroGuest,
  ensurePackageRepository,
  type GuestImage,
  type HostForm,
  type Release,
} from "./build.js";
export { LabHost } from "./host.js";
export { ensurePackages, type Log, whyNoLab } from "./install.js";
export * from "./kubernetes.js";
export * from "./lab.js";
export { LabMachine, type MachineOptions } from "./machine.js";
export {
  enable,
  type ManagedOptions,
  managed,
  type NetworkManager,
  nameServer,
  put,
  searchDomain,
} from "./managers.js";
export { listRuns, type OwnerState, ownerState } from "./owner.js";
export { bring } from "./parts.js";
export { cacheDirectory } from "./paths.js";
export { type Result, type RunOptions, run, until } from "./process.js";
export { missingPackages, systemPath } from "./programs.js";
