/** The test lab: KVM hosts as containers in network namespaces of their own. */
export * from "./build.js";
export { LabHost } from "./host.js";
export { ensurePackages, type Log, whyNoLab } from "./install.js";
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
export { cacheDirectory } from "./paths.js";
export { type Result, type RunOptions, run, until } from "./process.js";
