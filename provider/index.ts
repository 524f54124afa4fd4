/** The public surface of pulumi-windrose. */
export { publicKeyProblem } from "./cloud-init/check";
export { type Connection, getHostStatus, getLeases, getSnapshots } from "./functions";
export { derivedMac } from "./ownership";
export type * from "./resources/arguments";
export { Command } from "./resources/command";
export { Host } from "./resources/host";
export { HostBridge } from "./resources/host-bridge";
export { Image } from "./resources/image";
export { KubernetesNode } from "./resources/kubernetes-node";
export { Network } from "./resources/network";
export { Snapshot } from "./resources/snapshot";
export { StoragePool } from "./resources/storage-pool";
export { VirtualMachine } from "./resources/virtual-machine";
export { Volume } from "./resources/volume";
export { formatSize, parseSize, sizeInBytes, sizeProblem } from "./sizes";
