#!/usr/bin/env bash
# Asks real servers, one on each database, what the OpenAPI document says about them: schemathesis
# with all of its checks, with requests that fit the document, requests that do not, and walks
# along its links. Rounds with one seed after another, until there were enough examples.
#
#     tests/openapi/conformance/conformance.sh EXAMPLES [SEED]
#
# Without a seed one is drawn; it is printed, so that a failure can be had again.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

# Examples of each operation in a round.
per_operation=45

main() {
    if [ $# -lt 1 ]; then
        echo "usage: tests/openapi/conformance/conformance.sh EXAMPLES [SEED]" >&2
        exit 64
    fi
    local examples=$1 seed=${2:-$RANDOM}
    SCHEMATHESIS=$("$root/tests/env/python.sh" schemathesis "$here/requirements.txt")/bin/schemathesis
    export SCHEMATHESIS
    "$root/tests/env/with-server.sh" sqlite "$here/conformance.sh" --rounds "$examples" "$seed"
    "$root/tests/env/with-postgres.sh" "$root/tests/env/with-server.sh" postgres \
        "$here/conformance.sh" --rounds "$examples" "$seed"
}

rounds() {
    local wanted=$1 seed=$2 done=0
    reports=$(mktemp -d "${TMPDIR:-/tmp}/syncline-conformance.XXXXXX")
    trap 'rm -rf "$reports"' EXIT
    export SYNCLINE_CONFORMANCE_STATUSES=$reports/statuses.json
    # Nothing of an older run is tried again: the seed says all.
    export HYPOTHESIS_STORAGE_DIRECTORY=$reports/hypothesis
    while [ "$done" -lt "$wanted" ]; do
        round "$seed"
        done=$((done + $(count)))
        echo "seed $seed: no failure; $done examples of $wanted"
        seed=$((seed + 1))
    done
    every_operation_succeeded
}

# The report is only looked at when something is wrong: it is long.
round() {
    if ! (cd "$here" && "$SCHEMATHESIS" --config-file schemathesis.toml \
        run "$root/openapi/openapi.json" --url "$SYNCLINE_URL" \
        --seed "$1" --max-examples "$per_operation" --checks all \
        --report json --report-json-path "$reports/run.json" >"$reports/out" 2>&1); then
        cat "$reports/out"
        echo "seed $1 failed: tests/openapi/conformance/conformance.sh 1 $1" >&2
        exit 1
    fi
}

count() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["test_cases"]["generated"])' \
        "$reports/run.json"
}

# Errors alone would prove little: each operation must have done its work at least once.
every_operation_succeeded() {
    python3 - "$SYNCLINE_CONFORMANCE_STATUSES" "$root/openapi/openapi.json" <<'PYTHON'
import json, sys

statuses, document = (json.load(open(path)) for path in sys.argv[1:])
never = [
    operation["operationId"]
    for item in document["paths"].values()
    for operation in item.values()
    if not any(status.startswith("2") for status in statuses.get(operation["operationId"], {}))
]
for name, counts in sorted(statuses.items()):
    print(f"  {name}: " + ", ".join(f"{counts[status]} x {status}" for status in sorted(counts)))
if never:
    sys.exit(f"never answered well: {', '.join(never)}")
PYTHON
}

if [ "${1:-}" = --rounds ]; then
    rounds "$2" "$3"
else
    main "$@"
fi
