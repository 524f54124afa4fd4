/** A network of libvirt: its bridge, DHCP and DNS. Hosts, reservations and names change under running guests. */
import { Network } from "pulumi-windrose";
import { host } from "./Host";

export const network = new Network("winds", {
  host,
  mode: "nat",
  domain: "aeolia",
  ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.2", end: "172.17.2.254" } },
});
