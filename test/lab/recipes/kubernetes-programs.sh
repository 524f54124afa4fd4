#!/bin/sh
# kubernetes-programs.sh OUTPUT VERSION : Kubernetes' programs and etcd of a version (1.34.4), from their Go modules, in OUTPUT.
set -eu
output=$1 version=$2
command -v go > /dev/null || { echo "building Kubernetes takes a Go toolchain: put go on PATH" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export CGO_ENABLED=0 GOFLAGS='-mod=mod -buildvcs=false' GOTOOLCHAIN=local
module=k8s.io/kubernetes
# The modules that Kubernetes publishes of its own tree: v0.34.4 goes with v1.34.4. It asks for them as v0.0.0.
directory=$(go mod download -json "$module@v$version" | sed -n 's/^.*"Dir": "\(.*\)",$/\1/p')
{
  printf 'module windrose/kubernetes\n\n'
  grep '^go ' "$directory/go.mod"
  printf 'require %s v%s\n' "$module" "$version"
  awk -v version="v0.${version#1.}" '$1 ~ /^k8s\.io\// && $2 == "v0.0.0" { print "replace", $1, "=>", $1, version }' \
    "$directory/go.mod" | sort -u
} > go.mod
# What the module needs but for its programs: without it go.mod would lose etcd's server.
cat > needed.go <<'EOF'
//go:build needed

package needed

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kubeadm/app"
)
EOF
stamp=k8s.io/component-base/version
minor=${version#*.}
flags="-s -w -X $stamp.gitVersion=v$version -X $stamp.gitMajor=${version%%.*} -X $stamp.gitMinor=${minor%%.*}"
flags="$flags -X $stamp.gitTreeState=clean -X $stamp.gitCommit=0000000000000000000000000000000000000000"
flags="$flags -X $stamp.buildDate=2026-01-01T00:00:00Z -X k8s.io/client-go/pkg/version.gitVersion=v$version"
for program in kubeadm kubelet kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do
  go build -trimpath -ldflags "$flags" -o "$output/$program" "$module/cmd/$program"
done
go build -trimpath -ldflags '-s -w' -o "$output/etcd" go.etcd.io/etcd/server/v3
# The images that this kubeadm asks for: what the others are named after.
"$output/kubeadm" config images list --kubernetes-version "v$version" > "$output/images"
