# shellcheck shell=bash
# The development key of a run, and tokens made with it. Needs common.sh.
#
# It is what an identity provider is in production: APIs that profiles/app starts take its tokens, others do not.

readonly TOKEN_ISSUER=tradewind-development TOKEN_AUDIENCE=tradewind

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# make_token_key: a key of Ed25519, readable by its owner alone, and beside it what verifies. Made once for a run.
make_token_key() {
    [[ ! -s $RUN_DIR/auth/jwks.json ]] || return 0
    (
        umask 077
        mkdir -p "$RUN_DIR/auth"
        # Of two at once one makes it.
        exec 8>>"$RUN_DIR/auth/lock"
        flock 8
        [[ ! -s $RUN_DIR/auth/jwks.json ]] || exit 0
        openssl genpkey -algorithm ed25519 -out "$RUN_DIR/auth/key.pem"
        # The key itself is the end of what stands around it.
        public=$(openssl pkey -in "$RUN_DIR/auth/key.pem" -pubout -outform DER | tail -c 32 | base64url)
        printf '{"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "%s", "x": "%s"}]}\n' \
            "${public:0:8}" "$public" >"$RUN_DIR/auth/jwks.new"
        chmod 644 "$RUN_DIR/auth/jwks.new"
        mv -f "$RUN_DIR/auth/jwks.new" "$RUN_DIR/auth/jwks.json"
    )
}

# development_token ROLE SUBJECT: with the key of this run.
development_token() { sign_token "$RUN_DIR/auth/key.pem" "$(sed 's/.*"kid": "\([^"]*\)".*/\1/' "$RUN_DIR/auth/jwks.json")" "$@"; }

# sign_token KEY ID ROLE SUBJECT: a token (RFC 9068) for 12 hours, signed with the key in the file KEY, whose name is ID.
sign_token() {
    local now header claims input file
    now=$(date +%s)
    header=$(printf '{"typ":"at+jwt","alg":"EdDSA","kid":"%s"}' "$2" | base64url)
    claims=$(printf '{"iss":"%s","aud":"%s","sub":"%s","roles":["%s"],"iat":%d,"exp":%d}' \
        "$TOKEN_ISSUER" "$TOKEN_AUDIENCE" "$4" "$3" "$now" "$((now + 43200))" | base64url)
    input=$header.$claims
    # OpenSSL wants to know the size before it signs: a file, not a pipe.
    file=$(mktemp)
    printf '%s' "$input" >"$file"
    printf '%s.%s\n' "$input" "$(openssl pkeyutl -sign -rawin -inkey "$1" -in "$file" | base64url)"
    rm -f "$file"
}
