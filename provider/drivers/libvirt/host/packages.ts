import type { PackageGroup, PackageProfile } from "../../../host-system/profile";

/**
 * Names are those of Debian 12 and 13, Ubuntu 22.04 and later (packages.debian.org, packages.ubuntu.com), Fedora and RHEL 9
 * (packages.fedoraproject.org), Arch (archlinux.org/packages) and openSUSE (software.opensuse.org).
 */
const groups: Readonly<Record<string, PackageGroup>> = {
  /** libvirt's daemon with its QEMU driver. */
  libvirt: {
    debian: ["libvirt-daemon-system"],
    fedora: ["libvirt-daemon-kvm"],
    arch: ["libvirt"],
    suse: ["libvirt-daemon-qemu"],
  },
  /** virsh, for people. */
  "libvirt-clients": {
    debian: ["libvirt-clients"],
    fedora: ["libvirt-client"],
    arch: ["libvirt"],
    suse: ["libvirt-client"],
  },
  qemu: {
    debian: ["qemu-system-x86"],
    fedora: ["qemu-kvm"],
    arch: ["qemu-base"],
    suse: ["qemu-kvm"],
    aarch64: { debian: ["qemu-system-arm"], suse: ["qemu-arm"], arch: ["qemu-system-aarch64"] },
  },
  "qemu-img": { debian: ["qemu-utils"], fedora: ["qemu-img"], arch: ["qemu-img"], suse: ["qemu-tools"] },
  /** DHCP and DNS of libvirt's networks. */
  dnsmasq: { debian: ["dnsmasq-base"], fedora: ["dnsmasq"], arch: ["dnsmasq"], suse: ["dnsmasq"] },
  /** Firmware for guests with `firmware: "uefi"`. */
  uefi: {
    debian: ["ovmf"],
    fedora: ["edk2-ovmf"],
    arch: ["edk2-ovmf"],
    suse: ["qemu-ovmf-x86_64"],
    aarch64: {
      debian: ["qemu-efi-aarch64"],
      fedora: ["edk2-aarch64"],
      arch: ["edk2-aarch64"],
      suse: ["qemu-uefi-aarch64"],
    },
  },
  /** TPMs for guests. */
  tpm: { debian: ["swtpm"], fedora: ["swtpm"], arch: ["swtpm"], suse: ["swtpm"] },
};

export const packages: PackageProfile = {
  groups,
  usual: ["libvirt", "libvirt-clients", "qemu", "qemu-img", "dnsmasq"],
};
