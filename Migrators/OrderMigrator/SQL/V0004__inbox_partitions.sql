-- The same in every domain: the inbox in partitions of a day, so that old messages are forgotten by dropping tables.

-- Ids of version 7 begin with their time, so a range of ids is a range of time, and the key stays what it was. Another
-- id, or one of a time that no partition stands for, goes to processed_messages_default.

-- The lowest id that can be made at a time.
CREATE FUNCTION first_id_at(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT rpad(lpad(to_hex(greatest(0, floor(extract(epoch FROM at) * 1000))::bigint), 12, '0'), 32, '0')::uuid
$$;

ALTER TABLE processed_messages RENAME TO processed_messages_before;
ALTER TABLE processed_messages_before RENAME CONSTRAINT processed_messages_pkey TO processed_messages_before_pkey;

CREATE TABLE processed_messages (
    consumer     text        NOT NULL,
    message_id   uuid        NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, consumer)
) PARTITION BY RANGE (message_id);

COMMENT ON TABLE processed_messages IS 'Messages whose effects are committed; a second delivery of one changes nothing.';
COMMENT ON COLUMN processed_messages.consumer IS 'The queue that the message came from.';

CREATE TABLE processed_messages_default PARTITION OF processed_messages DEFAULT;
CREATE INDEX processed_messages_default_by_age ON processed_messages_default (processed_at);

-- What is there stays where it lies and becomes the first partition, up to the end of tomorrow.
DO $$
DECLARE
    bound uuid := first_id_at(date_trunc('day', now(), 'UTC') + interval '2 days');
BEGIN
    WITH moved AS (DELETE FROM processed_messages_before WHERE message_id >= bound RETURNING *)
    INSERT INTO processed_messages_default SELECT * FROM moved;
    EXECUTE format(
        'ALTER TABLE processed_messages ATTACH PARTITION processed_messages_before FOR VALUES FROM (MINVALUE) TO (%L)',
        bound);
END $$;

-- The partitions that stand for a range of ids: from `lower`, or the lowest there is, to before `upper`.
CREATE FUNCTION inbox_partitions() RETURNS TABLE (name text, lower uuid, upper uuid) LANGUAGE sql STABLE AS $$
    SELECT relname::text, substring(bounds FROM 'FROM \(''(.*?)''\)')::uuid, substring(bounds FROM 'TO \(''(.*)''\)')::uuid
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid, pg_get_expr(relpartbound, pg_class.oid) AS bounds
    WHERE inhparent = 'processed_messages'::regclass AND bounds <> 'DEFAULT'
$$;

-- Making and dropping tables takes the rights of their owner, which a worker does not have. These two functions have
-- them, for whoever may delete from the inbox by hand. Neither waits long for a lock, because consumers wait behind it.

CREATE FUNCTION require_inbox_rights() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT has_table_privilege(session_user, 'processed_messages', 'DELETE') THEN
        RAISE insufficient_privilege USING MESSAGE = 'permission denied for the upkeep of processed_messages';
    END IF;
END $$;

-- Makes the partitions that are missing from today until so many days ahead. Returns their names.
CREATE FUNCTION create_inbox_partitions(days_ahead integer) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '250ms' AS $$
DECLARE
    today     timestamptz := date_trunc('day', now(), 'UTC');
    day       timestamptz;
    first_id  uuid;
    next_id   uuid;
    partition text;
BEGIN
    PERFORM require_inbox_rights();
    FOR day IN SELECT generate_series(today, today + least(days_ahead, 30) * interval '1 day', interval '1 day') LOOP
        first_id := first_id_at(day);
        next_id := first_id_at(day + interval '1 day');
        CONTINUE WHEN EXISTS (
            SELECT FROM inbox_partitions() WHERE upper > first_id AND (lower < next_id OR lower IS NULL));
        -- So many rows would be long in moving. They stay, and go by age.
        CONTINUE WHEN (
            SELECT count(*) > 1000 FROM (
                SELECT FROM processed_messages_default
                WHERE message_id >= first_id AND message_id < next_id LIMIT 1001) AS of_that_day);
        LOCK TABLE processed_messages_default IN ACCESS EXCLUSIVE MODE;
        partition := 'processed_messages_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD');
        EXECUTE format('CREATE TABLE %I (LIKE processed_messages INCLUDING ALL)', partition);
        EXECUTE format(
            'WITH moved AS (
                 DELETE FROM processed_messages_default WHERE message_id >= %L AND message_id < %L RETURNING *)
             INSERT INTO %I SELECT * FROM moved', first_id, next_id, partition);
        -- Unlike CREATE TABLE PARTITION OF, this lets consumers go on.
        EXECUTE format(
            'ALTER TABLE processed_messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            partition, first_id, next_id);
        RETURN NEXT partition;
    END LOOP;
END $$;

-- Drops the oldest partition of which all ids are older than `kept`. A message of it that was handled later, such as a
-- dead letter that was redriven, is remembered in processed_messages_default until that is as long ago. Returns the name.
CREATE FUNCTION drop_inbox_partition(kept interval) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '250ms' AS $$
DECLARE
    partition text;
    young     processed_messages[];
BEGIN
    PERFORM require_inbox_rights();
    FOR partition IN SELECT name FROM inbox_partitions() WHERE upper <= first_id_at(now() - kept) ORDER BY upper LOOP
        EXECUTE format('LOCK TABLE %I IN SHARE MODE', partition);
        EXECUTE format(
            'SELECT array_agg(ROW(consumer, message_id, processed_at)::processed_messages) FROM (
                 SELECT * FROM %I WHERE processed_at >= $1 LIMIT 1001) AS young', partition)
            INTO young USING now() - kept;
        -- So many rows would be long in moving: it stays until they are old.
        CONTINUE WHEN cardinality(young) > 1000;
        EXECUTE format('DROP TABLE %I', partition);
        INSERT INTO processed_messages SELECT * FROM unnest(young);
        RETURN NEXT partition;
        RETURN;
    END LOOP;
END $$;

-- What runs with an owner's rights must not look up names where its caller wants.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'inbox_partitions()', 'require_inbox_rights()', 'create_inbox_partitions(integer)', 'drop_inbox_partition(interval)'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;

-- Lays the inbox out for the next days, so that it need not wait for a worker.
SELECT create_inbox_partitions(3);
