# archive NAME DIRECTORY FILE [ENTRYPOINT] : an archive of a container image, as `docker save` makes it, of a directory's content: one layer.
archive() {
  tag=$1 directory=$2 file=$3 entrypoint=${4:-}
  draft=$(mktemp -d)
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --hard-dereference -C "$directory" -cf "$draft/layer" .
  digest=$(sha256sum "$draft/layer" | cut -d' ' -f1)
  mkdir "$draft/$digest"
  mv "$draft/layer" "$draft/$digest/layer.tar"
  printf '{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Env":["PATH=%s"],"WorkingDir":"/"%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"2026-01-01T00:00:00Z"}]}' \
    /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${entrypoint:+,\"Entrypoint\":[\"$entrypoint\"]}" "$digest" \
    > "$draft/config"
  config=$(sha256sum "$draft/config" | cut -d' ' -f1).json
  mv "$draft/config" "$draft/$config"
  printf '[{"Config":"%s","RepoTags":["%s"],"Layers":["%s/layer.tar"]}]' "$config" "$tag" "$digest" > "$draft/manifest.json"
  tar --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$draft" -cf "$file" .
  rm -rf "$draft"
}
