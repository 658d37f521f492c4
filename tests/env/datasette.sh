#!/usr/bin/env bash
# Makes a Python environment with the packages of requirements.txt under target/ and prints its
# directory. It is made again only when the pins or this script change.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    local target environment pins
    target=${CARGO_TARGET_DIR:-$root/target}
    environment=$target/datasette
    pins=$(cat "$here/requirements.txt" "${BASH_SOURCE[0]}"; python3 --version 2>&1)
    if [ "$(cat "$environment/pins" 2>/dev/null)" != "$pins" ]; then
        mkdir -p "$target"
        build "$environment" "$pins" >&2
    fi
    echo "$environment"
}

# Built aside under its final name's lock, so that a broken or a second attempt leaves no half.
build() {
    local environment=$1 pins=$2 lock=$1.lock
    if ! mkdir "$lock" 2>/dev/null; then
        echo "$lock exists: another process makes this environment; remove it if none does." >&2
        exit 75
    fi
    # shellcheck disable=SC2064
    trap "rmdir '$lock'" EXIT
    echo "Making a Python environment in $environment"
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    printf '%s\n' "$pins" >"$environment/pins"
}

main
