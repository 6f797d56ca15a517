# shellcheck shell=bash
# The project's own processes: which there are, their ports and their settings. Needs common.sh, process.sh, swift.sh,
# tokens.sh.

# Where the executables are; a test run sets it to its own build.
BIN_DIR=${TRADEWIND_BIN_DIR:-$PROJECT_DIR/.build/release}

api_port() { printf '%d\n' $((8080 + port_offset + $(field_of "$1" 2))); }

# worker_port DOMAIN N: 9081 for the first order worker, 9091 for the second, 9101 for the third, …
worker_port() { printf '%d\n' $((9080 + port_offset + $(field_of "$1" 2) + 10 * ($2 - 1))); }

# port_of PROCESS: order-api, order-worker-2, …
port_of() {
    case $1 in
    *-api) api_port "${1%-api}" ;;
    *-worker-*) worker_port "${1%-worker-*}" "${1##*-}" ;;
    esac
}

# executable_of PROCESS
executable_of() {
    case $1 in
    *-worker-*) printf '%s/%s\n' "$BIN_DIR" "${1%-*}" ;;
    *) printf '%s/%s\n' "$BIN_DIR" "$1" ;;
    esac
}

# database_url DOMAIN: as the domain's owner. ORDER_DATABASE_URL and its like in the caller's environment win.
database_url() {
    local variable=${1^^}_DATABASE_URL database
    database=$(database_of "$1")
    printf '%s\n' "${!variable:-postgresql://$database:$(password_of "$1")@127.0.0.1:$POSTGRES_PORT/$database}"
}

# amqp_url: with the addresses of all nodes. AMQP_URL in the caller's environment wins.
amqp_url() {
    local hosts=127.0.0.1:$AMQP_PORT n
    for ((n = 2; n <= BROKERS; n++)); do hosts+=,127.0.0.1:$((AMQP_PORT + 10 * (n - 1))); done
    printf '%s\n' "${AMQP_URL:-amqp://tradewind:$AMQP_PASSWORD@$hosts/}"
}

# print_environment: what a program outside needs to talk to this run, as KEY=value lines.
print_environment() {
    local domain
    for domain in $(each_domain); do
        printf '%s_API_URL=http://127.0.0.1:%s\n' "${domain^^}" "$(api_port "$domain")"
    done
    for domain in $(each_domain); do
        printf '%s_DATABASE_URL=%s\n' "${domain^^}" "$(database_url "$domain")"
    done
    printf 'AUTH_JWKS=%s\nAUTH_ISSUER=%s\nAUTH_AUDIENCE=%s\n' \
        "${AUTH_JWKS:-$RUN_DIR/auth/jwks.json}" "${AUTH_ISSUER:-$TOKEN_ISSUER}" "${AUTH_AUDIENCE:-$TOKEN_AUDIENCE}"
    printf 'AMQP_URL=%s\n' "$(amqp_url)"
    printf 'RABBITMQ_MANAGEMENT_URL=%s\n' \
        "${RABBITMQ_MANAGEMENT_URL:-http://tradewind:$AMQP_PASSWORD@127.0.0.1:$MANAGEMENT_PORT}"
    printf 'RABBITMQ_METRICS_URL=http://127.0.0.1:%s\n' "$BROKER_METRICS_PORT"
    printf 'POSTGRES_ADMIN_URL=postgresql://postgres:%s@127.0.0.1:%s/postgres\n' "$POSTGRES_PASSWORD" "$POSTGRES_PORT"
}

# with_settings PROCESS COMMAND…: runs it with the caller's environment and with what is this process's own. The caller's
# DATABASE_URL and HTTP_PORT are not taken over: no two processes share them. APIs and migrators know no broker.
with_settings() {
    local name=$1 domain=${1%%-*}
    shift
    (
        unset DATABASE_URL_FILE HTTP_PORT
        DATABASE_URL=$(database_url "$domain")
        HTTP_HOST=${HTTP_HOST:-127.0.0.1}
        LOG_LEVEL=${LOG_LEVEL:-info}
        export DATABASE_URL HTTP_HOST LOG_LEVEL
        case $name in
        *-worker-*)
            if [[ -z ${AMQP_URL_FILE:-} ]]; then
                AMQP_URL=$(amqp_url)
                export AMQP_URL
            fi
            ;;
        *) unset AMQP_URL AMQP_URL_FILE ;;
        esac
        # The tokens of profiles/token, unless the caller says otherwise.
        if [[ $name == *-api ]]; then
            AUTH_JWKS=${AUTH_JWKS:-$RUN_DIR/auth/jwks.json}
            AUTH_ISSUER=${AUTH_ISSUER:-$TOKEN_ISSUER}
            AUTH_AUDIENCE=${AUTH_AUDIENCE:-$TOKEN_AUDIENCE}
            export AUTH_JWKS AUTH_ISSUER AUTH_AUDIENCE
        fi
        if [[ $name != *-migrator ]]; then
            HTTP_PORT=$(port_of "$name")
            export HTTP_PORT
        fi
        "$@"
    )
}

