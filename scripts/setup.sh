#!/bin/sh
# Installs the system packages jiju needs on a Debian-family machine, and says which.
#   scripts/setup.sh         what building and running need
#   scripts/setup.sh test    also what the tests need
#   scripts/setup.sh torture also what `make torture` needs
set -eu

packages="gcc g++ make pkg-config libgdal-dev"
if [ "${1:-}" = torture ]; then
    # Other processors than this one.
    packages="$packages qemu-user"
fi
if [ "${1:-}" = test ] || [ "${1:-}" = torture ]; then
    # The notebook runs in a virtual environment; the PDF tests look at pages with poppler; which files are
    # opened is seen with strace; tables are read from and written to a server that the tests start.
    packages="$packages poppler-utils strace postgresql-15-postgis-3"
    python3 -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"
    # The page is opened in a browser and printed in Chinese, and its script bundled again.
    packages="$packages fonts-wqy-microhei"
    command -v chromium >/dev/null || packages="$packages chromium"
    command -v node >/dev/null || packages="$packages nodejs"
    command -v npm >/dev/null || packages="$packages npm"
fi

missing=""
for package in $packages; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
    echo "system packages to install:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo"
    fi
    $as_root apt-get update -q
    # shellcheck disable=SC2086  # one word per package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
else
    echo "system packages present: $packages"
fi

for tool in cargo python3 git; do
    command -v "$tool" >/dev/null || { echo "error: \`$tool\` is not on the PATH" >&2; exit 2; }
done
