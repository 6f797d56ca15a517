# shellcheck shell=bash
# Images that stand in for those that cannot be pulled, made on the spot from Debian's packages and the Swift toolchain
# on the PATH. Needs common.sh, swift.sh and an engine.

# image_exists NAME
image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

# build_image LOG ARGUMENTS…: with the builder that every engine has; it says on every call that it is old.
build_image() {
    local log=$log_dir/$1.log
    if ! DOCKER_BUILDKIT=0 docker build --force-rm "${@:2}" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "building $1 failed; the whole log is in $log"
    fi
}

# debian_root: a minimal Debian in $work/debian, made when it is first asked for.
debian_root() {
    [[ -d $work/debian ]] && return
    debootstrap --variant=minbase bookworm "$work/debian.new" >"$log_dir/debootstrap.log" 2>&1 ||
        { tail -n 20 "$log_dir/debootstrap.log" >&2; fail "debootstrap failed"; }
    rm -rf "$work"/debian.new/var/cache/apt/archives/*.deb "$work"/debian.new/var/lib/apt/lists/*
    mv "$work/debian.new" "$work/debian"
}

# toolchain_files: the files of the toolchain that swift on the PATH belongs to, without what building does not need
# (debugger, language server, embedded targets), relative to its root: half of it.
toolchain_files() {
    (cd "$1" && find usr \( -type f -o -type l \)) | grep -vE \
        -e '^usr/bin/(clangd|docc|lldb.*|llvm-(cov|nm|objdump|profdata|symbolizer)|sourcekit-lsp|swift-format|swift-help|wasmkit)$' \
        -e '^usr/bin/swift-build-sdk-interfaces$' -e '^usr/local/' \
        -e '^usr/lib/(libLTO|libSwiftSourceKit|libclang\.|liblldb|libsourcekitd)' -e '^usr/lib/swift(_static)?/embedded/'
}

# make_stand_ins: RUNTIME_IMAGE, SWIFT_IMAGE, POSTGRES_IMAGE and RABBITMQ_IMAGE, as far as they do not exist.
make_stand_ins() {
    local toolchain servers
    export RUNTIME_IMAGE=${RUNTIME_IMAGE:-debian:bookworm-slim} SWIFT_IMAGE=${SWIFT_IMAGE:-swift:6.3-bookworm}
    export POSTGRES_IMAGE=${POSTGRES_IMAGE:-postgres:18-bookworm} RABBITMQ_IMAGE=${RABBITMQ_IMAGE:-rabbitmq:4.1-management}
    if ! image_exists "$RUNTIME_IMAGE"; then
        RUNTIME_IMAGE=$stand_in/debian:bookworm-slim
        debian_root
        tar -C "$work/debian" -c . | docker import - "$RUNTIME_IMAGE" >/dev/null
    fi
    # The servers beside the toolchain: the one waits for the network, the other for the disk.
    (
        image_exists "$POSTGRES_IMAGE" || build_image stand-in-postgres --build-arg RUNTIME_IMAGE="$RUNTIME_IMAGE" \
            -t "$stand_in/postgres:15" -f "$here/stand-ins/postgres.Dockerfile" "$here/stand-ins"
        image_exists "$RABBITMQ_IMAGE" || build_image stand-in-rabbitmq --build-arg RUNTIME_IMAGE="$RUNTIME_IMAGE" \
            -t "$stand_in/rabbitmq:3.10" -f "$here/stand-ins/rabbitmq.Dockerfile" "$here/stand-ins"
    ) &
    servers=$!
    if ! image_exists "$SWIFT_IMAGE"; then
        SWIFT_IMAGE=$stand_in/swift:bookworm
        debian_root
        find_swift
        toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
        toolchain=$(cd "$toolchain/../.." && pwd)
        tar -c -C "$work/debian" . -C "$toolchain" --no-recursion -T <(toolchain_files "$toolchain") |
            docker import - "$stand_in/toolchain" >/dev/null
        build_image stand-in-swift --build-arg TOOLCHAIN_IMAGE="$stand_in/toolchain" -t "$SWIFT_IMAGE" \
            -f "$here/stand-ins/swift.Dockerfile" "$here/stand-ins"
    fi
    wait "$servers"
    image_exists "$POSTGRES_IMAGE" || POSTGRES_IMAGE=$stand_in/postgres:15
    image_exists "$RABBITMQ_IMAGE" || RABBITMQ_IMAGE=$stand_in/rabbitmq:3.10
}
