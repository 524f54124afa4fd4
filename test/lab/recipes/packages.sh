#!/bin/sh
# packages.sh OUTPUT RELEASE BARE_ROOT : a flat repository in OUTPUT/repository of what makes a bare host a libvirt host.
set -eu
output=$1 release=$2 bare=$3
mkdir -p "$output/repository" "$output/upper" "$output/work" "$output/merged"
mount -t overlay overlay -o "lowerdir=$bare,upperdir=$output/upper,workdir=$output/work" "$output/merged"
trap 'umount "$output/merged/proc" 2>/dev/null || :; umount "$output/merged"; rm -rf "$output/upper" "$output/work" "$output/merged"' EXIT
cp /etc/resolv.conf "$output/merged/etc/resolv.conf"
mount -t proc proc "$output/merged/proc"
apt() { chroot "$output/merged" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"; }
apt update
apt -y --download-only --no-install-recommends install libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils \
  dnsmasq-base genisoimage
cp "$output/merged/var/cache/apt/archives/"*.deb "$output/repository/"
cd "$output/repository"
apt-ftparchive packages . > Packages
apt-ftparchive release . > Release
