#!/bin/sh
# A software adapter that WebGPU in Node accepts, for machines without a GPU: lavapipe from Mesa 25 or later, on Debian, as
# root. Debian 12's own Mesa is too old, so there its backports suite is added, from the mirror that this machine uses
# already; later releases have it in stock. Nothing needs to be configured afterwards.
set -eu
[ "$(id -u)" = 0 ] || { echo "setup-adapter.sh: needs root (try: sudo sh scripts/setup-adapter.sh)" >&2; exit 1; }
command -v apt-get >/dev/null || { echo "setup-adapter.sh: knows Debian and its relatives only; install Mesa's Vulkan drivers (25 or later) yourself" >&2; exit 1; }
. /etc/os-release
target=""
apt-get update -qq
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  if ! apt-cache policy | grep -q bookworm-backports; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    echo "deb $mirror bookworm-backports main" > /etc/apt/sources.list.d/bookworm-backports.list
    apt-get update -qq
  fi
  target="-t bookworm-backports"
fi
# shellcheck disable=SC2086 # two words or none
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $target mesa-vulkan-drivers libvulkan1
