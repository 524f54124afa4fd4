#!/bin/sh
# kubernetes-network.sh OUTPUT COREDNS FLANNEL PLUGINS : coredns, flanneld and flannel's CNI plugin of those versions, and the
# program that holds a pod's namespaces, in OUTPUT; flannel's own manifest as flannel.yaml.
set -eu
output=$1 coredns=$2 flannel=$3 plugins=$4
command -v go > /dev/null || { echo "building CoreDNS takes a Go toolchain: put go on PATH" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOFLAGS='-mod=mod -buildvcs=false' GOTOOLCHAIN=local
# Of CoreDNS' plugins those that kubeadm's Corefile names: the others bring the libraries of three clouds along.
mkdir "$work/coredns" "$work/flannel" "$work/plugins" "$work/pause"
cd "$work/coredns"
go mod init windrose/coredns
go mod edit -require "github.com/coredns/coredns@v$coredns"
{
  printf 'package main\n\nimport (\n\t"github.com/coredns/coredns/coremain"\n'
  for plugin in cache errors forward health hosts kubernetes loadbalance log loop metrics ready reload whoami; do
    printf '\t_ "github.com/coredns/coredns/plugin/%s"\n' "$plugin"
  done
  printf ')\n\nfunc main() { coremain.Run() }\n'
} > main.go
go build -trimpath -ldflags '-s -w' -o "$output/coredns" .
# Of flannel's ways all but that of a cloud, with its library, and one that takes a C compiler.
cd "$work/flannel"
go mod init windrose/flannel
go mod edit -require "github.com/flannel-io/flannel@v$flannel"
directory=$(go mod download -json "github.com/flannel-io/flannel@v$flannel" | sed -n 's/^.*"Dir": "\(.*\)",$/\1/p')
sed -E '/backend\/(tencentvpc|udp)"/d' "$directory/main.go" > main.go
go build -trimpath -ldflags "-s -w -X github.com/flannel-io/flannel/pkg/version.Version=v$flannel" -o "$output/flanneld" .
cat "$directory/Documentation/kube-flannel.yml" > "$output/flannel.yaml"
# The plugin's own module is on no proxy; this is where it was before.
cd "$work/plugins"
go mod init windrose/plugins
go mod edit -require "github.com/containernetworking/plugins@v$plugins"
go build -trimpath -ldflags '-s -w' -o "$output/flannel" github.com/containernetworking/plugins/plugins/meta/flannel
cd "$work/pause"
go mod init windrose/pause
cat > main.go <<'EOF'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// The job of kubeadm's health check before an upgrade: a container that comes to its end.
	if len(os.Args) > 1 && os.Args[1] == "-v" {
		println("pause")
		return
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
EOF
go build -trimpath -ldflags '-s -w' -o "$output/pause" .
