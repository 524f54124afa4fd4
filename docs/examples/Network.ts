/** A network of libvirt: its bridge, DHCP and DNS. Reservations and DNS names change while guests run. */
import { Network } from "pulumi-windrose";
import { host } from "./Host";

export const network = new Network("winds", {
  host,
  mode: "nat",
  domain: "aeolia",
  ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.2", end: "172.17.2.254" } },
});
