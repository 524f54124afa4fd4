# Functions for archives of container images, as `docker save` makes them: one layer each. Sourced.

# image NAME DIRECTORY [ENTRYPOINT] : adds an image of a directory's content to the archive that is being made in $archive.
image() {
  name=$1 directory=$2 entrypoint=${3:-}
  mkdir -p "$archive"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --hard-dereference -C "$directory" -cf "$archive/layer" .
  digest=$(sha256sum "$archive/layer" | cut -d' ' -f1)
  mkdir -p "$archive/$digest"
  mv "$archive/layer" "$archive/$digest/layer.tar"
  printf '{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Env":["PATH=%s"],"WorkingDir":"/"%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"2026-01-01T00:00:00Z"}]}' \
    /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${entrypoint:+,\"Entrypoint\":[\"$entrypoint\"]}" "$digest" \
    > "$archive/config"
  config=$(sha256sum "$archive/config" | cut -d' ' -f1).json
  mv "$archive/config" "$archive/$config"
  printf '%s{"Config":"%s","RepoTags":["%s"],"Layers":["%s/layer.tar"]}' "$(separator "$archive/manifest.json" '[')" \
    "$config" "$name" "$digest" >> "$archive/manifest.json"
  printf '%s"%s"' "$(separator "$archive.names" '')" "$name" >> "$archive.names"
}

# What comes before an entry of a list: FIRST before the first one, a comma before the others.
separator() { if [ -s "$1" ]; then printf ','; else printf '%s' "$2"; fi; }

# finish FILE : the archive of the images that were added.
finish() {
  printf ']' >> "$archive/manifest.json"
  tar --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$archive" -cf "$1" .
  rm -rf "$archive"
}
