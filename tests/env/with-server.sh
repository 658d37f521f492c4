#!/usr/bin/env bash
# Runs a command beside a real server and the demo provider, both on free ports of loopback, and
# answers with the command's exit code. The command finds in its environment
#
#     SYNCLINE_URL            where the server answers
#     SYNCLINE_TOKEN          a token of the organization `acme`
#     SYNCLINE_DEMO_URL       where the demo provider answers (provider `demo`, token `demo-token`)
#
# The first word is the database's URL; `sqlite` makes one that goes with the server, `postgres`
# one in the cluster of SYNCLINE_TEST_POSTGRES_URL.
#
#     tests/env/with-server.sh sqlite COMMAND [ARGUMENT…]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    if [ $# -lt 2 ]; then
        echo "usage: tests/env/with-server.sh sqlite|postgres|URL COMMAND [ARGUMENT…]" >&2
        exit 64
    fi
    local database=$1
    shift
    program=$(target_directory)/debug/syncline
    directory=$(mktemp -d "${TMPDIR:-/tmp}/syncline-server.XXXXXX")
    pids=
    trap stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir "$directory/providers"
    cp "$root/crates/demo/src/manifest.yaml" "$directory/providers/demo.yaml"
    database_url "$database"
    # The demo provider is on loopback.
    export SYNCLINE_ALLOW_PRIVATE_NETWORKS=true
    # What comes without a token is part of what is tried.
    export SYNCLINE_STRANGERS_PER_MINUTE=0
    export SYNCLINE_MASTER_KEY=5f0c3f6d8a1b4e7290c5d2e1f3a4b5968778695a4b3c2d1e0f1e2d3c4b5a6978
    cd "$directory"
    "$program" migrate --database-url "$url" >/dev/null
    SYNCLINE_TOKEN=$("$program" token create --organization acme --database-url "$url")
    start demo --listen 127.0.0.1:0 --customers 40 --invoices 60 --payments 50 --advance-every 0
    SYNCLINE_DEMO_URL=$(address demo)
    start serve --listen 127.0.0.1:0 --log "warn,tracing_actix_web=error" --providers "$directory/providers" --database-url "$url"
    SYNCLINE_URL=$(address serve)
    export SYNCLINE_TOKEN SYNCLINE_DEMO_URL SYNCLINE_URL
    cd "$OLDPWD"
    local code=0
    "$@" || code=$?
    exit "$code"
}

database_url() {
    case $1 in
    sqlite) url=sqlite://$directory/syncline.db ;;
    postgres)
        local name=conformance_$$
        psql_do "CREATE DATABASE $name"
        url=$(echo "$SYNCLINE_TEST_POSTGRES_URL" | sed "s#/postgres?#/$name?#")
        ;;
    *) url=$1 ;;
    esac
}

psql_do() {
    local psql
    psql=$(command -v psql) || psql=$(postgres_bin)/psql
    "$psql" --quiet --no-psqlrc "$SYNCLINE_TEST_POSTGRES_URL" --command "$1"
}

# start NAME WORD…: a process whose address the first line of its output says.
start() {
    # It is read before the process may have opened it.
    : >"$directory/$1.out"
    "$program" "$@" >"$directory/$1.out" 2>"$directory/$1.log" &
    pids="$pids $!"
}

address() {
    local patience=600 found=
    while [ -z "$found" ]; do
        found=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$directory/$1.out" | head -n 1)
        patience=$((patience - 1))
        if [ "$patience" -eq 0 ]; then
            cat "$directory/$1.log" >&2
            exit 70
        fi
        sleep 0.1
    done
    echo "$found"
}

stop() {
    local code=$? pid
    trap '' INT TERM
    for pid in $pids; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in $pids; do
        wait "$pid" 2>/dev/null || true
    done
    if [ "$code" -ne 0 ] && [ -s "$directory/serve.log" ]; then
        echo "The last lines of the server's log:" >&2
        tail -n 20 "$directory/serve.log" >&2
    fi
    rm -rf "$directory"
}

main "$@"
