# shellcheck shell=bash
# The container engine that compose/verify works with. Needs common.sh.

# use_engine: the engine that answers, or else one of our own, which ends with us.
use_engine() {
    local package missing=()
    command -v docker >/dev/null || missing+=(docker.io)
    command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    if ((${#missing[@]} > 0)); then "$PROJECT_DIR/profiles/install" "${missing[@]}" >/dev/null; fi
    if docker info >/dev/null 2>&1; then
        note "  with the engine that answers: $(docker version -f '{{.Server.Version}}')"
    else
        ((EUID == 0)) || fail "no container engine answers, and starting one takes root"
        command -v dockerd >/dev/null || package=docker.io
        command -v iptables >/dev/null || package="${package:-} iptables"
        # shellcheck disable=SC2086  # several packages
        [[ -z ${package:-} ]] || "$PROJECT_DIR/profiles/install" $package >/dev/null
        start_engine
    fi
    compose=(docker compose)
    docker compose version >/dev/null 2>&1 || compose=(docker-compose)
    note "  $("${compose[@]}" version --short 2>/dev/null | sed 's/^/Compose /')"
}

engine_dir=
engine_pid=
# start_engine: with data, socket and state in a folder of its own, which is removed with it. Not in the checkout, whose
# path may be too long for a socket.
start_engine() {
    local deadline
    engine_dir=$(mktemp -d "${TMPDIR:-/tmp}/tradewind-engine-XXXXXX")
    had_bridge=no
    if [[ -d /sys/class/net/docker0 ]]; then had_bridge=yes; fi
    iptables-save >"$engine_dir/iptables" 2>/dev/null || rm -f "$engine_dir/iptables"
    export DOCKER_HOST=unix://$engine_dir/docker.sock
    # In a session of its own, so that an interrupt at the terminal reaches this script first.
    setsid dockerd --host "$DOCKER_HOST" --data-root "$engine_dir/data" --exec-root "$engine_dir/exec" \
        --pidfile "$engine_dir/pid" </dev/null >"$log_dir/engine.log" 2>&1 &
    engine_pid=$!
    deadline=$((SECONDS + 60))
    until docker info >/dev/null 2>&1; do
        if ! kill -0 "$engine_pid" 2>/dev/null || ((SECONDS >= deadline)); then
            tail -n 20 "$log_dir/engine.log" >&2
            fail "the container engine did not start"
        fi
        sleep 0.3
    done
    note "  with an engine of our own: $(docker version -f '{{.Server.Version}}')," \
        "$(docker info -f '{{.Driver}}' 2>/dev/null)"
}

# stop_engine: only the one that we started; with its containers, images and packet filters.
stop_engine() {
    local deadline=$((SECONDS + 60)) mount
    [[ -n $engine_pid ]] || return 0
    kill "$engine_pid" 2>/dev/null || true
    while kill -0 "$engine_pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.2; done
    kill -KILL "$engine_pid" 2>/dev/null || true
    if [[ -f $engine_dir/iptables ]]; then iptables-restore <"$engine_dir/iptables" || true; fi
    [[ $had_bridge == yes ]] || ip link delete docker0 2>/dev/null || true
    # The deepest first.
    while read -r mount; do umount "$mount" || true; done < <(
        awk -v dir="$engine_dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
    rm -rf --one-file-system "$engine_dir"
    engine_pid=
}
