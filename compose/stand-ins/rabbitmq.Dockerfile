# Stands in for rabbitmq:3-management where no image can be pulled: Debian's package (3.10), set up as the real image is.
ARG RUNTIME_IMAGE=debian:bookworm-slim
FROM ${RUNTIME_IMAGE}
RUN groupadd --system --gid 999 rabbitmq \
    && useradd --system --gid rabbitmq --uid 999 --home-dir /var/lib/rabbitmq rabbitmq \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends rabbitmq-server \
    && rm -rf /var/lib/apt/lists/* /var/lib/rabbitmq/.erlang.cookie /var/lib/rabbitmq/mnesia \
    && mkdir -p /etc/rabbitmq/conf.d \
    && printf 'loopback_users.guest = false\nlog.console = true\n' >/etc/rabbitmq/conf.d/10-defaults.conf \
    && printf '[rabbitmq_management,rabbitmq_prometheus].\n' >/etc/rabbitmq/enabled_plugins \
    && rm -f /etc/rabbitmq/rabbitmq-env.conf \
    && chown -R rabbitmq:rabbitmq /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq \
    && chmod 1777 /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
# Debian's wrappers under /usr/sbin insist on becoming the package's user.
ENV PATH=/usr/lib/rabbitmq/bin:$PATH HOME=/var/lib/rabbitmq LANG=C.UTF-8 RUNNING_UNDER_SYSTEMD=true
VOLUME /var/lib/rabbitmq
COPY rabbitmq-entrypoint /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["rabbitmq-server"]
