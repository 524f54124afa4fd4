# kubernetes_module VERSION : a Go module in this directory that can build Kubernetes' programs of a version (1.34.4); sets
# `module`, and `flags` for the linker.
kubernetes_module() {
  version=$1
  command -v go > /dev/null || { echo "building Kubernetes takes a Go toolchain: put go on PATH" >&2; exit 1; }
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
  stamp=k8s.io/component-base/version
  minor=${version#*.}
  flags="-s -w -X $stamp.gitVersion=v$version -X $stamp.gitMajor=${version%%.*} -X $stamp.gitMinor=${minor%%.*}"
  flags="$flags -X $stamp.gitTreeState=clean -X $stamp.gitCommit=0000000000000000000000000000000000000000"
  flags="$flags -X $stamp.buildDate=2026-01-01T00:00:00Z -X k8s.io/client-go/pkg/version.gitVersion=v$version"
}
