# shellcheck shell=bash
# A private PostgreSQL: its own data, port and passwords. Needs common.sh and process.sh.

# The data lies in the run directory, unless the server's user cannot get there (see `make_postgres_home`).
POSTGRES_HOME=$RUN_DIR/postgres
POSTGRES_DATA=$POSTGRES_HOME/data

# locate_postgres: the data directory without links, as it stands in the server's command line.
locate_postgres() {
    POSTGRES_HOME=$(readlink -f "$RUN_DIR/postgres")
    POSTGRES_DATA=$POSTGRES_HOME/data
}

# postgres_program NAME: the newest version that the system has.
postgres_program() {
    local found
    found=$(printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1)
    [[ -x $found ]] || fail "PostgreSQL's $1 is missing: run profiles/install"
    printf '%s\n' "$found"
}

# as_postgres COMMAND…: PostgreSQL refuses root, so root becomes the package's user; anybody else stays who they are.
# `setpriv` and not `su`: it replaces itself by the command, whose pid is then the server's.
as_postgres() {
    choose_postgres_user
    "${become_postgres[@]}" "$@"
}
choose_postgres_user() {
    become_postgres=()
    ((EUID == 0)) || return 0
    id postgres >/dev/null 2>&1 || fail "the user postgres is missing: run profiles/install"
    become_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
}

# make_postgres_home: a directory for the server's user, in the run directory where that user can reach it. A checkout
# under /root is closed to it: the data then goes to the home of that user, and the run directory keeps a link.
make_postgres_home() {
    [[ -d $RUN_DIR/postgres ]] && return
    rm -f "$RUN_DIR/postgres"
    if ((EUID != 0)); then
        mkdir -m 700 "$RUN_DIR/postgres"
    elif (cd / && as_postgres test -x "$RUN_DIR"); then
        install -d -m 700 -o postgres -g postgres "$RUN_DIR/postgres"
    else
        ln -s "$(cd / && as_postgres mktemp -d /var/lib/postgresql/tradewind-XXXXXX)" "$RUN_DIR/postgres"
    fi
}

# create_cluster: an empty database cluster, complete or not at all.
create_cluster() {
    [[ -f $POSTGRES_HOME/complete ]] && return
    note "  creating the database cluster in $POSTGRES_DATA"
    rm -rf "$POSTGRES_DATA"
    local password=$POSTGRES_HOME/password
    # shellcheck disable=SC2016
    printf '%s\n' "$POSTGRES_PASSWORD" | (cd / && as_postgres sh -c 'umask 077; cat >"$1"' sh "$password")
    # C.UTF-8 sorts by code point: the same on every machine, and fast.
    (cd / && as_postgres "$(postgres_program initdb)" -D "$POSTGRES_DATA" -U postgres --pwfile="$password" \
        -A scram-sha-256 -E UTF8 --locale=C.UTF-8) >"$RUN_DIR/log/initdb.log" 2>&1 ||
        { show_log initdb; fail "initdb failed"; }
    rm -f "$password"
    printf "include_if_exists 'tradewind.conf'\n" >>"$POSTGRES_DATA/postgresql.conf"
    touch "$POSTGRES_HOME/complete"
}

# forget_stale_lock: after a crash the lock file names a pid that may by now be somebody else's, and PostgreSQL would
# refuse to start. Removed only when no process at all works in the data directory.
forget_stale_lock() {
    local lock_file=$POSTGRES_DATA/postmaster.pid
    [[ -f $lock_file ]] || return 0
    # The same file told by device and number: a name may hold what `find -lname` takes for a pattern.
    [[ -z $(find -L /proc/[0-9]*/cwd -maxdepth 0 -samefile "$POSTGRES_DATA" -print -quit 2>/dev/null) ]] || return 0
    rm -f "$lock_file"
}

postgres_is_ready() { "$(postgres_program pg_isready)" -q -h 127.0.0.1 -p "$POSTGRES_PORT" -t 2; }

# psql_admin [options]: as the superuser.
psql_admin() {
    PGPASSWORD=$POSTGRES_PASSWORD "$(postgres_program psql)" -X -q -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$POSTGRES_PORT" -U postgres -d postgres "$@"
}

# create_databases: one database and one owner for each domain; nobody else may connect to it.
create_databases() {
    local domain database existing
    existing=$(psql_admin -At -c 'SELECT datname FROM pg_database')
    for domain in $(each_domain); do
        database=$(database_of "$domain")
        grep -qx "$database" <<<"$existing" && continue
        psql_admin <<END
DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$database') THEN
        CREATE ROLE $database LOGIN PASSWORD '$(password_of "$domain")';
    END IF;
END \$\$;
CREATE DATABASE $database OWNER $database;
REVOKE ALL ON DATABASE $database FROM PUBLIC;
END
        done_line "database $database created"
    done
}

postgres_up() {
    local pid attempt deadline
    lock postgres
    make_postgres_home
    locate_postgres
    if pid=$(pid_of postgres); then
        postgres_is_ready && create_databases && say "  postgres already runs (pid $pid)" && return
    else
        create_cluster
        cp "$PROJECT_DIR/profiles/postgresql.conf" "$POSTGRES_DATA/tradewind.conf"
        chmod 644 "$POSTGRES_DATA/tradewind.conf"
        if is_taken "$POSTGRES_PORT"; then
            fail "port $POSTGRES_PORT is taken by another program (TRADEWIND_POSTGRES_PORT chooses another)"
        fi
    fi
    # More than one attempt: the port may for a moment be the near end of somebody's outgoing connection, and the
    # children of a killed server take a moment to leave its shared memory.
    for attempt in 1 2 3 4 5; do
        if ! pid_of postgres >/dev/null; then
            ((attempt > 1)) && sleep 1
            forget_stale_lock
            choose_postgres_user
            # shellcheck disable=SC2086  # several options
            (cd / && start_process postgres "${become_postgres[@]}" "$(postgres_program postgres)" \
                -D "$POSTGRES_DATA" -p "$POSTGRES_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                ${TRADEWIND_POSTGRES_OPTIONS:-})
            sleep 0.2
        fi
        # Generous: a server that was killed under load replays its log first.
        deadline=$((SECONDS + 120))
        while is_alive "$(cat "$RUN_DIR/pid/postgres.pid")" && ((SECONDS < deadline)); do
            if postgres_is_ready; then
                create_databases
                done_line "postgres is ready on 127.0.0.1:$POSTGRES_PORT"
                return
            fi
            sleep 0.1
        done
    done
    show_log postgres
    fail "PostgreSQL did not start"
}

postgres_down() {
    locate_postgres
    # SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes a checkpoint.
    stop_processes INT postgres
}

postgres_reset() {
    locate_postgres
    rm -rf "$POSTGRES_HOME" "$RUN_DIR/postgres"
}
