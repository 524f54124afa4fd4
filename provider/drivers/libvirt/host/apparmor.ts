import type { AppArmorProfile } from "../../../host-system/profile";

/**
 * libvirt makes a profile for each guest as it starts, by a helper that has to look at the guest's files itself (libvirt's
 * src/security/apparmor).
 */
export const apparmor: AppArmorProfile = {
  called: "AppArmor's profiles of libvirt",
  parts: [
    { path: "/etc/apparmor.d/local/abstractions/libvirt-qemu", rights: "rwk" },
    { path: "/etc/apparmor.d/local/usr.lib.libvirt.virt-aa-helper", rights: "r" },
  ],
  reload: "/etc/apparmor.d/usr.lib.libvirt.virt-aa-helper",
};
