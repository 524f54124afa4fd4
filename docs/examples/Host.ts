/** A machine with a hypervisor: how it is reached, what it must have, what it is, and what a bare one is to become. Everything else names one. */
import { Host } from "pulumi-windrose";

// `pulumi config set --path windrose:hosts.anemoi qemu+ssh://root@anemoi.example.org/system`
export const host = new Host("anemoi", {
  requirements: { virtualization: "required", cpus: 4, memory: "16GiB", freeDisk: { "/var/lib/libvirt": "100GiB" } },
  packages: "auto",
  forwarding: { ipv4: true },
  firewall: { bridges: { kvmbr0: { subnets: ["172.17.2.0/24"] } } },
});
