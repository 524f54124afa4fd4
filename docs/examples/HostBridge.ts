/** A bridge over a NIC of the host. The NIC's addresses, routes and name servers move to the bridge. The host rolls a change back by itself unless a fresh connection confirms it, so it stays reachable. */
import { HostBridge } from "pulumi-windrose";
import { host } from "./Host";

export const bridge = new HostBridge("br0", { host, nic: "eth0" });
