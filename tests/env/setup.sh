#!/usr/bin/env bash
# Installs what the tests lack, on Debian and Ubuntu; elsewhere it says what to install.
#
#     tests/env/setup.sh [run|sqlite|test|verify|lint|clients]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    local mode=${1:-test} missing names
    missing=$(missing_parts "$mode")
    # Words without blanks, one for each part.
    # shellcheck disable=SC2086
    names=$(packages apt $missing)
    if [ -n "$names" ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing: $names"
        as_root apt-get update -qq
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $names
    fi
    # Names what is left: Rust, or everything where there is no apt.
    "$here/preflight.sh" "$mode"
    echo "Everything that is needed for this ($mode) is here."
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "Installing needs root, or sudo: $*" >&2
        exit 77
    fi
}

main "$@"
