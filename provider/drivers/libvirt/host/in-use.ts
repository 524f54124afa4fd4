import type { GuestProfile, NetworkProfile } from "../../../host-system/profile";

/** The daemon keeps a file for each guest that runs, and for each network that is up. */
export const guests: GuestProfile = {
  running: 'for f in /run/libvirt/qemu/*.xml; do [ -e "$f" ] && exit 0; done; exit 1',
  needPackage: (name) => /virt|qemu|kvm|swtpm|dnsmasq|ovmf|edk2/.test(name),
  needUnit: (unit) => /^(libvirtd|virtqemud|virtlogd|virtlockd)\b/.test(unit),
};

export const networks: NetworkProfile = {
  running: 'for f in /run/libvirt/network/*.xml; do [ -e "$f" ] && exit 0; done; exit 1',
  forwarding: `for f in /run/libvirt/network/*.xml; do
  grep -qE "<forward( |/|>)" "$f" 2>/dev/null && { f=\${f##*/}; echo "libvirt's network \${f%.xml}"; exit 0; }
done
exit 1`,
  leavesRules: (unit) => /^(libvirtd|virtnetworkd)\.service$/.test(unit),
  tables: [
    ...["ip filter", "ip nat", "ip mangle", "ip6 filter", "ip6 nat", "ip6 mangle"],
    ...["ip libvirt_network", "ip6 libvirt_network"],
  ],
  /** The chains that libvirt makes, with no rule of anybody in them. */
  emptyTable: [
    "^\\s*chain (LIBVIRT_[A-Z]+|INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING|guest_[a-z]+|forward|postrouting) \\{$",
    "^\\s*type .*; policy accept;$",
    "^\\s*(counter packets [0-9]+ bytes [0-9]+ )?jump (LIBVIRT_[A-Z]+|guest_[a-z]+)$",
  ],
};
