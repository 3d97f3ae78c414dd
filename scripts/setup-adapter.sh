#!/bin/sh
# A software adapter that WebGPU in Node accepts, for machines without a GPU: lavapipe from Mesa 25 or later, on Debian, as
# root. Debian 12's own Mesa is too old, so there its backports suite is added, from the mirror that this machine uses
# already; later releases have it in stock. Nothing needs to be configured afterwards.
# Says first what it will do. --no-install only says it; --yes does not wait for an objection.
set -eu
PACKAGES="mesa-vulkan-drivers libvulkan1"
LIST=/etc/apt/sources.list.d/bookworm-backports.list
install=yes wait=yes
for word in "$@"; do
  case $word in
    --no-install) install=no ;;
    --yes) wait=no ;;
    *) echo "setup-adapter.sh: unknown option $word; there are --no-install and --yes" >&2; exit 2 ;;
  esac
done
command -v apt-get >/dev/null || { echo "setup-adapter.sh: knows Debian and its relatives only; install Mesa's Vulkan drivers (25 or later) yourself" >&2; exit 1; }
. /etc/os-release
suite="" target="" mirror=""
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  suite=bookworm-backports
  target="-t $suite"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
  grep -rqs "$suite" /etc/apt/sources.list /etc/apt/sources.list.d && suite="" # it is there already
fi
echo "Software adapter: the Debian packages $PACKAGES${target:+ from bookworm-backports}, by apt-get."
[ -z "$suite" ] || echo "For that, $LIST is written: deb ${mirror:-<your mirror>} $suite main"
if [ "$install" = no ] || [ "$(id -u)" != 0 ]; then
  echo "To install it, as root:"
  [ -z "$suite" ] || echo "  echo 'deb ${mirror:-<your mirror>} $suite main' > $LIST"
  echo "  apt-get update && apt-get install --no-install-recommends ${target:+$target }$PACKAGES"
  echo "Without it everything runs on the reference engine (float64, slower)."
  [ "$install" = no ] || { echo "setup-adapter.sh: needs root (try: sudo sh scripts/setup-adapter.sh)" >&2; exit 1; }
  exit 0
fi
if [ "$wait" = yes ] && [ -t 0 ]; then
  echo "Starting in 5 s; Ctrl-C stops."
  sleep 5
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if [ -n "$suite" ]; then
  # an image may have no index before its first update
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
  echo "deb $mirror $suite main" > "$LIST"
  apt-get update -qq
fi
# shellcheck disable=SC2086 # two words or none
apt-get install -y -qq --no-install-recommends $target $PACKAGES
