#!/bin/bash
# Runs once, before the servers: makes a random password for every account and writes it where its reader looks for it,
# and a key for the tokens of developers, of which the APIs see only what verifies.
#
#   /secrets/<account>/…     one volume an account, mounted only where it is needed
#
# What is there stays. Readable by the group 10001 alone, which the servers join and the executables run as.
set -eu
umask 077

# write ACCOUNT FILE: standard input, complete or not at all.
write() {
    cat >"/secrets/$1/$2.new"
    chmod 440 "/secrets/$1/$2.new"
    chown 10001:10001 "/secrets/$1/$2.new"
    mv "/secrets/$1/$2.new" "/secrets/$1/$2"
}

# password ACCOUNT: the account's, made when it is first asked for.
password() {
    [ -s "/secrets/$1/password" ] ||
        od -An -N24 -tx1 /dev/urandom | tr -d ' \n' | write "$1" password
    cat "/secrets/$1/password"
}

password superuser >/dev/null
for database in $DATABASES; do
    for role in owner app; do
        account=${database}_$role
        printf 'postgresql://%s:%s@postgres:5432/%s\n' "$account" "$(password "$account")" "$database" |
            write "$account" url
    done
done
printf 'amqp://tradewind:%s@rabbitmq:5672/\n' "$(password broker)" | write broker url
# RabbitMQ reads its first user from a configuration file: its image takes no password from a file by another name.
printf 'default_user = tradewind\ndefault_pass = %s\n' "$(password broker)" | write broker user.conf

# shellcheck disable=SC2034  # read by make_token_key
RUN_DIR=/secrets
# shellcheck source=profiles/lib/tokens.sh
. /infra/tokens.sh
make_token_key
chown -R 10001:10001 /secrets/auth
write tokens jwks.json </secrets/auth/jwks.json
