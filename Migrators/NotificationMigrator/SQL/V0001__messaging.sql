-- The same in every domain: what it has to tell (outbox) and what it has heard (processed_messages).

-- Rows are written in the transaction of the change that they tell of, read in the order of seq, and deleted once the
-- broker has confirmed them. There is no state column: what is there has still to be published.
CREATE TABLE outbox (
    seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id     uuid        NOT NULL,
    type           text        NOT NULL,
    -- Publishing to an exchange that does not exist would stop the relay.
    exchange       text        NOT NULL DEFAULT 'tradewind.events' CHECK (exchange IN ('tradewind.events', '')),
    routing_key    text        NOT NULL,
    mandatory      boolean     NOT NULL DEFAULT true,
    aggregate_type text        NOT NULL,
    aggregate_id   uuid        NOT NULL,
    shard          smallint    NOT NULL GENERATED ALWAYS AS (get_byte(uuid_send(aggregate_id), 15) & 15) STORED,
    headers        json        NOT NULL DEFAULT '{}',
    payload        text        NOT NULL,
    occurred_at    timestamptz NOT NULL
) WITH (
    -- Every row is deleted soon: vacuum early, and do not dawdle, or the index fills with dead entries.
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_analyze_threshold = 5000
);

COMMENT ON TABLE outbox IS 'Events that are committed and not yet confirmed by the broker.';
COMMENT ON COLUMN outbox.seq IS 'The order of writing. Not the order of commits: never keep a position in it.';
COMMENT ON COLUMN outbox.message_id IS 'UUIDv7; stays the same however often the message is published.';
COMMENT ON COLUMN outbox.exchange IS 'Empty: straight to the queue that routing_key names.';
COMMENT ON COLUMN outbox.mandatory IS 'Whether the row stays here while no queue wants it.';
COMMENT ON COLUMN outbox.shard IS 'Rows of one aggregate share a shard, and one relay at a time publishes a shard.';
COMMENT ON COLUMN outbox.headers IS 'AMQP headers beyond those made from the other columns.';
COMMENT ON COLUMN outbox.payload IS 'The body, sent as it is.';

-- A row is written in the transaction of the message's effects. Message ids begin with their time, so the table can be
-- pruned, and one day partitioned, by ranges of the key.
CREATE TABLE processed_messages (
    consumer     text        NOT NULL,
    message_id   uuid        NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, consumer)
) WITH (
    -- Rows are only inserted, and deleted in the order of the key after 16 days.
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_vacuum_scale_factor = 0.05
);

COMMENT ON TABLE processed_messages IS 'Messages whose effects are committed; a second delivery of one changes nothing.';
COMMENT ON COLUMN processed_messages.consumer IS 'The queue that the message came from.';
