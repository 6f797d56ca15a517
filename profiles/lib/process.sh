# shellcheck shell=bash
# Starting, finding and stopping the processes of a run. Needs common.sh.
#
# A pid file is only a hint: the process may have been killed and its pid given to another. What tells is the process
# itself, which carries the mark of its run and its name (see `is_process`).

# mark NAME: what the process has in its environment, and nobody else.
mark() { printf 'TRADEWIND_PROCESS=%s:%s' "$RUN_DIR" "$1"; }

# command_of NAME: the kernel's name of the process, cut to 15 bytes: order-worker-2 runs order-worker.
command_of() {
    case $1 in
    rabbitmq | rabbitmq-*) printf 'beam.smp' ;;
    *-worker-*) printf '%.15s' "${1%-*}" ;;
    *) printf '%.15s' "$1" ;;
    esac
}

# is_process PID NAME: whether PID is the process NAME of this run.
is_process() {
    [[ $1 =~ ^[0-9]+$ && -r /proc/$1/comm ]] || return 1
    [[ $(cat "/proc/$1/comm" 2>/dev/null) == "$(command_of "$2")" ]] || return 1
    case $2 in
    # Runs as another user, whose environment even root may not read in some containers.
    postgres) grep -qzxF -e "$POSTGRES_DATA" "/proc/$1/cmdline" 2>/dev/null ;;
    *) grep -qzxF -e "$(mark "$2")" "/proc/$1/environ" 2>/dev/null ;;
    esac
}

# pid_of NAME: prints its pid; fails when it does not run. Finds it also when the pid file is gone or wrong, and mends
# that.
pid_of() {
    local file=$RUN_DIR/pid/$1.pid pid=
    [[ -f $file ]] && pid=$(cat "$file")
    if is_process "$pid" "$1"; then
        printf '%s\n' "$pid"
        return
    fi
    # All processes of the machine are looked at by one grep: there may be hundreds.
    for file in $(case $1 in
        postgres) grep -lzxF -e "$POSTGRES_DATA" /proc/[0-9]*/cmdline 2>/dev/null ;;
        *) grep -lzxF -e "$(mark "$1")" /proc/[0-9]*/environ 2>/dev/null ;;
        esac || true); do
        pid=${file#/proc/} pid=${pid%/*}
        if is_process "$pid" "$1"; then
            printf '%s\n' "$pid" | tee "$RUN_DIR/pid/$1.pid"
            return
        fi
    done
    return 1
}

# start_process NAME COMMAND…: in the background, in a session of its own, its output appended to .run/log/NAME.log.
start_process() {
    local name=$1 pid_file=$RUN_DIR/pid/$1.pid log=$RUN_DIR/log/$1.log
    shift
    # 64 MiB of log is enough to look back on; the one before is kept.
    if [[ -f $log && $(stat -c %s "$log") -gt 67108864 ]]; then mv -f "$log" "$log.1"; fi
    rm -f "$pid_file"
    # A descriptor for each connection and each queue; what the system allows, if that is less.
    ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true
    # shellcheck disable=SC2016  # $$ is the new process, which becomes COMMAND and keeps its pid
    TRADEWIND_PROCESS=$RUN_DIR:$name setsid bash -c 'echo $$ >"$1"; shift; exec "$@"' start "$pid_file" "$@" \
        </dev/null >>"$log" 2>&1 9>&- &
    while [[ ! -s $pid_file ]]; do sleep 0.02; done
}

# is_alive PID: also false for a zombie that nobody has collected.
is_alive() { [[ -r /proc/$1/stat && $(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null) == [!ZX] ]]; }

# stop_processes SIGNAL NAME…: all at once; whoever is left after 30 seconds is killed.
stop_processes() {
    local signal=$1 name pid
    local -A left=()
    shift
    for name in "$@"; do
        if pid=$(pid_of "$name"); then
            left[$name]=$pid
            kill -s "$signal" "$pid" 2>/dev/null || true
        else
            rm -f "$RUN_DIR/pid/$name.pid"
        fi
    done
    local deadline=$((SECONDS + 30))
    while ((${#left[@]} > 0)); do
        for name in "${!left[@]}"; do
            pid=${left[$name]}
            if is_alive "$pid"; then
                ((SECONDS < deadline)) && continue
                warn "$name (pid $pid) did not end within 30 seconds: killed"
                kill -s KILL "$pid" 2>/dev/null || true
            fi
            rm -f "$RUN_DIR/pid/$name.pid"
            unset "left[$name]"
            done_line "$name stopped"
        done
        ((${#left[@]} == 0)) || sleep 0.1
    done
}

# show_log NAME: the end of its log, for a person who has to find out why.
show_log() {
    printf '%s--- the end of %s%s\n' "$dim" "$RUN_DIR/log/$1.log" "$plain" >&2
    tail -n 30 "$RUN_DIR/log/$1.log" >&2 || true
}
