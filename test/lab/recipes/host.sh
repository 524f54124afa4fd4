#!/bin/sh
# host.sh OUTPUT FORM RELEASE : root file system of a test host in OUTPUT/root.
# FORM is "bare" (systemd and sshd alone) or "full" (libvirt and QEMU too).
set -eu
output=$1 form=$2 release=$3
polkit=polkitd
if [ "$release" = bullseye ]; then polkit=policykit-1; fi
include=systemd-sysv,dbus,libpam-systemd,udev,procps,openssh-server,sudo,$polkit,ca-certificates,netbase
include=$include,iproute2,iptables,nftables,iputils-ping,curl,netcat-openbsd,python3-minimal
if [ "$form" = full ]; then
  include=$include,libvirt-daemon-system,libvirt-clients,libxml2-utils,qemu-system-x86,qemu-utils,qemu-block-extra
  include=$include,dnsmasq-base,genisoimage
fi
cat > "$output/customize" <<'EOF'
#!/bin/sh
set -eu
cd "$1"
# Each host gets its own identity and keys when it starts.
rm -f etc/machine-id var/lib/dbus/machine-id etc/ssh/ssh_host_* etc/resolv.conf
: > etc/resolv.conf
chroot . useradd --create-home --shell /bin/bash windy
if chroot . getent group libvirt >/dev/null; then chroot . usermod --append --groups libvirt windy; fi
printf 'windy ALL=(ALL) NOPASSWD: ALL\n' > etc/sudoers.d/windy
chmod 0440 etc/sudoers.d/windy
# A container has no SMBIOS: without this libvirt would make up another host UUID at each start.
if [ -f etc/libvirt/libvirtd.conf ]; then printf '\nhost_uuid_source = "machine-id"\n' >> etc/libvirt/libvirtd.conf; fi
# No devices of its own, no terminals, nothing that wakes up by itself.
for unit in systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udev-trigger.service \
  getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer systemd-networkd.service systemd-networkd.socket systemd-timesyncd.service \
  logrotate.timer; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
chroot . systemctl enable ssh.service
rm -rf var/lib/apt/lists/* var/cache/apt/*.bin
EOF
chmod +x "$output/customize"
mmdebstrap --mode=root --variant=minbase --skip=check/empty \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$include" --customize-hook="$output/customize" "$release" "$output/root"
# Debian's option is for the build alone; packages installed later in a test are written as anywhere else.
rm -f "$output/customize" "$output/root/etc/dpkg/dpkg.cfg.d/99mmdebstrap.force-unsafe-io"
