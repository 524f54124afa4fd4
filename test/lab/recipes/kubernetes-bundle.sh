#!/bin/sh
# kubernetes-bundle.sh OUTPUT VERSION FLANNEL FLANNEL_PLUGIN RECIPES ROOT PROGRAMS NETWORK : what a guest needs for a version, in
# OUTPUT/bundle and, as a disk, in OUTPUT/bundle.iso. ROOT is a node's root file system, PROGRAMS and NETWORK what the other
# recipes have built.
set -eu
output=$1 version=$2 flannel=$3 flannel_plugin=$4 recipes=$5 root=$6 programs=$7 network=$8
. "$recipes/kubernetes-archive.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$output/bundle
mkdir -p "$bundle/bin" "$bundle/images" "$bundle/manifests"
cp "$programs/kubeadm" "$programs/kubelet" "$programs/kubectl" "$bundle/bin/"
# One way to filter packets is enough: kube-proxy's.
sed 's/"EnableNFTables": false/"EnableNFTables": true/' "$network/flannel.yaml" > "$bundle/manifests/flannel.yaml"
named() { grep "/$1:" "$programs/images"; }

# A program with the certificates that everything in the world is signed by.
program() {
  mkdir -p "$work/$1/usr/local/bin" "$work/$1/etc/ssl/certs" "$work/$1/tmp"
  cp "$programs/$1" "$work/$1/usr/local/bin/"
  cp "$root/etc/ssl/certs/ca-certificates.crt" "$work/$1/etc/ssl/certs/"
}

# copy DIRECTORY PROGRAM... : programs of the root file system, with the libraries that they are linked with.
copy() {
  directory=$1
  shift
  mkdir -p "$directory/lib64" "$directory/lib/x86_64-linux-gnu" "$directory/etc" "$directory/tmp" "$directory/run"
  cp "$root/etc/protocols" "$root/etc/services" "$directory/etc/"
  for tool in "$@"; do
    mkdir -p "$directory/${tool%/*}"
    cp "$root/$tool" "$directory/$tool"
    chroot "$root" ldd "/$tool" | grep -o '/[^ ]*'
  done | sort -u | while read -r library; do
    case $library in /lib64/*) cp -L "$root$library" "$directory/lib64/" ;; *) cp -L "$root$library" "$directory/lib/x86_64-linux-gnu/" ;; esac
  done
}

# What nft, iptables and conntrack are made of.
packet_filter() {
  copy "$1" usr/sbin/nft usr/sbin/xtables-nft-multi usr/sbin/conntrack
  mkdir -p "$1/usr/lib/x86_64-linux-gnu"
  cp -r "$root/usr/lib/x86_64-linux-gnu/xtables" "$1/usr/lib/x86_64-linux-gnu/"
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore iptables-nft \
    iptables-nft-save iptables-nft-restore ip6tables-nft ip6tables-nft-save ip6tables-nft-restore; do
    ln -s xtables-nft-multi "$1/usr/sbin/$name"
  done
}

# busybox, as all the commands that it has.
tools() {
  mkdir -p "$1/bin" "$1/tmp" "$1/etc"
  cp "$root/bin/busybox" "$1/bin/"
  for name in $("$root/bin/busybox" --list); do [ "$name" = busybox ] || ln -sf busybox "$1/bin/$name"; done
}

# image ROLES NAME DIRECTORY [ENTRYPOINT] : an archive of its own for each, so that a guest takes none that it has.
image() {
  member=images/${3##*/}.tar
  archive "$2" "$3" "$bundle/$member" ${4:+"$4"}
  printf '%s{"file":"%s","for":"%s","names":["%s"]}' "$comma" "$member" "$1" "$2" >> "$work/images.json"
  comma=,
}
comma=

for name in kube-apiserver kube-controller-manager kube-scheduler etcd; do
  program "$name"
  image controlPlane "$(named "$name")" "$work/$name"
done
program kube-proxy
packet_filter "$work/kube-proxy"
image all "$(named kube-proxy)" "$work/kube-proxy"
mkdir -p "$work/pause" "$work/coredns/etc/ssl/certs"
cp "$network/pause" "$work/pause/pause"
image all "$(named pause)" "$work/pause" /pause
cp "$network/coredns" "$work/coredns/coredns"
cp "$root/etc/ssl/certs/ca-certificates.crt" "$work/coredns/etc/ssl/certs/"
image all "$(named coredns)" "$work/coredns" /coredns
packet_filter "$work/flannel"
tools "$work/flannel"
mkdir -p "$work/flannel/opt/bin"
cp "$network/flanneld" "$work/flannel/opt/bin/"
image all "ghcr.io/flannel-io/flannel:v$flannel" "$work/flannel" /opt/bin/flanneld
tools "$work/flannel-cni-plugin"
cp "$network/flannel" "$work/flannel-cni-plugin/"
image all "ghcr.io/flannel-io/flannel-cni-plugin:v$flannel_plugin" "$work/flannel-cni-plugin"
# With curl: busybox is linked statically, and its wget dies where glibc looks for what it loads at run time.
tools "$work/busybox"
copy "$work/busybox" usr/bin/curl
image all docker.io/library/busybox:lab "$work/busybox"
printf '{"version":"%s","architecture":"amd64","images":[%s]}\n' "$version" "$(cat "$work/images.json")" > "$bundle/bundle.json"
cd "$bundle"
find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS
genisoimage -quiet -R -V "kubernetes-$version" -o "$output/bundle.iso" .
