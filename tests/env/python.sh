#!/usr/bin/env bash
# Makes a Python environment under target/ with the packages of a file of pins, and prints its
# directory. It is made again only when the pins or this script change.
#
#     tests/env/python.sh NAME PINS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    if [ $# -ne 2 ]; then
        echo "usage: tests/env/python.sh NAME PINS" >&2
        exit 64
    fi
    local environment pins
    environment=$(target_directory)/$1
    pins=$(cat "$2" "${BASH_SOURCE[0]}"; python3 --version 2>&1)
    if [ "$(cat "$environment/pins" 2>/dev/null)" != "$pins" ]; then
        once "$environment" build "$environment" "$2" "$pins" >&2
    fi
    echo "$environment"
}

build() {
    local environment=$1 requirements=$2 pins=$3
    echo "Making a Python environment in $environment"
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    printf '%s\n' "$pins" >"$environment/pins"
}

main "$@"
