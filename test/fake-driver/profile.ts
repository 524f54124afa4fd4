import { hostProfile as libvirt } from "../../provider/drivers/libvirt/host/profile";
import type { HostProfile, HostProfiles } from "../../provider/host-system/profile";

export const libvirtHost: HostProfiles = { own: libvirt, all: [libvirt] };

/** A hypervisor that has nothing in common with another: no networks, no settings, no AppArmor, guests of its own. */
export const winds = {
  packages: {
    groups: {
      winds: { debian: ["winds-utils"], fedora: ["winds"], arch: ["winds"], suse: ["winds"] },
      "winds-image": {
        debian: ["winds-amd64"],
        fedora: ["winds-image"],
        arch: ["winds-image"],
        suse: ["winds-image"],
        aarch64: { debian: ["winds-arm64"] },
      },
    },
    usual: ["winds", "winds-image"],
  },
  services: {
    candidates: ["windsd.service"],
    companions: ["windsd.socket"],
    deciding: ["windsd.service"],
    choose: () => [{ service: "windsd.service", begins: "windsd.service" }],
  },
  guests: {
    running: "[ -e /run/winds/guest ]",
    needPackage: (name) => name.startsWith("winds"),
    needUnit: (unit) => unit === "windsd.service",
  },
  networks: undefined,
  afterFirewall: ["windsd.service"],
  settings: undefined,
  apparmor: undefined,
  virtualization: {
    script: "cat /sys/hypervisor/type",
    lack: (printed) =>
      printed.trim() === "winds"
        ? undefined
        : { why: "it was not started under winds", effect: "guests can't be started" },
  },
} as const satisfies HostProfile;

/** A host of winds, on which libvirt's guests may run too. */
export const windsHost: HostProfiles = { own: winds, all: [libvirt, winds] };
