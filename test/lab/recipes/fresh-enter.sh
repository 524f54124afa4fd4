#!/bin/sh
# fresh-enter.sh DIRECTORY [SOURCE TARGET]... : the first process of a fresh machine, whose root is DIRECTORY/root. It ends with
# its standard input. Runs in namespaces of its own for mounts and processes, so that all goes with it. Each SOURCE of this
# machine is seen at TARGET; read-only, but for one that is given as rw:SOURCE.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
directory=$1
shift
root=$directory/root
mount --bind "$root" "$root"
for each in dev sys; do mount --rbind "/$each" "$root/$each"; done
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
while [ $# -gt 0 ]; do
  source=${1#rw:}
  if [ -d "$source" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}"; : > "$root$2"; fi
  mount --bind "$source" "$root$2"
  [ "$source" != "$1" ] || mount -o remount,bind,ro "$root$2"
  shift 2
done
mkdir "$root/.before"
cd "$root"
pivot_root . .before
# bash collects what daemons leave to the first process.
exec chroot . bash -c 'umount -l /.before && rmdir /.before && echo ready && read -r _'
