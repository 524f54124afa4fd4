import type { Definition } from "../lifecycle/definition";
import type { Kind } from "../lifecycle/schema";

/**
 * Every resource by its name in a program: the one list. Each is loaded when it is first asked for, with all that its work on
 * a host needs. Each definition observes a type of its own.
 */
export const definitions = {
  get Host() {
    return (require("../resources/host/definition") as typeof import("../resources/host/definition")).host;
  },
  get HostBridge() {
    return (require("../resources/host-bridge/definition") as typeof import("../resources/host-bridge/definition"))
      .hostBridge;
  },
  get StoragePool() {
    return (require("../resources/storage-pool/definition") as typeof import("../resources/storage-pool/definition"))
      .storagePool;
  },
  get Image() {
    return (require("../resources/image/definition") as typeof import("../resources/image/definition")).image;
  },
  get Volume() {
    return (require("../resources/volume/definition") as typeof import("../resources/volume/definition")).volume;
  },
  get Network() {
    return (require("../resources/network/definition") as typeof import("../resources/network/definition")).network;
  },
  get VirtualMachine() {
    return (
      require("../resources/virtual-machine/definition") as typeof import("../resources/virtual-machine/definition")
    ).virtualMachine;
  },
  get Snapshot() {
    return (require("../resources/snapshot/definition") as typeof import("../resources/snapshot/definition")).snapshot;
  },
  get Command() {
    return (require("../resources/command/definition") as typeof import("../resources/command/definition")).command;
  },
  get KubernetesNode() {
    return (
      require("../resources/kubernetes-node/definition") as typeof import("../resources/kubernetes-node/definition")
    ).kubernetesNode;
  },
} as unknown as Readonly<Record<Kind, Definition>>;
