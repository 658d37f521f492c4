# shellcheck shell=bash
# What the scripts beside this one share. Written for bash 3.2, which macOS ships.

# Prints the directory that holds initdb and postgres: on PATH, Debian's, Fedora's or Homebrew's.
# The newest version wins.
postgres_bin() {
    local candidate real
    if candidate=$(command -v initdb) && command -v postgres >/dev/null 2>&1; then
        dirname "$candidate"
        return 0
    fi
    for candidate in $(
        for real in \
            /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
            /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
            /Applications/Postgres.app/Contents/Versions/latest/bin; do
            if [ -x "$real/initdb" ] && [ -x "$real/postgres" ]; then
                echo "$real"
            fi
        done | sort -t / -k 5 -r
    ); do
        echo "$candidate"
        return 0
    done
    return 1
}
