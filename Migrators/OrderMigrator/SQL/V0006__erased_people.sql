-- The same in every domain: whose personal data was erased, and what then becomes of messages.

-- A message about one of these that arrives later keeps nothing of the person.
CREATE TABLE erased_aggregates (
    aggregate_id uuid        PRIMARY KEY,
    erased_at    timestamptz NOT NULL
);

CREATE INDEX erased_aggregates_by_age ON erased_aggregates (erased_at);

COMMENT ON TABLE erased_aggregates IS 'Orders, and what was made of them, whose customer''s personal data was erased.';

-- The body of a message without what tells of a person: the members that are known to tell of goods and money stay, so
-- that it can still be handled, a reason becomes "erased", and all else goes. Of what is no JSON object nothing stays.
CREATE FUNCTION without_person(body bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    kept jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(key, CASE key WHEN 'reason' THEN '"erased"' ELSE value END), '{}') INTO kept
    FROM jsonb_each(convert_from(body, 'UTF8')::jsonb)
    WHERE key IN ('orderId', 'customerId', 'orderIds', 'items', 'totalAmount', 'orderDate', 'reason', 'shortages',
                  'productId', 'sku', 'name', 'unitPrice', 'version', 'notificationId', 'template', 'channel');
    RETURN convert_to(kept::text, 'UTF8');
EXCEPTION WHEN others THEN
    RETURN convert_to('{}', 'UTF8');
END $$;
