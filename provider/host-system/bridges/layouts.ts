import { ifupdownBridge, ifupdownPlain, ifupdownPutBack, ifupdownPutIn } from "./ifupdown";
import type { BridgeDefinition, BridgeRecord, HostFile, Layout, ManagerName, Original } from "./model";
import { netplanBridge, netplanPlain, netplanPutBack } from "./netplan";
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

/**
 * The layouts of a bridge that is there, and of its NIC without it, as they are to be written now: a file of the user's
 * that was edited since keeps what was put into it. `now`: the files as they are.
 */
export function kept(record: BridgeRecord, asked: Layout, now: readonly HostFile[]): { bridge: Layout; plain: Layout } {
  const { definition, original, plain } = record;
  const edited = (file: HostFile) => record.bridge.files.some((each) => each.path === file.path && each.edited);
  const since = (file: HostFile): string | undefined => {
    const content = now.find((each) => each.path === file.path)?.content;
    const written = record.bridge.files.find((each) => each.path === file.path)?.content;
    return edited(file) && content !== undefined && content !== written ? content : undefined;
  };
  const changed = (layout: Layout, change: (text: string, file: HostFile) => string): Layout => ({
    ...layout,
    files: layout.files.map((file) => {
      const text = since(file);
      return text === undefined ? file : { ...file, content: change(text, file) };
    }),
  });
  const netplan = original.manager === "netplan";
  const putBack = netplan ? netplanPutBack : ifupdownPutBack;
  return {
    bridge: changed(asked, (text, file) => (netplan ? text : ifupdownPutIn(text, file, definition))),
    plain: changed(plain, (text, file) => putBack(text, file, definition, original)),
  };
}
