/** A bridge over a NIC of the host. The NIC's addresses, routes and name servers move to it, and the host is never cut off: a change that no fresh connection confirms is taken back by the host itself. */
import { HostBridge } from "pulumi-windrose";
import { host } from "./Host";

export const bridge = new HostBridge("br0", { host, nic: "eth0" });
