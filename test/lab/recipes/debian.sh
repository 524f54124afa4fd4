#!/bin/sh
# debian.sh OUTPUT RECIPES : a Debian 12 cloud image with cloud-init and the QEMU guest agent, as OUTPUT/debian-12.qcow2.
set -eu
output=$1 recipes=$2
root=$output/root
cat > "$output/essential" <<'EOF'
#!/bin/sh
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d"
printf 'MODULES=list\nCOMPRESS=zstd\n' > "$1/etc/initramfs-tools/conf.d/lab"
EOF
cat > "$output/customize" <<'EOF'
#!/bin/sh
set -eu
cd "$1"
printf 'virtio_pci\nvirtio_blk\nvirtio_scsi\nsd_mod\nvirtio_net\next4\n' > etc/initramfs-tools/modules
chroot . update-initramfs -u
printf 'datasource_list: [ NoCloud, None ]\nlocale: C.UTF-8\n' > etc/cloud/cloud.cfg.d/90_lab.cfg
echo localhost > etc/hostname
printf 'LABEL=root / ext4 errors=remount-ro 0 1\n' > etc/fstab
chroot . systemctl enable systemd-networkd ssh
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_reap.service e2scrub_all.timer \
  fstrim.timer systemd-timesyncd.service; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
rm -rf etc/ssh/ssh_host_* var/lib/apt/lists/* var/cache/apt/*.bin
: > etc/machine-id
EOF
chmod +x "$output/essential" "$output/customize"
include=linux-image-cloud-amd64,initramfs-tools,zstd,systemd-sysv,udev,dbus,iproute2,openssh-server,qemu-guest-agent
include=$include,python3-minimal,cloud-init,sudo,netbase,e2fsprogs,ca-certificates
mmdebstrap --mode=root --variant=minbase --skip=check/empty \
  --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$include" --essential-hook="$output/essential" --customize-hook="$output/customize" bookworm "$root"
kernel=$(basename "$root"/boot/vmlinuz-*)
initrd=$(basename "$root"/boot/initrd.img-*)
cp "$root/boot/$kernel" "$output/debian-vmlinuz"
cp "$root/boot/$initrd" "$output/debian-initrd"
sh "$recipes/disk.sh" "$root" 2048 "$output/debian-12.qcow2" "/boot/$kernel" "/boot/$initrd" \
  "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check"
rm -rf "$root" "$output/essential" "$output/customize"
