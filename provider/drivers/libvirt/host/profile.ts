import type { HostProfile } from "../../../host-system/profile";
import { apparmor } from "./apparmor";
import { guests, networks } from "./in-use";
import { packages } from "./packages";
import { services } from "./services";
import { settings } from "./settings";
import { virtualization } from "./virtualization";

/** What a host needs and has for libvirt and QEMU. */
export const hostProfile = {
  packages,
  services,
  guests,
  networks,
  afterFirewall: ["libvirtd.service", "virtnetworkd.service"],
  settings,
  apparmor,
  virtualization,
} as const satisfies HostProfile;
