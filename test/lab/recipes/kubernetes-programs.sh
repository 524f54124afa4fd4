#!/bin/sh
# kubernetes-programs.sh OUTPUT VERSION RECIPES : Kubernetes' programs and etcd of a version (1.34.4), from their Go modules, in
# OUTPUT.
set -eu
output=$1 version=$2 recipes=$3
. "$recipes/kubernetes-module.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
kubernetes_module "$version"
# What the module needs but for its programs: without it go.mod would lose etcd's server.
cat > needed.go <<'EOF'
//go:build needed

package needed

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kubeadm/app"
)
EOF
for program in kubeadm kubelet kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do
  go build -trimpath -ldflags "$flags" -o "$output/$program" "$module/cmd/$program"
done
go build -trimpath -ldflags '-s -w' -o "$output/etcd" go.etcd.io/etcd/server/v3
# The images that this kubeadm asks for: what the others are named after.
"$output/kubeadm" config images list --kubernetes-version "v$version" > "$output/images"
