/** The public surface of pulumi-windrose. */

export { formatSize, parseSize, sizeInBytes, sizeProblem } from "./basics/sizes";
export { publicKeyProblem } from "./cloud-init/public-key";
export type * from "./connections/arguments";
export { type Connection, getHostStatus, getLeases, getSnapshots } from "./functions";
export { derivedMac } from "./lifecycle/ownership";
export { Command } from "./resources/command";
export type * from "./resources/command/arguments";
export { Host } from "./resources/host";
export type * from "./resources/host/arguments";
export { HostBridge } from "./resources/host-bridge";
export type * from "./resources/host-bridge/arguments";
export { Image } from "./resources/image";
export type * from "./resources/image/arguments";
export { KubernetesNode } from "./resources/kubernetes-node";
export type * from "./resources/kubernetes-node/arguments";
export { Network } from "./resources/network";
export type * from "./resources/network/arguments";
export { Snapshot } from "./resources/snapshot";
export type * from "./resources/snapshot/arguments";
export { StoragePool } from "./resources/storage-pool";
export type * from "./resources/storage-pool/arguments";
export { VirtualMachine } from "./resources/virtual-machine";
export type * from "./resources/virtual-machine/arguments";
export { Volume } from "./resources/volume";
export type * from "./resources/volume/arguments";
