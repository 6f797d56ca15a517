#!/bin/bash
# Prints a token of the development key: token.sh ROLE [SUBJECT], as profiles/token does.
set -eu
case ${1:-} in
customer) subject=${2:?a customer has a UUID: docker compose run --rm token customer UUID} ;;
operator | admin) subject=${2:-development-$1} ;;
*)
    echo "usage: docker compose run --rm token customer|operator|admin [subject]" >&2
    exit 64
    ;;
esac
# shellcheck disable=SC2034  # read by development_token
RUN_DIR=/secrets
# shellcheck source=profiles/lib/tokens.sh
. /infra/tokens.sh
development_token "$1" "$subject"
