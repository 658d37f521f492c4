#!/usr/bin/env bash
# Names all that is missing before anything compiles, with the line that installs it.
#
#     tests/env/preflight.sh run|sqlite|test|verify|lint|clients [--setup]
#
# With --setup, root on Debian or Ubuntu installs it at once (a fresh container or CI), unless
# Rust is missing too, which comes from elsewhere: then all is named, and nothing waits for apt.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    local mode=${1:-} setup=${2:-} missing
    case $mode in
    run | sqlite | test | verify | lint | clients) ;;
    *)
        echo "usage: tests/env/preflight.sh run|sqlite|test|verify|lint|clients [--setup]" >&2
        exit 64
        ;;
    esac
    missing=$(missing_parts "$mode")
    if [ -n "$missing" ] && [ "$setup" = --setup ] && can_install "$missing"; then
        "$here/setup.sh" "$mode"
        missing=$(missing_parts "$mode")
    fi
    if [ -n "$missing" ]; then
        # Words without blanks, one for each part.
        # shellcheck disable=SC2086
        report "$mode" $missing >&2
        exit 69
    fi
}

can_install() {
    case $1 in
    *rust*) return 1 ;;
    esac
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1
}

report() {
    local mode=$1 part setup
    shift
    echo "Missing on this machine:"
    for part in "$@"; do
        echo "  - $(part_name "$part")"
    done
    echo
    # A part that a system brings along needs no line there.
    case $mode in
    lint | clients) setup="tests/env/setup.sh $mode" ;;
    *) setup="make setup" ;;
    esac
    line "Debian, Ubuntu:" "apt-get install " "$(packages apt "$@")" "   (or: $setup)"
    line "Fedora:" "dnf install " "$(packages dnf "$@")"
    line "macOS:" "" "$(on_macos "$@")"
    for part in "$@"; do
        if [ "$part" = rust ]; then
            report_rust
        fi
    done
    case $mode in
    test | verify)
        echo
        echo "  \`make test-sqlite\` needs Rust and a C compiler alone."
        ;;
    esac
}

# line SYSTEM COMMAND PACKAGES [NOTE]
line() {
    if [ -n "$3" ]; then
        printf '  %-16s %s%s%s\n' "$1" "$2" "$3" "${4:-}"
    fi
}

report_rust() {
    local rustup="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env"
    if command -v rustup >/dev/null 2>&1; then
        echo "  Rust:            rustup update stable && rustup default stable"
    elif [ -x "$HOME/.cargo/bin/rustc" ]; then
        echo "  Rust:            is in ~/.cargo/bin, which PATH does not name: . ~/.cargo/env"
    else
        echo "  Rust:            $rustup"
        echo "                   (the rustc of a distribution is mostly too old; Debian's is)"
    fi
}

on_macos() {
    local part names xcode=
    for part in "$@"; do
        if [ "$part" = cc ]; then
            xcode="xcode-select --install"
        fi
    done
    names=$(packages brew "$@")
    if [ -n "$names" ]; then
        echo "${xcode:+$xcode && }brew install $names"
    else
        echo "$xcode"
    fi
}

main "$@"
