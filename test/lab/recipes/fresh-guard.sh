#!/bin/sh
# fresh-guard.sh DIRECTORY RECIPES [SOURCE TARGET]... : keeps a fresh machine while its standard input is open, and removes
# what is left of it after that, however the process ended that it belongs to.
directory=$1 recipes=$2
shift 2
# A terminal's Ctrl-C is for those who use the machine.
trap '' INT TERM HUP
unshare --mount --pid --fork --kill-child=KILL --propagation=private sh "$recipes/fresh-enter.sh" "$directory" "$@"
# Cgroups of its labs outlive its processes, since the hierarchy is this machine's.
for run in "$directory"/root/root/.cache/windrose/lab/runs/*; do
  find /sys/fs/cgroup -depth -type d -path "*/wr-${run##*/}-*" -exec rmdir {} + 2>/dev/null
done
rm -rf "$directory"
