# shellcheck shell=bash
# What the scripts beside this one share. Written for bash 3.2, which macOS ships.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# The least Python that the pinned packages of requirements.txt run on.
python_minor=10

# The least Node.js that the pinned npm packages run on, and the least Java of the generator.
node_wanted=20.19
java_major=11

# Prints what a mode of work lacks, a word for each: make cc rust postgres pooler python node java.
#   run, sqlite   to build, to run, and to test on SQLite
#   test          to test on both databases and against Datasette
#   verify        that, and to lint the OpenAPI document
#   lint          to lint it alone
#   clients       to generate clients and run them
missing_parts() {
    command -v make >/dev/null 2>&1 || echo make
    if [ "$1" != lint ]; then
        compiler_works || echo cc
        rust_is_new_enough || echo rust
    fi
    case $1 in
    test | verify)
        if [ -z "${SYNCLINE_TEST_POSTGRES_URL:-}" ]; then
            postgres_bin >/dev/null || echo postgres
            command -v pgbouncer >/dev/null 2>&1 || echo pooler
        fi
        ;;
    esac
    case $1 in
    test | verify | clients) python_works || echo python ;;
    esac
    case $1 in
    lint | verify | clients) node_works || echo node ;;
    esac
    case $1 in
    clients) java_works || echo java ;;
    esac
}

# Where cargo and the tests put what they make.
target_directory() {
    mkdir -p "${CARGO_TARGET_DIR:-$root/target}"
    echo "${CARGO_TARGET_DIR:-$root/target}"
}

# once PATH COMMAND…: runs it under the path's lock, so that a second attempt leaves no half.
once() {
    local lock=$1.lock
    shift
    if ! mkdir "$lock" 2>/dev/null; then
        echo "$lock exists: another process works there; remove it if none does." >&2
        exit 75
    fi
    # shellcheck disable=SC2064
    trap "rmdir '$lock'" EXIT
    "$@"
    rmdir "$lock"
    trap - EXIT
}

# A compiler without the C library's headers, and the stub that macOS ships in place of one, are
# found on PATH like any other: only compiling tells.
compiler_works() {
    command -v cc >/dev/null 2>&1 || return 1
    if [ "$(uname -s)" = Darwin ]; then
        xcode-select -p >/dev/null 2>&1 || return 1
    fi
    local directory code=0
    directory=$(mktemp -d "${TMPDIR:-/tmp}/syncline-cc.XXXXXX")
    printf '#include <stdlib.h>\nint main(void) { return 0; }\n' >"$directory/a.c"
    cc "$directory/a.c" -o "$directory/a" >/dev/null 2>&1 || code=1
    rm -rf "$directory"
    return "$code"
}

rust_wanted() {
    sed -n 's/^rust-version = "\([0-9.]*\)"$/\1/p' "$root/Cargo.toml" | head -n 1
}

# Empty without a working rustc.
rust_found() {
    rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p'
}

rust_is_new_enough() {
    command -v cargo >/dev/null 2>&1 || return 1
    local found
    found=$(rust_found)
    [ -n "$found" ] && at_least "$found" "$(rust_wanted)"
}

# Whether version $1 (major.minor…) is $2 or newer.
at_least() {
    local major minor wanted_major wanted_minor
    major=${1%%.*}
    minor=${1#*.}
    minor=${minor%%.*}
    wanted_major=${2%%.*}
    wanted_minor=${2#*.}
    wanted_minor=${wanted_minor%%.*}
    [ "$major" -gt "$wanted_major" ] ||
        { [ "$major" -eq "$wanted_major" ] && [ "$minor" -ge "$wanted_minor" ]; }
}

# Debian ships Python without the part that puts pip into an environment.
python_works() {
    command -v python3 >/dev/null 2>&1 || return 1
    python3 -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, $python_minor))" \
        >/dev/null 2>&1
}

node_works() {
    local found
    command -v npm >/dev/null 2>&1 || return 1
    found=$(node --version 2>/dev/null) || return 1
    at_least "${found#v}" "$node_wanted"
}

java_works() {
    local found
    found=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ -n "$found" ] && at_least "$found" "$java_major.0"
}

# Prints the directory that holds initdb and postgres: on PATH, or the newest of those where
# Debian, Fedora, Homebrew and Postgres.app put them.
postgres_bin() {
    local candidate version newest=0 found=
    if candidate=$(command -v initdb) && command -v postgres >/dev/null 2>&1; then
        dirname "$candidate"
        return 0
    fi
    for candidate in \
        /usr/lib/postgresql/*/bin \
        /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql*/bin \
        /usr/local/opt/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then
            version=$("$candidate/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
            if [ "$version" -gt "$newest" ]; then
                newest=$version
                found=$candidate
            fi
        fi
    done
    [ -n "$found" ] && echo "$found"
}

# One name for people.
part_name() {
    case $1 in
    make) echo "make" ;;
    cc) echo "a C compiler with the C library's headers (SQLite is compiled from source)" ;;
    rust)
        local found
        found=$(rust_found)
        echo "Rust $(rust_wanted) or newer (found: ${found:-none})"
        ;;
    postgres) echo "PostgreSQL's server programs (initdb, postgres)" ;;
    pooler) echo "pgbouncer" ;;
    python) echo "Python 3.$python_minor or newer, with venv" ;;
    node)
        local found
        found=$(node --version 2>/dev/null) || found=none
        echo "Node.js $node_wanted or newer, with npm (found: $found; Debian has it from 13 on)"
        ;;
    java) echo "Java $java_major or newer" ;;
    esac
}

# The packages of one manager (apt, dnf, brew) for a list of parts, on one line.
packages() {
    local manager=$1 part names=
    shift
    for part in "$@"; do
        case $manager:$part in
        apt:make | dnf:make | brew:make) names="$names make" ;;
        apt:cc) names="$names gcc libc6-dev" ;;
        dnf:cc) names="$names gcc glibc-devel" ;;
        apt:postgres) names="$names postgresql" ;;
        dnf:postgres) names="$names postgresql-server" ;;
        apt:pooler | dnf:pooler | brew:pooler) names="$names pgbouncer" ;;
        # What rustup comes with.
        apt:rust | dnf:rust)
            command -v curl >/dev/null 2>&1 || names="$names curl ca-certificates"
            ;;
        brew:postgres) names="$names postgresql@17" ;;
        apt:python) names="$names python3 python3-venv" ;;
        dnf:python) names="$names python3" ;;
        brew:python) names="$names python@3.13" ;;
        apt:node | dnf:node) names="$names nodejs npm" ;;
        brew:node) names="$names node" ;;
        apt:java) names="$names default-jre-headless" ;;
        dnf:java) names="$names java-21-openjdk-headless" ;;
        brew:java) names="$names openjdk" ;;
        esac
    done
    echo "${names# }"
}
