#!/bin/sh
# fresh.sh OUTPUT : a Debian 12 of nothing but required packages and apt, in OUTPUT/root.
set -eu
mmdebstrap --mode=root --variant=minbase --skip=check/empty --dpkgopt=force-unsafe-io bookworm "$1/root"
rm -f "$1/root/etc/dpkg/dpkg.cfg.d/99mmdebstrap.force-unsafe-io"