# --- how many workers -------------------------------------------------------------------------------------------------

# scale_of DOMAIN: as many workers as were last asked for; one at first.
scale_of() {
    local count=
    if [[ -f $RUN_DIR/scale ]]; then count=$(sed -n "s/^$1-worker=//p" "$RUN_DIR/scale"); fi
    printf '%d\n' "${count:-1}"
}

# set_scale DOMAIN COUNT
set_scale() {
    local domain
    local -A counts=()
    for domain in $(each_domain); do counts[$domain]=$(scale_of "$domain"); done
    counts[$1]=$2
    for domain in $(each_domain); do printf '%s-worker=%d\n' "$domain" "${counts[$domain]}"; done >"$RUN_DIR/scale.new"
    mv -f "$RUN_DIR/scale.new" "$RUN_DIR/scale"
}

# all_apis, workers_of DOMAIN, all_workers: the names of what should run.
all_apis() { each_domain | sed 's/$/-api/'; }
workers_of() {
    local n
    for ((n = 1; n <= $(scale_of "$1"); n++)); do printf '%s-worker-%d\n' "$1" "$n"; done
}
all_workers() {
    local domain
    for domain in $(each_domain); do workers_of "$domain"; done
}

# workers_left_of DOMAIN FROM: the names of those that were started with a number of at least FROM.
workers_left_of() {
    local file number
    for file in "$RUN_DIR/pid/$1"-worker-*.pid; do
        number=${file%.pid} number=${number##*-}
        if [[ -f $file ]] && ((number >= $2)); then printf '%s-worker-%d\n' "$1" "$number"; fi
    done
}

# --- starting and waiting ---------------------------------------------------------------------------------------------

# migrate: all domains at once; a migrator ends by itself.
migrate() {
    local domain failed=0
    local -A pids=()
    for domain in $(each_domain); do
        with_settings "$domain-migrator" "$BIN_DIR/$domain-migrator" up \
            </dev/null >>"$RUN_DIR/log/$domain-migrator.log" 2>&1 9>&- &
        pids[$domain]=$!
    done
    for domain in $(each_domain); do
        if wait "${pids[$domain]}"; then
            done_line "$domain: schema up to date"
        else
            warn "$domain-migrator failed"
            show_log "$domain-migrator"
            failed=1
        fi
    done
    return "$failed"
}

is_ready() { [[ $(http_status "http://127.0.0.1:$(port_of "$1")/health/ready") == 200 ]]; }

# start_apps NAME…: those that do not run. One whose executable was built anew meanwhile is replaced.
start_apps() {
    local name pid
    local -a outdated=()
    for name in "$@"; do
        if pid=$(pid_of "$name") && [[ $(readlink "/proc/$pid/exe") == *' (deleted)' ]]; then outdated+=("$name"); fi
    done
    if ((${#outdated[@]} > 0)); then
        note "  built anew, so restarted: ${outdated[*]}"
        stop_processes TERM "${outdated[@]}"
    fi
    started=()
    for name in "$@"; do
        pid_of "$name" >/dev/null && continue
        [[ -x $(executable_of "$name") ]] || fail "$(executable_of "$name") is missing: profiles/app up builds it"
        if is_taken "$(port_of "$name")"; then
            fail "port $(port_of "$name"), which $name needs, is taken by another program"
        fi
        with_settings "$name" start_process "$name" "$(executable_of "$name")"
        started+=("$name")
    done
}

# wait_until_live NAME: until it answers at all, whatever it still waits for itself.
wait_until_live() {
    local deadline=$((SECONDS + ${TRADEWIND_READY_TIMEOUT:-60}))
    until [[ $(http_status "http://127.0.0.1:$(port_of "$1")/health/live") == 200 ]]; do
        if ! pid_of "$1" >/dev/null || ((SECONDS >= deadline)); then
            show_log "$1"
            fail "$1 does not answer"
        fi
        sleep 0.05
    done
}

# wait_until_ready NAME…: a bound of TRADEWIND_READY_TIMEOUT seconds (60) for all together.
wait_until_ready() {
    local deadline=$((SECONDS + ${TRADEWIND_READY_TIMEOUT:-60})) name pid
    for name in "$@"; do
        until pid=$(pid_of "$name") && is_ready "$name"; do
            if [[ -z $pid ]]; then
                show_log "$name"
                fail "$name ended instead of becoming ready"
            fi
            if ((SECONDS >= deadline)); then
                show_log "$name"
                curl --noproxy '*' -s -i --max-time 3 "http://127.0.0.1:$(port_of "$name")/health/ready" >&2 || true
                fail "$name (pid $pid) is not ready"
            fi
            sleep 0.1
        done
        if [[ " ${started[*]} " == *" $name "* ]]; then
            done_line "$(printf '%-22s %s  ready (pid %d)' "$name" "http://127.0.0.1:$(port_of "$name")" "$pid")"
        fi
    done
}
