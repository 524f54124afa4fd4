#!/bin/sh
# disk.sh ROOT MEGABYTES OUTPUT.qcow2 KERNEL INITRD COMMANDLINE
# A bootable disk from a directory, with no loop device and no mount: an MBR, GRUB in the gap behind it, one ext4 partition.
set -eu
root=$1 megabytes=$2 output=$3 kernel=$4 initrd=$5 command_line=$6
grub=/usr/lib/grub/i386-pc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$root/boot/grub"
cat > "$root/boot/grub/grub.cfg" <<EOF
set timeout=0
serial --unit=0 --speed=115200
terminal_output serial
linux $kernel $command_line
initrd $initrd
boot
EOF
truncate -s "${megabytes}M" "$work/disk.raw"
printf 'label: dos\nunit: sectors\n2048,,L,*\n' | sfdisk -q "$work/disk.raw"
mke2fs -q -t ext4 -b 4096 -L root -E offset=1048576 -d "$root" "$work/disk.raw" $(( (megabytes - 1) * 256 ))
grub-mkimage -O i386-pc -o "$work/core.img" -p '(hd0,msdos1)/boot/grub' \
  biosdisk part_msdos ext2 linux normal configfile serial terminal echo boot
# The gap before the first partition is 2047 sectors.
[ "$(stat -c %s "$work/core.img")" -lt 1048000 ]
dd if=$grub/boot.img of="$work/disk.raw" bs=1 count=440 conv=notrunc status=none
dd if="$work/core.img" of="$work/disk.raw" bs=512 seek=1 conv=notrunc status=none
qemu-img convert -f raw -O qcow2 "$work/disk.raw" "$output"
