-- The same in every domain: what was answered to requests with an idempotency key. Order has had the table for the
-- placing of orders.

-- The key is taken in the transaction of what its request does, so that of two at once one waits.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key         text COLLATE "C" PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    status      smallint NOT NULL,
    location    text NOT NULL,
    body        text NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created_at);

ALTER TABLE idempotency_keys ADD COLUMN about uuid;

COMMENT ON TABLE idempotency_keys IS 'What was answered to requests with an idempotency key, to be answered again.';
COMMENT ON COLUMN idempotency_keys.key IS
    'As the client gave it; where the client is known, the SHA-256 digest of who it is and the key, in hexadecimal.';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'The SHA-256 digest of the request.';
COMMENT ON COLUMN idempotency_keys.about IS 'The aggregate that the request made or changed.';

-- Processes of the version before still write the order that a key placed; a request of another kind places none.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = 'idempotency_keys'::regclass AND attname = 'order_id' AND NOT attisdropped) THEN
        ALTER TABLE idempotency_keys ALTER COLUMN order_id DROP NOT NULL;
        COMMENT ON COLUMN idempotency_keys.order_id IS 'Not written any more: see about.';
    END IF;
END $$;
