# shellcheck shell=bash
# What every profile script shares: where things lie, which ports they use, how they talk to a person.
# Sourced, never run. Overridable from outside:
#   TRADEWIND_RUN_DIR      state of this run: pids, logs, data, secrets   (default: .run in the checkout)
#   TRADEWIND_PORT_OFFSET  added to every port, for a second run next to the first   (default: 0)
#   TRADEWIND_*_PORT       a single port, see below
#   TRADEWIND_BROKERS      how many nodes RabbitMQ has, 1 to 3; the ports of each are ten further on   (default: 1)
#   TRADEWIND_POSTGRES_OPTIONS  more options for the server, such as "-c fsync=off"

PROJECT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN_DIR=${TRADEWIND_RUN_DIR:-$PROJECT_DIR/.run}
readonly PROJECT_DIR
# shellcheck source=profiles/lib/domains.sh
source "$PROJECT_DIR/profiles/lib/domains.sh"

port_offset=${TRADEWIND_PORT_OFFSET:-0}
POSTGRES_PORT=${TRADEWIND_POSTGRES_PORT:-$((54321 + port_offset))}
AMQP_PORT=${TRADEWIND_AMQP_PORT:-$((56721 + port_offset))}
MANAGEMENT_PORT=${TRADEWIND_MANAGEMENT_PORT:-$((56722 + port_offset))}
# Erlang's own: the distribution port of the broker's node and the daemon that tells it.
DISTRIBUTION_PORT=${TRADEWIND_DISTRIBUTION_PORT:-$((56723 + port_offset))}
EPMD_PORT=${TRADEWIND_EPMD_PORT:-$((56724 + port_offset))}
# Where the broker tells its metrics.
BROKER_METRICS_PORT=${TRADEWIND_BROKER_METRICS_PORT:-$((56725 + port_offset))}
BROKERS=${TRADEWIND_BROKERS:-1}

# Debian keeps daemons in sbin, which the PATH of a plain user or of `su` may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

# Colours only for a person at a terminal.
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' cyan=$'\e[36m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' yellow='' cyan='' plain=''
fi

say() { printf '%s\n' "$*"; }
note() { printf '%s%s%s\n' "$dim" "$*" "$plain"; }
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
done_line() { printf '  %s✓%s %s\n' "$green" "$plain" "$*"; }
warn() { printf '%s! %s%s\n' "$yellow" "$*" "$plain" >&2; }
fail() {
    printf '%s✗ %s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

# prepare_run_dir: makes the directories. The database's user must be able to pass through, so 755 whatever the umask.
prepare_run_dir() {
    mkdir -p "$RUN_DIR/pid" "$RUN_DIR/log"
    RUN_DIR=$(cd "$RUN_DIR" && pwd)
    chmod 755 "$RUN_DIR" "$RUN_DIR/pid" "$RUN_DIR/log"
}

# lock NAME: one command at a time that starts or stops NAME; the lock goes with the (sub)shell.
lock() {
    exec 9>"$RUN_DIR/$1.lock"
    flock -w 300 9 || fail "another command has been at work on $1 for five minutes ($RUN_DIR/$1.lock)"
}

# load_secrets: random passwords, made once for each run directory, readable by their owner alone. A new domain gets its
# own when it is first seen.
load_secrets() {
    local file=$RUN_DIR/secrets name names domain
    names=(POSTGRES_PASSWORD AMQP_PASSWORD ERLANG_COOKIE)
    for domain in $(each_domain); do names+=("${domain^^}_PASSWORD"); done
    (
        umask 077
        # Of two at once one writes, and both read the same.
        exec 8>>"$file"
        flock 8
        for name in "${names[@]}"; do
            grep -q "^$name=" "$file" ||
                printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >&8
        done
    )
    # shellcheck source=/dev/null
    source "$file"
}

# answers PORT: whether something on this machine accepts connections there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# is_taken PORT: whether something answers there, and still does after five seconds: a server that was killed lets go of
# its port when the last of its threads is gone, which on a busy machine takes a moment.
is_taken() {
    local tick
    for ((tick = 0; tick < 50; tick++)); do
        answers "$1" || return 1
        sleep 0.1
    done
}

# free_ports N: the first of N ports in a row that nobody uses, below those that the kernel gives to outgoing
# connections. From a random start, so that two runs at once do not meet.
free_ports() {
    local first=$((20000 + RANDOM % 10000)) port
    for ((port = first; port < first + $1; port++)); do
        if answers "$port"; then first=$((port + 1)); fi
    done
    printf '%d\n' "$first"
}

# take_server_ports, take_app_ports: for the commands that are called from here, ports that nobody uses.
take_server_ports() {
    local first
    first=$(free_ports 30)
    export TRADEWIND_POSTGRES_PORT=$first TRADEWIND_EPMD_PORT=$((first + 1)) TRADEWIND_AMQP_PORT=$((first + 2))
    export TRADEWIND_MANAGEMENT_PORT=$((first + 3)) TRADEWIND_DISTRIBUTION_PORT=$((first + 4))
    export TRADEWIND_BROKER_METRICS_PORT=$((first + 5))
}
take_app_ports() {
    local port
    while true; do
        export TRADEWIND_PORT_OFFSET=$((3000 + RANDOM % 7000))
        for port in {8081..8089} {9081..9119}; do
            if answers $((port + TRADEWIND_PORT_OFFSET)); then continue 2; fi
        done
        return
    done
}

# http_status URL [curl options]: the status code, 000 when nobody answered. Never through a proxy.
http_status() {
    curl --noproxy '*' -s -o /dev/null -w '%{http_code}' --max-time 3 "${@:2}" "$1" || true
}

# require_linux_mounts: everything here finds processes through /proc, which a bare chroot lacks.
require_linux_mounts() {
    [[ -r /proc/self/stat ]] && return
    if ((EUID == 0)) && mkdir -p /proc && mount -t proc proc /proc 2>/dev/null; then
        note "/proc was not mounted; it is now"
    else
        fail "/proc is not mounted. In a chroot: mount -t proc proc /proc"
    fi
}
