# shellcheck shell=bash
# Finding Swift, and building with a sign of life. Needs common.sh.

# find_swift: puts the toolchain on PATH, from PATH itself or from where it is usually unpacked.
find_swift() {
    command -v swift >/dev/null && return
    local place
    for place in "${SWIFT_HOME:-/opt/swift}/usr/bin" "${SWIFT_HOME:-/opt/swift}/bin" /usr/local/swift/usr/bin \
        /usr/local/bin /usr/share/swift/usr/bin /usr/libexec/swift/bin /opt/swift-*/usr/bin \
        "${HOME:-/root}/.local/share/swiftly/bin" "${HOME:-/root}/.swiftly/bin" "${HOME:-/root}"/swift-*/usr/bin; do
        if [[ -x $place/swift ]]; then
            PATH=$place:$PATH
            export PATH
            return
        fi
    done
    fail "no Swift toolchain found, neither on PATH nor in the usual places. This project needs Swift 6.2 or later:
  unpack one from https://www.swift.org/install/linux/ into /opt/swift, or name its folder in SWIFT_HOME"
}

# with_progress TITLE LOG COMMAND…: runs it quietly; on a terminal a clock ticks, elsewhere a line appears now and then.
# On failure the errors, or else the end of the log, are shown.
with_progress() {
    local title=$1 log=$2 start=$SECONDS pid status=0 elapsed next=20
    shift 2
    "$@" </dev/null >"$log" 2>&1 9>&- &
    pid=$!
    # Ctrl-C must not leave a build behind.
    # shellcheck disable=SC2064
    trap "kill $pid 2>/dev/null || true; exit 130" INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        elapsed=$((SECONDS - start))
        if [[ -t 1 ]]; then
            printf '\r\e[K  %s… %s%d s  %.60s%s' "$title" "$dim" "$elapsed" "$(tail -c 300 "$log" | tr '\r' '\n' |
                sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | grep -v '^ *$' | tail -n 1 || true)" "$plain"
        elif ((elapsed >= next)); then
            note "  $title… $elapsed s"
            next=$((next + 20))
        fi
        sleep 0.2
    done
    wait "$pid" || status=$?
    trap - INT TERM
    [[ ! -t 1 ]] || printf '\r\e[K'
    if ((status != 0)); then
        grep -E -A 4 '(error|fatal):' "$log" | head -n 40 >&2 || tail -n 40 "$log" >&2
        printf '%s✗ %s failed; the whole log is in %s%s\n' "$red" "$title" "$log" "$plain" >&2
        return "$status"
    fi
    done_line "$title: $((SECONDS - start)) s"
}

# What a deployed executable is: optimised, with Swift's runtime inside, so that it needs only the C libraries.
release_flags=(-c release --static-swift-stdlib)
RELEASE_STAMP=$PROJECT_DIR/.build/release.stamp

# release_is_current: whether nothing that goes into the executables is newer than they are.
release_is_current() {
    [[ -f $RELEASE_STAMP ]] || return 1
    local newer
    newer=$(find "$PROJECT_DIR/Package.swift" "$PROJECT_DIR/Sources" "$PROJECT_DIR/Migrators" -newer "$RELEASE_STAMP" \
        -print -quit)
    [[ -z $newer && -x $(release_bin_dir)/order-api ]]
}

release_bin_dir() { printf '%s\n' "$PROJECT_DIR/.build/release"; }

# build_release: all executables, when a source has changed since.
build_release() {
    release_is_current && return
    find_swift
    mkdir -p "$PROJECT_DIR/.build"
    # Dated before the build: what is edited while it runs is newer than it.
    touch "$RELEASE_STAMP.new"
    with_progress "building in release" "$RUN_DIR/log/build.log" \
        swift build --package-path "$PROJECT_DIR" "${release_flags[@]}"
    mv -f "$RELEASE_STAMP.new" "$RELEASE_STAMP"
}
