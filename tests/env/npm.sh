#!/usr/bin/env bash
# Installs the npm packages of a folder's package-lock.json under target/, and prints the directory
# that holds node_modules. It is made again only when the lock or this script changes. No script of
# a package runs.
#
#     tests/env/npm.sh NAME FOLDER
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    if [ $# -ne 2 ]; then
        echo "usage: tests/env/npm.sh NAME FOLDER" >&2
        exit 64
    fi
    local environment pins
    environment=$(target_directory)/$1
    pins=$(cat "$2/package.json" "$2/package-lock.json" "${BASH_SOURCE[0]}"; node --version)
    if [ "$(cat "$environment/pins" 2>/dev/null)" != "$pins" ]; then
        once "$environment" build "$environment" "$2" "$pins" >&2
    fi
    echo "$environment"
}

build() {
    local environment=$1 folder=$2 pins=$3
    echo "Installing npm packages in $environment"
    rm -rf "$environment"
    mkdir -p "$environment"
    cp "$folder/package.json" "$folder/package-lock.json" "$environment/"
    (cd "$environment" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    printf '%s\n' "$pins" >"$environment/pins"
}

main "$@"
