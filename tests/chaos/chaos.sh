#!/usr/bin/env bash
# Real processes under real faults: tests/chaos/chaos.sh [sqlite|postgres]
#
#     SYNCLINE_CHAOS_FAULTS=200 SYNCLINE_CHAOS_SEED=1 tests/chaos/chaos.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/../env/lib.sh"

# Beside the tests' own needs: a library that moves the clock of a process.
fake_time() {
    local library
    for library in /usr/lib/*/faketime/libfaketime.so.1; do
        if [ -e "$library" ]; then
            echo "$library"
            return
        fi
    done
}

if [ -z "$(fake_time)" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaketime >/dev/null
fi
SYNCLINE_CHAOS_FAKETIME=$(fake_time)
if [ -z "$SYNCLINE_CHAOS_FAKETIME" ]; then
    echo "libfaketime is not installed: no clock will be set back" >&2
fi
SYNCLINE_CHAOS_POSTGRES_BIN=$(postgres_bin)
SYNCLINE_CHAOS_USER=
SYNCLINE_CHAOS_GROUP=
if [ "$(id -u)" -eq 0 ]; then
    for candidate in postgres nobody; do
        if id "$candidate" >/dev/null 2>&1; then
            SYNCLINE_CHAOS_USER=$candidate
            SYNCLINE_CHAOS_GROUP=$(id -g "$candidate")
            break
        fi
    done
fi
export SYNCLINE_CHAOS_FAKETIME SYNCLINE_CHAOS_POSTGRES_BIN SYNCLINE_CHAOS_USER SYNCLINE_CHAOS_GROUP
cd "$root"
exec cargo bench --locked --profile dev --workspace --bench chaos -- "$@"
