import type { BridgeDefinition, Original } from "./model";
import { macOf } from "./openvswitch";
import { isDevice, line, waitForDevice } from "./shell";

/**
 * What of a running bridge no manager changes by itself (ip-link(8); delays are in hundredths of a second there). The
 * delay is taken only within 2 and 30 s, and only while the spanning tree protocol runs (net/bridge/br_stp.c).
 */
export function tune(definition: BridgeDefinition, original: Original): string {
  const words = ["ip", "link", "set", "dev", definition.name, "address", macOf(definition, original)];
  if (definition.mtu !== undefined) words.push("mtu", String(definition.mtu));
  words.push("type", "bridge", "stp_state", definition.stp ? "1" : "0");
  if (definition.stp) words.push("forward_delay", String((definition.forwardDelay ?? 15) * 100));
  return line(...words);
}

/** The VLAN's device, where it is made with the bridge. */
export const ownVlan = (definition: BridgeDefinition, original: Original): string | undefined =>
  original.makesVlan && definition.vlan !== undefined ? original.port : undefined;

/**
 * The VLAN's device, where the manager did not make it at once: it takes one up that is there, and makes it by itself at
 * boot.
 */
export function vlanUp(definition: BridgeDefinition, device: string): string {
  const { nic, vlan } = definition;
  const add = line("ip", "link", "add", "link", nic, "name", device, "type", "vlan", "id", String(vlan));
  const there = isDevice(device);
  return `${waitForDevice(device, 2)}; ${there} || ${add} || ${there} || exit 1`;
}
