#!/bin/sh
# kubeadm.sh OUTPUT VERSION RECIPES : kubeadm of a version (1.34.4) alone, from its Go module, in OUTPUT.
set -eu
output=$1 version=$2 recipes=$3
. "$recipes/kubernetes-module.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
kubernetes_module "$version"
go build -trimpath -ldflags "$flags" -o "$output/kubeadm" "$module/cmd/kubeadm"
