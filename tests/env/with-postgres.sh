#!/usr/bin/env bash
# Runs a command with a throwaway PostgreSQL cluster, whose URL it finds in
# SYNCLINE_TEST_POSTGRES_URL, and answers with the command's exit code:
#
#     tests/env/with-postgres.sh cargo test -p syncline-store
#
# With pgbouncer on the machine, a transaction pooler stands before the cluster; the directory of its
# socket is in SYNCLINE_TEST_POOLER.
# When the variable is set already, that cluster is used as it is.
# SYNCLINE_TEST_POSTGRES_DURABLE=1 keeps fsync and its companions on, for benchmarks.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/env/lib.sh
. "$here/lib.sh"

main() {
    if [ $# -eq 0 ]; then
        echo "usage: tests/env/with-postgres.sh COMMAND [ARGUMENT…]" >&2
        exit 64
    fi
    if [ -n "${SYNCLINE_TEST_POSTGRES_URL:-}" ]; then
        exec "$@"
    fi
    find_postgres
    find_user
    make_cluster
    start_cluster
    start_pooler
    # The URL names the socket's directory; nothing listens on TCP, so no port can be taken.
    export SYNCLINE_TEST_POSTGRES_URL="postgres://postgres@localhost/postgres?host=$cluster"
    run_command "$@"
}

find_postgres() {
    bin=$(postgres_bin) || {
        "$here/preflight.sh" test
        exit 69
    }
    # The benchmark runs pgbench.
    export PATH="$PATH:$bin"
}

# PostgreSQL refuses to run as root, so root lends the cluster to another user.
find_user() {
    user=
    if [ "$(id -u)" -eq 0 ]; then
        for candidate in postgres nobody; do
            if id "$candidate" >/dev/null 2>&1; then
                user=$candidate
                break
            fi
        done
        if [ -z "$user" ]; then
            echo "PostgreSQL does not run as root, and there is no user postgres or nobody." >&2
            exit 69
        fi
    fi
}

as_user() {
    if [ -z "$user" ]; then
        "$@"
    elif command -v setpriv >/dev/null 2>&1; then
        setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
    elif command -v runuser >/dev/null 2>&1; then
        runuser -u "$user" -- "$@"
    else
        sudo -n -u "$user" "$@"
    fi
}

# The path is short because a socket's must be below about 100 bytes, which a macOS TMPDIR is not.
make_cluster() {
    cluster=$(mktemp -d /tmp/syncline-pg.XXXXXX)
    postmaster=
    pooler=
    command=
    trap 'stop_cluster' EXIT
    trap 'interrupted HUP 129' HUP
    trap 'interrupted INT 130' INT
    trap 'interrupted TERM 143' TERM
    chmod 0700 "$cluster"
    if [ -n "$user" ]; then
        chown "$user" "$cluster"
    fi
    if ! (cd "$cluster" && as_user "$bin/initdb" -D "$cluster/data" -U postgres -A trust -E UTF8 \
        --locale=C --no-sync >"$cluster/initdb.log" 2>&1); then
        cat "$cluster/initdb.log" >&2
        exit 70
    fi
    cat >"$cluster/settings" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$cluster'
unix_socket_permissions = 0777
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
log_min_messages = warning
SETTINGS
    if [ "${SYNCLINE_TEST_POSTGRES_DURABLE:-}" != 1 ]; then
        cat >>"$cluster/settings" <<SETTINGS
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
SETTINGS
    fi
    as_user tee -a "$cluster/data/postgresql.conf" <"$cluster/settings" >/dev/null
    # The command may run as another user than the server; it enters this directory by name.
    chmod 0711 "$cluster"
}

# pg_ctl waits until the server answers; the server is found again by the pid that it wrote.
start_cluster() {
    if ! (cd "$cluster" && as_user "$bin/pg_ctl" -D "$cluster/data" -l "$cluster/data/log" -s -w -t 60 start </dev/null); then
        cat "$cluster/data/log" >&2
        exit 70
    fi
    postmaster=$(head -n 1 "$cluster/data/postmaster.pid")
}

# pgbouncer refuses to run as root, too. It answers on a socket beside the server's, and lets in
# whoever reaches it, as the server does.
start_pooler() {
    command -v pgbouncer >/dev/null 2>&1 || return 0
    cat >"$cluster/pgbouncer.ini" <<SETTINGS
[databases]
* = host=$cluster user=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $cluster
unix_socket_mode = 0777
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 12
logfile = $cluster/data/pgbouncer.log
pidfile = $cluster/data/pgbouncer.pid
ignore_startup_parameters = extra_float_digits
SETTINGS
    chmod 0644 "$cluster/pgbouncer.ini"
    if ! (cd "$cluster" && as_user pgbouncer -d -q "$cluster/pgbouncer.ini" </dev/null >"$cluster/pooler.log" 2>&1); then
        cat "$cluster/pooler.log" >&2
        exit 70
    fi
    local patience=200
    while [ ! -s "$cluster/data/pgbouncer.pid" ] || [ ! -S "$cluster/.s.PGSQL.6432" ]; do
        patience=$((patience - 1))
        if [ "$patience" -eq 0 ]; then
            cat "$cluster/data/pgbouncer.log" >&2
            exit 70
        fi
        sleep 0.05
    done
    pooler=$(head -n 1 "$cluster/data/pgbouncer.pid")
    export SYNCLINE_TEST_POOLER=$cluster
}

# In the background and waited for, so that a signal reaches this script's traps at once; as a
# process group of its own (set -m), so that the signal can be passed on to all of it. A person at
# a terminal keeps the foreground, as `tests/env/with-postgres.sh bash` needs it.
run_command() {
    local code=0
    if [ -t 0 ]; then
        "$@" || code=$?
    else
        set -m
        "$@" <&0 &
        command=$!
        set +m
        wait "$command" || code=$?
        command=
    fi
    exit "$code"
}

interrupted() {
    trap '' HUP INT TERM
    if [ -n "$command" ]; then
        kill -s "$1" -- "-$command" 2>/dev/null || true
        wait "$command" 2>/dev/null || true
    fi
    exit "$2"
}

# At once, without a checkpoint: nothing of it is needed any more. The file goes last of all.
stop_cluster() {
    trap '' HUP INT TERM
    if [ -n "$pooler" ]; then
        kill -s KILL "$pooler" 2>/dev/null || true
    fi
    if [ -n "$postmaster" ]; then
        local patience=200
        kill -s QUIT "$postmaster" 2>/dev/null || true
        while [ -e "$cluster/data/postmaster.pid" ] && kill -0 "$postmaster" 2>/dev/null; do
            patience=$((patience - 1))
            if [ "$patience" -eq 0 ]; then
                kill -s KILL "$postmaster" 2>/dev/null || true
                break
            fi
            sleep 0.05
        done
    fi
    rm -rf "$cluster"
}

main "$@"
