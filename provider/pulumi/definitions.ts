import type { Definition } from "../lifecycle/lifecycle";
import type { Kind } from "../lifecycle/schema";
import { command } from "../resources/command/definition";
import { host } from "../resources/host/definition";
import { hostBridge } from "../resources/host-bridge/definition";
import { image } from "../resources/image/definition";
import { kubernetesNode } from "../resources/kubernetes-node/definition";
import { network } from "../resources/network/definition";
import { snapshot } from "../resources/snapshot/definition";
import { storagePool } from "../resources/storage-pool/definition";
import { virtualMachine } from "../resources/virtual-machine/definition";
import { volume } from "../resources/volume/definition";

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
