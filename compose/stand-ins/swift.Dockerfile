# Stands in for swift:6.3-bookworm where no image can be pulled: `toolchain` is Debian with the toolchain's folder in it,
# and these are the packages that the real image has for it.
ARG TOOLCHAIN_IMAGE
FROM ${TOOLCHAIN_IMAGE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        binutils gcc git libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libstdc++-12-dev libxml2 pkg-config tzdata \
        zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
