/** The test lab: KVM hosts as containers in network namespaces of their own. */
export {
  ensureDebianImage,
  ensureHostRoot,
  ensureLab,
  ensureMicroGuest,
  ensurePackageRepository,
  type GuestImage,
  type HostForm,
} from "./build.js";
export { LabHost } from "./host.js";
export { ensurePackages, whyNoLab } from "./install.js";
export * from "./kubernetes.js";
export * from "./lab.js";
export { LabMachine } from "./machine.js";
export {
  enable,
  type ManagedOptions,
  managed,
  type NetworkManager,
  nameServer,
  put,
  searchDomain,
} from "./managers.js";
export { listRuns, ownerState } from "./owner.js";
export { bring } from "./parts.js";
export { run, until } from "./process.js";
export { missingPackages, systemPath } from "./programs.js";
