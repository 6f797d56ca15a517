# shellcheck shell=bash
# What compose/verify asks of the running shop. Needs common.sh and an engine.

in_compose() { "${compose[@]}" -f "$here/compose.yaml" --profile infra --profile app "$@"; }

# quietly COMMAND…: shows its output only where it fails.
quietly() { "$@" >"$log_dir/last.log" 2>&1 || { tail -n 40 "$log_dir/last.log" >&2; fail "failed: $*"; }; }

# containers_of SERVICE: their ids.
containers_of() {
    docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
        --filter "label=com.docker.compose.service=$1" --filter label=com.docker.compose.oneoff=False
}

# inspect FORMAT CONTAINER…
inspect() { docker inspect -f "$1" "${@:2}"; }

secret() { docker exec "$(containers_of postgres)" cat "/run/secrets/$1/$2"; }

# address_of SERVICE NETWORK: where this machine reaches it, published or not.
address_of() {
    inspect "{{(index .NetworkSettings.Networks \"${COMPOSE_PROJECT_NAME}_$2\").IPAddress}}" "$(containers_of "$1")"
}

# sql DATABASE ROLE STATEMENT: as that role, with its password and over TCP, as a process of the shop would.
sql() {
    docker exec -e PGPASSWORD="$(secret "$1_$2" password)" "$(containers_of postgres)" \
        psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -U "$1_$2" -d "$1" -c "$3"
}

# wait_until SECONDS TITLE COMMAND…
wait_until() {
    local deadline=$((SECONDS + $1)) title=$2
    shift 2
    until "$@"; do
        ((SECONDS < deadline)) || fail "waited in vain: $title"
        sleep 0.2
    done
}

now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f", to - from }'; }

uuid() { cat /proc/sys/kernel/random/uuid; }

# requests: with the token in `token`, sends what standard input says, one "METHOD URL BODY" a line, up to 16 at once; prints the status codes.
requests() {
    local method url body config=$work/requests
    while read -r method url body; do
        printf 'next\nurl = "%s"\nrequest = %s\nheader = "Content-Type: application/json"\ndata = "%s"\n' "$url" "$method" \
            "${body//\"/\\\"}"
        printf 'header = "Authorization: Bearer %s"\n' "$token"
        printf 'output = /dev/null\nwrite-out = "%%{http_code}\\n"\nsilent\nmax-time = 30\nnoproxy = "*"\n'
    done | sed '1d' >"$config"
    # Curl counts as failed what got no answer; that shows in the codes, as 000.
    curl --no-progress-meter --parallel --parallel-max 16 --config "$config" || true
}

# register COUNT: that many products with plenty of stock; sets `products`.
register() {
    local product
    mapfile -t products < <(for ((n = 0; n < $1; n++)); do uuid; done)
    for product in "${products[@]}"; do
        printf 'PUT %s/api/products/%s {"sku": "%s", "name": "Lamp", "unitPrice": {"amount": "19.99", "currency": "USD"}}\n' \
            "$STOCK_API_URL" "$product" "$product"
    done | requests | expect_all 201
    for product in "${products[@]}"; do
        printf 'POST %s/api/stocks/%s/adjustments {"delta": 100000, "reason": "receipt"}\n' "$STOCK_API_URL" "$product"
    done | requests | expect_all 201
    wait_until 30 "Order knows the prices" prices_are_known
}
prices_are_known() { (($(sql orders owner "SELECT count(*) FROM product_prices") >= ${#products[@]})); }

# orders COUNT: requests that place as many orders, each for the next of the products.
orders() {
    local n
    for ((n = 0; n < $1; n++)); do
        printf 'POST %s/api/orders {"customerId": "%s", "items": [{"productId": "%s", "quantity": 1}]}\n' "$ORDER_API_URL" \
            "$(uuid)" "${products[n % ${#products[@]}]}"
    done
}

# expect_all CODE: fails unless every line of standard input is this code.
expect_all() {
    local codes
    codes=$(sort | uniq -c)
    [[ $(awk '{ print $2 }' <<<"$codes") == "$1" ]] || fail "expected only $1, got: $codes"
}

pending() { sql orders owner "SELECT count(*) FROM orders WHERE status = 'Pending'"; }
nothing_is_pending() { [[ $(pending) == 0 ]]; }

# audit: profiles/audit, led to the containers.
audit() {
    local domain database environment=() management
    for domain in $(each_domain); do
        database=$(database_of "$domain")
        environment+=("${domain^^}_DATABASE_URL=postgresql://${database}_owner:$(
            secret "${database}_owner" password)@$(address_of postgres database):5432/$database")
    done
    management=tradewind:$(docker exec "$(containers_of rabbitmq)" cat /run/secrets/broker/password)
    environment+=("RABBITMQ_MANAGEMENT_URL=http://$management@$(address_of rabbitmq broker):15672"
        "AMQP_URL=amqp://$management@$(address_of rabbitmq broker):5672/")
    env "${environment[@]}" "$PROJECT_DIR/profiles/audit" --settle "${1:-60}"
}
