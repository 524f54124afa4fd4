#!/bin/sh
# networks.sh OUTPUT BARE_ROOT : root file system of a test host in OUTPUT/root that any of four network managers can run,
# with Open vSwitch. None of them is enabled: the host's configuration says which it is.
set -eu
output=$1 bare=$2
root=$output/root
mounts=
trap 'for each in $mounts; do umount "$root/$each" 2>/dev/null || :; done' EXIT
cp -a "$bare" "$root"
for each in proc sys; do
  mount --bind "/$each" "$root/$each"
  mounts="$mounts $each"
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
apt() { chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"; }
apt update
apt install network-manager netplan.io ifupdown isc-dhcp-client openvswitch-switch dnsmasq-base
cd "$root"
rm -f usr/sbin/policy-rc.d etc/systemd/system/systemd-networkd.service etc/systemd/system/systemd-networkd.socket
for unit in NetworkManager.service NetworkManager-wait-online.service NetworkManager-dispatcher.service networking.service \
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service openvswitch-switch.service dnsmasq.service; do
  chroot . systemctl disable "$unit" 2>/dev/null || :
done
ln -sf /dev/null etc/systemd/system/systemd-networkd-wait-online.service
ln -sf /dev/null etc/systemd/system/NetworkManager-wait-online.service
ln -sf /dev/null etc/systemd/system/ifupdown-pre.service
rm -rf var/lib/apt/lists/* var/cache/apt/*.bin var/cache/apt/archives/*.deb etc/resolv.conf
: > etc/resolv.conf
