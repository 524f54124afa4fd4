import type { DriverHints } from "../driver";

export const hints: DriverHints = {
  unavailable: "Check on the host that its libvirt daemon runs.",
  stuck(uri, machine) {
    const virsh = (verb: string) => `\`virsh -c ${uri} ${verb} ${machine}\``;
    return `Look at its console on the host with ${virsh("console")} (Ctrl+] leaves it), or restart it with ${virsh("reset")}`;
  },
  exampleUri: "qemu+ssh://root@ADDRESS/system",
};
