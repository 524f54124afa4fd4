import type { KindSamples } from "../sample";
import { command } from "./command";
import { host } from "./host";
import { hostBridge } from "./host-bridge";
import { image } from "./image";
import { kubernetesNode } from "./kubernetes-node";
import { network } from "./network";
import { snapshot } from "./snapshot";
import { storagePool } from "./storage-pool";
import { virtualMachine } from "./virtual-machine";
import { volume } from "./volume";

/** By kind. A field table that is not here, or has a field that is not in its file, fails the unit test. */
export const samples: Readonly<Record<string, KindSamples>> = Object.fromEntries(
  [host, hostBridge, storagePool, image, volume, network, virtualMachine, snapshot, command, kubernetesNode].map(
    (one) => [one.kind, one],
  ),
);

/** Kinds, and fields as `Kind.path`, whose samples are owed by whoever adds them. It must be empty when they are done. */
export const owed: readonly string[] = [];
