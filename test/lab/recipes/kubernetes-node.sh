#!/bin/sh
# kubernetes-node.sh OUTPUT VERSION RECIPES ROOT BUNDLE : a guest that lacks nothing but `kubeadm init` or `kubeadm join`, as
# OUTPUT/node.qcow2: ROOT is a node's root file system, BUNDLE what the version brings. Its images are in containerd's store.
set -eu
output=$1 version=$2 recipes=$3 base=$4 bundle=$5
root=$output/root
cp -a "$base" "$root"
install -m 755 "$bundle"/bin/* "$root/usr/bin/"
mkdir -p "$root/usr/lib/systemd/system/kubelet.service.d" "$root/var/lib/kubelet" "$root/etc/kubernetes/manifests"
# Both as Kubernetes' own packages have them.
cat > "$root/usr/lib/systemd/system/kubelet.service" <<'EOF'
[Unit]
Description=kubelet: The Kubernetes Node Agent
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
EOF
cat > "$root/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf" <<'EOF'
[Unit]
ConditionPathExists=/var/lib/kubelet/config.yaml

[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
EOF
chroot "$root" systemctl enable -q kubelet
# cloud-init's generator searches for a datasource first. Emulated on a busy machine it was killed after systemd's 90 s, and
# cloud-init did not run.
echo 'policy: enabled' > "$root/etc/cloud/ds-identify.cfg"
ln -s /lib/systemd/system/cloud-init.target "$root/etc/systemd/system/multi-user.target.wants/cloud-init.target"
mkdir -p "$root/usr/share/kubernetes/manifests" "$root/import"
cp "$bundle"/manifests/* "$root/usr/share/kubernetes/manifests/"
cp "$bundle"/images/*.tar "$root/import/"
cat > "$root/import/import.sh" <<'EOF'
set -eu
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' > /tmp/config.toml
containerd --config /tmp/config.toml > /tmp/containerd.log 2>&1 &
daemon=$!
waited=0
until ctr version > /dev/null 2>&1; do
  waited=$((waited + 1))
  [ "$waited" -lt 300 ] || { cat /tmp/containerd.log >&2; exit 1; }
  sleep 0.1
done
for archive in /import/*.tar; do ctr --namespace k8s.io images import "$archive"; done
# What containerd's CRI marks the images with that it pulls itself.
for name in $(ctr --namespace k8s.io images ls -q | grep -v sha256:); do
  ctr --namespace k8s.io images label "$name" io.cri-containerd.image=managed > /dev/null
done
kill "$daemon"
wait "$daemon" || :
umount /tmp /run /proc
EOF
unshare --mount --net --pid --fork --kill-child chroot "$root" sh /import/import.sh
rm -rf "$root/import"
kernel=$(basename "$root"/boot/vmlinuz-*)
initrd=$(basename "$root"/boot/initrd.img-*)
cp "$root/boot/$kernel" "$output/vmlinuz"
cp "$root/boot/$initrd" "$output/initrd"
sh "$recipes/disk.sh" "$root" 6144 "$output/node.qcow2" "/boot/$kernel" "/boot/$initrd" \
  "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0"
rm -rf "$root"
