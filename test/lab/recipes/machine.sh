#!/bin/sh
# machine.sh OUTPUT NETWORKS_ROOT : root file system in OUTPUT/root of a host that QEMU boots with Debian's own kernel, which
# has what containers lack (VLANs, bonds); its kernel and initrd beside it.
set -eu
output=$1 networks=$2
root=$output/root
mounts=
trap 'for each in $mounts; do umount "$root/$each" 2>/dev/null || :; done' EXIT
cp -a "$networks" "$root"
for each in proc sys; do
  mount --bind "/$each" "$root/$each"
  mounts="$mounts $each"
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/etc/initramfs-tools/conf.d"
printf 'MODULES=list\nCOMPRESS=zstd\n' > "$root/etc/initramfs-tools/conf.d/lab"
printf 'virtio_pci\nvirtio_blk\nvirtio_net\next4\n' > "$root/tmp/modules"
apt() { chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"; }
apt update
apt install initramfs-tools zstd kmod
cp "$root/tmp/modules" "$root/etc/initramfs-tools/modules"
apt install linux-image-cloud-amd64
cd "$root"
for unit in systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udev-trigger.service; do
  rm -f "etc/systemd/system/$unit"
done
printf '/dev/vda / ext4 errors=remount-ro 0 1\n' > etc/fstab
rm -rf usr/sbin/policy-rc.d var/lib/apt/lists/* var/cache/apt/*.bin var/cache/apt/archives/*.deb etc/resolv.conf tmp/modules
: > etc/resolv.conf
cp boot/vmlinuz-* "$output/vmlinuz"
cp boot/initrd.img-* "$output/initrd"
