/** A machine with a hypervisor: how it is reached, what it must have, and how it is prepared. All other resources are on a Host. */
import { Host } from "pulumi-windrose";

// `pulumi config set --path windrose:hosts.anemoi qemu+ssh://root@anemoi.example.org/system`
export const host = new Host("anemoi", {
  requirements: { virtualization: "required", cpus: 4, memory: "16GiB", freeDisk: { "/var/lib/libvirt": "100GiB" } },
  packages: "auto",
  forwarding: { ipv4: true },
  firewall: { bridges: { kvmbr0: { subnets: ["172.17.2.0/24"] } } },
});
