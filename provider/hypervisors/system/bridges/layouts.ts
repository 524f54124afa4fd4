import { ifupdownBridge, ifupdownPlain } from "./ifupdown";
import type { BridgeDefinition, Layout, ManagerName, Original } from "./model";
import { netplanBridge, netplanPlain } from "./netplan";
import { networkManagerBridge, networkManagerPlain } from "./network-manager";
import { networkdBridge, networkdPlain } from "./systemd-networkd";

type Maker = readonly [
  bridge: (definition: BridgeDefinition, original: Original) => Layout,
  plain: (definition: BridgeDefinition, original: Original, bridge: Layout) => Layout,
];

const makers: Readonly<Record<ManagerName, Maker>> = {
  "systemd-networkd": [networkdBridge, networkdPlain],
  NetworkManager: [networkManagerBridge, networkManagerPlain],
  netplan: [netplanBridge, netplanPlain],
  ifupdown: [ifupdownBridge, ifupdownPlain],
};

/** The host's configuration with the bridge, and without it. Pure: texts and commands from one model. */
export function layoutsOf(definition: BridgeDefinition, original: Original): { bridge: Layout; plain: Layout } {
  const [makeBridge, makePlain] = makers[original.manager];
  const bridge = makeBridge(definition, original);
  return { bridge, plain: makePlain(definition, original, bridge) };
}
