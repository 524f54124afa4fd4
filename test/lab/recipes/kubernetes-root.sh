#!/bin/sh
# kubernetes-root.sh OUTPUT : root file system of a Debian 12 guest with all that a node has besides Kubernetes, in OUTPUT/root;
# its kernel and initial RAM disk as OUTPUT/vmlinuz and OUTPUT/initrd.
set -eu
output=$1
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
# Of cloud-init's modules those that a seed of ours can ask for: the others take a third of an emulated guest's boot.
cat > etc/cloud/cloud.cfg.d/90_lab.cfg <<'YAML'
datasource_list: [ NoCloud, None ]
cloud_init_modules:
  [ bootcmd, write-files, growpart, resizefs, disk_setup, mounts, set_hostname, update_hostname, ca-certs, users-groups, ssh ]
cloud_config_modules: [ set-passwords, runcmd ]
cloud_final_modules: [ write-files-deferred, scripts-user, final-message ]
YAML
echo localhost > etc/hostname
printf 'LABEL=root / ext4 errors=remount-ro 0 1\n' > etc/fstab
# Where kubeadm's world looks for the plugins.
mkdir -p opt/cni etc/cni/net.d etc/containerd
ln -s /usr/lib/cni opt/cni/bin
cat > etc/containerd/config.toml <<'TOML'
version = 2
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp",
]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10.1"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
  conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = true
TOML
# Fewer threads and collections of garbage: each costs several times as much under emulation.
mkdir -p etc/systemd/system/containerd.service.d etc/systemd/system/kubelet.service.d etc/ssh/sshd_config.d
printf '[Service]\nEnvironment=GOMAXPROCS=1 GOGC=400\n' > etc/systemd/system/kubelet.service.d/20-lab.conf
# Images are unpacked beside each other.
printf '[Service]\nEnvironment=GOMAXPROCS=2 GOGC=400\n' > etc/systemd/system/containerd.service.d/20-lab.conf
printf 'UseDNS no\n' > etc/ssh/sshd_config.d/lab.conf
chroot . systemctl enable systemd-networkd systemd-resolved ssh containerd
ln -sf /run/systemd/resolve/stub-resolv.conf etc/resolv.conf
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_reap.service e2scrub_all.timer \
  fstrim.timer systemd-timesyncd.service systemd-networkd-wait-online.service \
  sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
rm -rf etc/ssh/ssh_host_* var/lib/apt/lists/* var/cache/apt/*.bin
: > etc/machine-id
EOF
chmod +x "$output/essential" "$output/customize"
include=linux-image-cloud-amd64,initramfs-tools,zstd,systemd-sysv,systemd-resolved,udev,dbus,iproute2,openssh-server
include=$include,python3-minimal,cloud-init,sudo,netbase,e2fsprogs,ca-certificates,procps,kmod,util-linux,mount,curl
include=$include,containerd,runc,containernetworking-plugins,iptables,nftables,conntrack,ethtool,socat,busybox-static
mmdebstrap --mode=root --variant=minbase --skip=check/empty \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$include" --essential-hook="$output/essential" --customize-hook="$output/customize" bookworm "$root"
cp "$root"/boot/vmlinuz-* "$output/vmlinuz"
cp "$root"/boot/initrd.img-* "$output/initrd"
rm -f "$output/essential" "$output/customize" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap.force-unsafe-io"
