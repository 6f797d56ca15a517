# shellcheck shell=bash
# A domain is one line here, as it is one entry in Package.swift:
#   prefix of its executables, its database and that one's owner, last digit of its ports
domains=(
    "order orders 1"
    "stock stock 2"
    "notification notifications 3"
)

# each_domain: the prefixes, a line each.
each_domain() { printf '%s\n' "${domains[@]%% *}"; }

# field_of DOMAIN N: the Nth field of its line.
field_of() {
    local line
    local -a fields
    for line in "${domains[@]}"; do
        read -r -a fields <<<"$line"
        if [[ ${fields[0]} == "$1" ]]; then
            printf '%s\n' "${fields[$2]}"
            return
        fi
    done
    return 1
}

database_of() { field_of "$1" 1; }

# password_of DOMAIN: of its database's owner, from the secrets.
password_of() {
    local variable=${1^^}_PASSWORD
    printf '%s\n' "${!variable}"
}
