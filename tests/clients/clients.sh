#!/usr/bin/env bash
# Generates clients from openapi/, compiles them, and runs each through the same story against a
# real server: create a connection, request a sync, wait for it, page its records, and read the
# typed errors of a 401, a 404, a 409 and a 422.
#
#     tests/clients/clients.sh [CLIENT…]
#
# Everything that is made lies under target/clients; no generated code is kept.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

all="openapi-generator-python openapi-python-client openapi-generator-typescript-fetch
openapi-typescript hey-api openapi-generator-rust progenitor"

main() {
    local client
    if [ "${1:-}" = --stories ]; then
        shift
        for client in "$@"; do
            story "$client"
        done
        return
    fi
    work=${CARGO_TARGET_DIR:-$root/target}/clients
    mkdir -p "$work"
    # Words without blanks, one for each client.
    # shellcheck disable=SC2086
    [ $# -gt 0 ] || set -- $all
    python=$("$root/tests/env/python.sh" clients/python "$here/requirements.txt")/bin
    npm=$("$root/tests/env/npm.sh" clients/npm "$here")/node_modules
    PATH=$python:$npm/.bin:$PATH
    export work npm PATH
    for client in "$@"; do
        echo "== $client: generate and compile"
        fresh "$client"
        (cd "$work/$client" && make_client "$client" >"$work/$client.log" 2>&1) ||
            { cat "$work/$client.log" >&2 && exit 1; }
    done
    "$root/tests/env/with-server.sh" sqlite "$here/clients.sh" --stories "$@"
    echo "$# clients generated, compiled and run: all stories passed"
}

# A folder of the story's files and the documents, without anything of an older run.
fresh() {
    rm -rf "${work:?}/$1"
    cp -R "$here/$1" "$work/$1"
    cp "$root"/openapi/openapi*.json "$work/$1"
}

make_client() {
    case $1 in
    openapi-generator-python)
        openapi-generator-cli generate -g python -i openapi.json -o client \
            --additional-properties=packageName=syncline_client
        python -m compileall -q client/syncline_client
        ;;
    openapi-python-client)
        openapi-python-client generate --path openapi.json --output-path client
        python -m compileall -q client/syncline_client
        ;;
    openapi-generator-typescript-fetch)
        openapi-generator-cli generate -g typescript-fetch -i openapi.json -o client \
            --additional-properties=modelPropertyNaming=original
        typescript
        ;;
    openapi-typescript)
        openapi-typescript openapi.json --output client.ts --default-non-nullable=false
        typescript
        ;;
    hey-api)
        openapi-ts --input openapi.json --output client --client @hey-api/client-fetch
        typescript
        ;;
    openapi-generator-rust)
        openapi-generator-cli generate -g rust -i openapi.json -o client \
            --additional-properties=packageName=syncline_client,packageVersion=0.0.0
        cargo build --locked --target-dir "$work/cargo"
        ;;
    progenitor)
        # Its build script generates.
        cargo build --locked --target-dir "$work/cargo"
        ;;
    *)
        echo "no client $1; there are: $all" >&2
        exit 64
        ;;
    esac
}

# Types are checked while the story is compiled.
typescript() {
    cp "$here/tsconfig.json" .
    ln -s "$npm" node_modules
    tsc --project tsconfig.json
}

story() {
    echo "== $1: the story"
    case $1 in
    openapi-generator-python | openapi-python-client)
        (cd "$work/$1" && PYTHONPATH=client python story.py >story.out)
        ;;
    openapi-generator-typescript-fetch | openapi-typescript | hey-api)
        (cd "$work/$1" && node built/story.js >story.out)
        ;;
    openapi-generator-rust) "$work/cargo/debug/story" >"$work/$1/story.out" ;;
    progenitor) "$work/cargo/debug/syncline-client-progenitor" >"$work/$1/story.out" ;;
    esac
}

main "$@"
