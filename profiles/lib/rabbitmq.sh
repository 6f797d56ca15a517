# shellcheck shell=bash
# A private RabbitMQ: its own nodes, data, ports, cookie and user. Needs common.sh and process.sh.
#
# One node is called rabbitmq; where there are more (TRADEWIND_BROKERS), rabbitmq-2 and rabbitmq-3 have joined it.

AMQP_USER=tradewind

# Debian's /usr/sbin/rabbitmq-server insists on the package's user and its directories; the scripts under it do not.
readonly RABBITMQ_PROGRAMS=/usr/lib/rabbitmq/bin

all_brokers() {
    local n
    printf 'rabbitmq\n'
    for ((n = 2; n <= BROKERS; n++)); do printf 'rabbitmq-%d\n' "$n"; done
}

# use_broker NAME: where this one's data is, what Erlang calls it, and its ports.
use_broker() {
    local number=${1#rabbitmq}
    number=${number#-}
    local distance=$((10 * (${number:-1} - 1)))
    broker_home=$RUN_DIR/$1
    broker_node=tradewind${number:+-$number}@localhost
    broker_amqp_port=$((AMQP_PORT + distance))
    broker_management_port=$((MANAGEMENT_PORT + distance))
    broker_distribution_port=$((DISTRIBUTION_PORT + distance))
    broker_metrics_port=$((BROKER_METRICS_PORT + distance))
    # With an environment of its own, so that nothing of the caller's or of /etc/rabbitmq gets in.
    broker_environment=(
        env -i PATH="$PATH" HOME="$broker_home" LANG=C.UTF-8 RABBITMQ_NODENAME="$broker_node"
        RABBITMQ_CONF_ENV_FILE="$broker_home/rabbitmq-env.conf" ERL_INETRC="$broker_home/inetrc"
        ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$EPMD_PORT"
    )
}

configure_broker() {
    mkdir -p "$broker_home"
    chmod 700 "$broker_home"
    (
        umask 077
        cat >"$broker_home/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$broker_amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $broker_management_port
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $broker_metrics_port
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
        if ((BROKERS > 1)); then
            cat >>"$broker_home/rabbitmq.conf" <<END
# An empty node joins the first; one that is cut off from the majority stops serving.
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = tradewind@localhost
cluster_partition_handling = pause_minority
END
        fi
        printf '[rabbitmq_management,rabbitmq_prometheus].\n' >"$broker_home/enabled_plugins"
        # A bare chroot has no /etc/hosts; the node's name must be found all the same.
        printf '{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n' >"$broker_home/inetrc"
        if [[ ! -f $broker_home/.erlang.cookie ]]; then
            printf '%s' "$ERLANG_COOKIE" >"$broker_home/.erlang.cookie"
            chmod 400 "$broker_home/.erlang.cookie"
        fi
    )
}

# start_broker NAME: the one chosen with use_broker.
start_broker() {
    local home=$broker_home
    # RUNNING_UNDER_SYSTEMD makes the script become the node instead of its parent: the pid is then the broker's own,
    # and SIGTERM is a clean stop.
    cd "$home" && start_process "$1" "${broker_environment[@]}" "$(mark "$1")" RUNNING_UNDER_SYSTEMD=true \
        RABBITMQ_CONFIG_FILE="$home/rabbitmq" \
        RABBITMQ_CONFIG_FILES="$home/conf.d" \
        RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced" \
        RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
        RABBITMQ_MNESIA_BASE="$home/mnesia" \
        RABBITMQ_LOG_BASE="$home/log" \
        RABBITMQ_DIST_PORT="$broker_distribution_port" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        ERL_CRASH_DUMP="$home/erl_crash.dump" \
        "$RABBITMQ_PROGRAMS/rabbitmq-server"
}

# rabbitmqctl WORDS…: of the first node, unless `-n NODE` names another.
rabbitmqctl() {
    use_broker rabbitmq
    [[ -d $broker_home ]] || fail "RabbitMQ has not been started yet: profiles/infra up"
    "${broker_environment[@]}" "$RABBITMQ_PROGRAMS/rabbitmqctl" "$@"
}

# Erlang's name daemon would otherwise be started by the node and outlive it.
start_epmd() {
    lock epmd
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

# broker_is_ready: the one chosen with use_broker.
broker_is_ready() {
    local url=http://127.0.0.1:$broker_management_port/api/health/checks/port-listener/$broker_amqp_port
    # The password on standard input: a command line is for everyone to read.
    [[ $(http_status "$url" --config - <<<"user = \"$AMQP_USER:$AMQP_PASSWORD\"") == 200 ]]
}

# broker_up NAME: starts it unless it runs, and waits until it is ready.
broker_up() {
    local pid port attempt deadline
    lock "$1"
    use_broker "$1"
    [[ -x $RABBITMQ_PROGRAMS/rabbitmq-server ]] || fail "RabbitMQ is missing: run profiles/install"
    if pid=$(pid_of "$1"); then
        broker_is_ready && say "  $1 already runs (pid $pid)" && return
    else
        configure_broker
        for port in "$broker_amqp_port" "$broker_management_port" "$broker_distribution_port" "$broker_metrics_port"; do
            is_taken "$port" && fail "port $port is taken by another program (TRADEWIND_PORT_OFFSET moves all ports)"
        done
    fi
    # See postgres_up for why once may not be enough.
    for attempt in 1 2 3; do
        if ! pid_of "$1" >/dev/null; then
            ((attempt > 1)) && sleep 2
            (start_epmd)
            (start_broker "$1")
        fi
        deadline=$((SECONDS + 120))
        # Its pid is that of a shell at first, which becomes the node when it gets its turn.
        while is_alive "$(cat "$RUN_DIR/pid/$1.pid")" && ((SECONDS < deadline)); do
            if broker_is_ready; then
                done_line "$1 is ready on 127.0.0.1:$broker_amqp_port," \
                    "management on http://127.0.0.1:$broker_management_port"
                return
            fi
            sleep 0.3
        done
    done
    show_log "$1"
    fail "$1 did not start"
}

# rabbitmq_up: all nodes at once, for those that know each other wait for each other; an empty one when the first is
# there to be joined.
rabbitmq_up() {
    local name pid
    local -a empty=() pids=()
    for name in $(all_brokers); do
        if [[ $name != rabbitmq && ! -d $RUN_DIR/$name/mnesia ]]; then
            empty+=("$name")
        else
            (broker_up "$name") &
            pids+=("$!")
        fi
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    for name in "${empty[@]}"; do (broker_up "$name"); done
}

# each_broker_of_run: also those that a run with more nodes has left behind.
each_broker_of_run() {
    local home
    for home in "$RUN_DIR/rabbitmq" "$RUN_DIR"/rabbitmq-[23]; do
        if [[ -d $home ]]; then printf '%s\n' "${home##*/}"; fi
    done
}

rabbitmq_down() {
    local names
    mapfile -t names < <(each_broker_of_run)
    stop_processes TERM "${names[@]}"
    stop_processes TERM epmd
}

rabbitmq_reset() { rm -rf "$RUN_DIR/rabbitmq" "$RUN_DIR"/rabbitmq-[23]; }
