import type { Definition } from "../lifecycle/lifecycle";
import type { Kind } from "../lifecycle/schema";
import { command } from "../resources/command";
import { host } from "../resources/host";
import { hostBridge } from "../resources/host-bridge";
import { image } from "../resources/image";
import { kubernetesNode } from "../resources/kubernetes-node";
import { network } from "../resources/network";
import { snapshot } from "../resources/snapshot";
import { storagePool } from "../resources/storage-pool";
import { virtualMachine } from "../resources/virtual-machine";
import { volume } from "../resources/volume";

/** Every resource by its name in a program: the one list. Each definition observes a type of its own. */
export const definitions = {
  Host: host,
  HostBridge: hostBridge,
  StoragePool: storagePool,
  Image: image,
  Volume: volume,
  Network: network,
  VirtualMachine: virtualMachine,
  Snapshot: snapshot,
  Command: command,
  KubernetesNode: kubernetesNode,
} as unknown as Readonly<Record<Kind, Definition>>;
