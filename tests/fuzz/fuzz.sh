#!/usr/bin/env bash
# Runs one fuzz target for a while: it fails when an input is found that breaks a promise, which
# it keeps in tests/fuzz/artifacts/TARGET/.
#
#     tests/fuzz/fuzz.sh TARGET SECONDS
#
# Needs a nightly toolchain, a C++ compiler and cargo-fuzz (cargo install cargo-fuzz --locked).
# What it learns stays in tests/fuzz/corpus/TARGET/, so that the next run goes on from there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

main() {
    local target=${1:-} seconds=${2:-60}
    if [ ! -f "$here/targets/$target.rs" ]; then
        echo "usage: tests/fuzz/fuzz.sh TARGET SECONDS, where TARGET is one of" >&2
        basename -s .rs "$here"/targets/*.rs >&2
        exit 64
    fi
    if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
        echo "Missing: rustup toolchain install nightly && cargo install cargo-fuzz --locked" >&2
        exit 69
    fi
    local corpus="$here/corpus/$target"
    mkdir -p "$corpus"
    seed "$target" "$corpus"
    cd "$root"
    cargo +nightly fuzz run --fuzz-dir tests/fuzz "$target" "$corpus" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -print_final_stats=1
}

# The first inputs: each line of seeds/TARGET.txt is one, `\n` and a tab being line breaks in
# requests and datetimes; manifests are those that the repository has.
seed() {
    local target=$1 corpus=$2 line number=0
    if [ "$target" = manifests ]; then
        cp "$root/crates/demo/src/manifest.yaml" "$corpus/demo"
        cp "$root/crates/api/tests/api/providers/books.yaml" "$corpus/books"
        cp "$here"/seeds/manifests/*.yaml "$corpus/"
        return
    fi
    while IFS= read -r line; do
        number=$((number + 1))
        case $target in
        requests) line=${line//'\n'/$'\n'} ;;
        datetimes) line=${line//$'\t'/$'\n'} ;;
        esac
        printf '%s' "$line" >"$corpus/seed-$number"
    done <"$here/seeds/$target.txt"
}

main "$@"
