/** The public surface of pulumi-windrose. */
export { type Connection, getHostStatus, getLeases, getSnapshots } from "./functions";
export type * from "./resources/arguments";
export { Host } from "./resources/host";
export { Image } from "./resources/image";
export { Network } from "./resources/network";
export { Snapshot } from "./resources/snapshot";
export { StoragePool } from "./resources/storage-pool";
export { VirtualMachine } from "./resources/virtual-machine";
export { Volume } from "./resources/volume";
