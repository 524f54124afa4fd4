import type { Driver } from "../driver";
import { features } from "./features";
import { hints } from "./hints";
import { hostProfile } from "./host/profile";

/** QEMU and KVM through libvirt's daemon. */
export const libvirt: Driver<typeof features> = {
  name: "libvirt",
  schemes: ["qemu", "test"],
  features,
  uri: (scheme, path) => `${scheme}://${path || "/system"}`,
  hints,
  host: hostProfile,
  open(transport, uri, hosts) {
    // Loaded where it is first used: a program's process, and a preview, never need it.
    const { createLibvirtHypervisor } = require("./driver") as typeof import("./driver");
    return createLibvirtHypervisor(transport, uri, { hosts });
  },
};
