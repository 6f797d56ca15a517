# shellcheck shell=bash
# A private RabbitMQ: its own node, data, ports, cookie and user. Needs common.sh and process.sh.

RABBITMQ_HOME=$RUN_DIR/rabbitmq
AMQP_USER=tradewind

# Debian's /usr/sbin/rabbitmq-server insists on the package's user and its directories; the script under it does not.
readonly RABBITMQ_SERVER=/usr/lib/rabbitmq/bin/rabbitmq-server

configure_rabbitmq() {
    mkdir -p "$RABBITMQ_HOME"
    chmod 700 "$RABBITMQ_HOME"
    (
        umask 077
        cat >"$RABBITMQ_HOME/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
management.tcp.ip = 127.0.0.1
management.tcp.port = $MANAGEMENT_PORT
default_user = $AMQP_USER
default_pass = $AMQP_PASSWORD
default_user_tags.administrator = true
# To standard output, which is .run/log/rabbitmq.log.
log.console = true
log.console.level = info
log.file = false
# A connection that is lost without a word is noticed within a minute.
heartbeat = 30
# The quorum queues' log: 64 MiB a file instead of 512, so that a restart reads less and a laptop keeps its memory.
raft.wal_max_size_bytes = 67108864
END
        printf '[rabbitmq_management].\n' >"$RABBITMQ_HOME/enabled_plugins"
        # A bare chroot has no /etc/hosts; the node's name must be found all the same.
        printf '{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n' >"$RABBITMQ_HOME/inetrc"
        if [[ ! -f $RABBITMQ_HOME/.erlang.cookie ]]; then
            printf '%s' "$ERLANG_COOKIE" >"$RABBITMQ_HOME/.erlang.cookie"
            chmod 400 "$RABBITMQ_HOME/.erlang.cookie"
        fi
    )
}

# start_rabbitmq: with an environment of its own, so that nothing of the caller's or of /etc/rabbitmq gets in.
start_rabbitmq() {
    local home=$RABBITMQ_HOME
    # RUNNING_UNDER_SYSTEMD makes the script become the node instead of its parent: the pid is then the broker's own,
    # and SIGTERM is a clean stop.
    cd "$home" && start_process rabbitmq env -i "$(mark rabbitmq)" PATH="$PATH" HOME="$home" LANG=C.UTF-8 \
        RUNNING_UNDER_SYSTEMD=true \
        RABBITMQ_NODENAME=tradewind@localhost \
        RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" \
        RABBITMQ_CONFIG_FILE="$home/rabbitmq" \
        RABBITMQ_CONFIG_FILES="$home/conf.d" \
        RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced" \
        RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
        RABBITMQ_MNESIA_BASE="$home/mnesia" \
        RABBITMQ_LOG_BASE="$home/log" \
        RABBITMQ_DIST_PORT="$DISTRIBUTION_PORT" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        ERL_INETRC="$home/inetrc" \
        ERL_EPMD_ADDRESS=127.0.0.1 \
        ERL_EPMD_PORT="$EPMD_PORT" \
        ERL_CRASH_DUMP="$home/erl_crash.dump" \
        "$RABBITMQ_SERVER"
}

# Erlang's name daemon would otherwise be started by the node and outlive it.
start_epmd() {
    pid_of epmd >/dev/null || start_process epmd epmd -address 127.0.0.1 -port "$EPMD_PORT"
    local deadline=$((SECONDS + 10))
    until answers "$EPMD_PORT"; do
        if ((SECONDS >= deadline)); then
            show_log epmd
            fail "epmd does not answer on port $EPMD_PORT"
        fi
        sleep 0.05
    done
}

rabbitmq_is_ready() {
    local url=http://127.0.0.1:$MANAGEMENT_PORT/api/health/checks/port-listener/$AMQP_PORT
    # The password on standard input: a command line is for everyone to read.
    [[ $(http_status "$url" --config - <<<"user = \"$AMQP_USER:$AMQP_PASSWORD\"") == 200 ]]
}

rabbitmq_up() {
    local pid port attempt deadline
    [[ -x $RABBITMQ_SERVER ]] || fail "RabbitMQ is missing: run profiles/install"
    if pid=$(pid_of rabbitmq); then
        rabbitmq_is_ready && say "  rabbitmq already runs (pid $pid)" && return
    else
        configure_rabbitmq
        for port in "$AMQP_PORT" "$MANAGEMENT_PORT" "$DISTRIBUTION_PORT"; do
            answers "$port" && fail "port $port is taken by another program (TRADEWIND_PORT_OFFSET moves all ports)"
        done
    fi
    # See postgres_up for why once may not be enough.
    for attempt in 1 2 3; do
        if ! pid_of rabbitmq >/dev/null; then
            ((attempt > 1)) && sleep 2
            start_epmd
            (start_rabbitmq)
            sleep 0.5
        fi
        deadline=$((SECONDS + 120))
        while pid_of rabbitmq >/dev/null && ((SECONDS < deadline)); do
            if rabbitmq_is_ready; then
                done_line "rabbitmq is ready on 127.0.0.1:$AMQP_PORT, management on http://127.0.0.1:$MANAGEMENT_PORT"
                return
            fi
            sleep 0.3
        done
    done
    show_log rabbitmq
    fail "RabbitMQ did not start"
}

rabbitmq_down() {
    stop_processes TERM rabbitmq
    stop_processes TERM epmd
}

rabbitmq_reset() { rm -rf "$RABBITMQ_HOME"; }
