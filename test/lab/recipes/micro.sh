#!/bin/sh
# micro.sh OUTPUT RECIPES : a guest of 20 MB that boots in seconds without hardware virtualization: Debian's cloud kernel,
# busybox and dropbear. OUTPUT/micro.qcow2 boots from its disk; micro-vmlinuz and micro-initrd boot directly.
set -eu
output=$1 recipes=$2
work=$output/work
root=$work/root
mkdir -p "$work/deb" "$work/files"
cd "$work/deb"
kernel_package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
chown _apt . 2>/dev/null || :
apt-get download -qq "$kernel_package" dropbear-bin libtomcrypt1 libtommath1 libcrypt1 zlib1g libgmp10 busybox-static libc6
for package in *.deb; do dpkg-deb -x "$package" "$work/files"; done
cd "$work/files"
mkdir -p "$root/bin" "$root/sbin" "$root/dev" "$root/proc" "$root/sys" "$root/run" "$root/tmp" "$root/etc/dropbear" \
  "$root/root/.ssh" "$root/lib/x86_64-linux-gnu" "$root/lib64" "$root/usr/sbin" "$root/lib/modules" "$root/mnt" "$root/data" "$root/var/log"
cp bin/busybox "$root/bin/"
for applet in $(bin/busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
cp usr/sbin/dropbear "$root/usr/sbin/"
cp usr/bin/dropbearkey usr/bin/dropbearconvert "$root/bin/"
for library in libtomcrypt libtommath libcrypt libz libgmp; do
  find . -name "$library.so*" \( -type f -o -type l \) -exec cp -a {} "$root/lib/x86_64-linux-gnu/" \;
done
cp -L lib/x86_64-linux-gnu/libc.so.6 "$root/lib/x86_64-linux-gnu/"
cp -L lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$root/lib64/"
modules=$(echo lib/modules/*/kernel)
for module in drivers/virtio/virtio drivers/virtio/virtio_ring drivers/virtio/virtio_pci_modern_dev \
  drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci drivers/virtio/virtio_balloon drivers/block/virtio_blk \
  drivers/char/virtio_console drivers/char/hw_random/virtio-rng net/core/failover drivers/net/net_failover \
  drivers/net/virtio_net drivers/cdrom/cdrom fs/isofs/isofs fs/fat/fat fs/fat/vfat fs/nls/nls_cp437 fs/nls/nls_ascii \
  drivers/acpi/button drivers/input/evdev; do
  cp "$modules/$module.ko" "$root/lib/modules/"
done
printf 'root:x:0:0:root:/root:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\n' > "$root/etc/group"
printf 'root:*:19000:0:99999:7:::\n' > "$root/etc/shadow"
echo /bin/sh > "$root/etc/shells"
cat > "$root/etc/udhcpc.sh" <<'EOF'
#!/bin/sh
case $1 in bound | renew)
  ip addr flush dev "$interface"
  ip addr add "$ip/$mask" dev "$interface"
  ip link set "$interface" up
  [ -z "$router" ] || ip route replace default via "$router" dev "$interface"
  : > /etc/resolv.conf
  for server in $dns; do echo "nameserver $server" >> /etc/resolv.conf; done
  [ "$(hostname)" != "(none)" ] || [ -z "$hostname" ] || hostname "$hostname" ;;
esac
EOF
printf '%s\n' '::respawn:/bin/udhcpc -f -i eth0 -s /etc/udhcpc.sh' '::ctrlaltdel:/bin/reboot -f' 'ttyS0::respawn:/bin/sh' \
  > "$root/etc/inittab"
cp "$recipes/micro-init" "$root/init"
chmod +x "$root/init" "$root/etc/udhcpc.sh"
(cd "$root" && find . | cpio -o -H newc --quiet) > "$output/micro-initrd"
cp boot/vmlinuz-* "$output/micro-vmlinuz"
mkdir -p "$work/disk/boot"
cp "$output/micro-vmlinuz" "$work/disk/boot/vmlinuz"
gzip -1 -c "$output/micro-initrd" > "$work/disk/boot/initrd"
sh "$recipes/disk.sh" "$work/disk" 64 "$output/micro.qcow2" /boot/vmlinuz /boot/initrd \
  "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check"
rm -rf "$work"
