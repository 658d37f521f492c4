#!/usr/bin/env bash
# Lints both OpenAPI documents; a warning is an error.
#
#     tests/openapi/lint/lint.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

# Neither looks for a newer version of itself, nor tells anyone that it ran.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

main() {
    local environment document
    environment=$("$root/tests/env/npm.sh" lint-spec "$here")
    for document in openapi.json openapi-3.0.json; do
        redocly "$environment" "$root/openapi/$document"
        "$environment/node_modules/.bin/spectral" lint --ruleset "$here/spectral.yaml" \
            --fail-severity hint "$root/openapi/$document"
    done
}

# Redocly fails on errors only: warnings are counted here.
redocly() {
    local report
    report=$("$1/node_modules/.bin/redocly" lint --config "$here/redocly.yaml" --format json "$2" \
        2>/dev/null) || true
    node -e '
        const { totals, problems } = JSON.parse(process.argv[1]);
        for (const { ruleId, message, location } of problems) {
            console.error(`${ruleId}: ${message} (${location[0]?.pointer})`);
        }
        process.exit(totals.errors + totals.warnings + totals.ignored === 0 ? 0 : 1);
    ' "$report"
    echo "$(basename "$2"): no findings of Redocly"
}

main
