-- Makes :orders orders of past days, each with one line, confirmed: rows as order-api and order-worker leave them, in the
-- order of time. Indexes that are no constraint's are made anew afterwards, as filling them row by row takes far longer.
SET session_replication_role = replica;  -- foreign keys hold by construction
SET maintenance_work_mem = '256MB';
SET synchronous_commit = off;
CREATE TEMP TABLE later AS
    SELECT indexdef FROM pg_indexes WHERE tablename = 'orders' AND indexname IN ('orders_by_customer', 'orders_by_status');
DROP INDEX orders_by_customer, orders_by_status;

CREATE FUNCTION pg_temp.past_order(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(1700000000000 + n * 10), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO orders (id, customer_id, status, total_minor, currency, placed_at, changed_at, contact_name, contact_email)
SELECT pg_temp.past_order(n), ('00000000-0000-7000-9000-' || lpad((n * 7919 % 100000)::text, 12, '0'))::uuid, 'Confirmed',
       300, 'USD', to_timestamp(1700000000 + n / 100.0), to_timestamp(1700000000 + n / 100.0), 'Ada', 'ada@example.com'
FROM generate_series(1, :orders::bigint) AS n;
INSERT INTO order_lines (order_id, product_id, position, sku, name, quantity, unit_price_minor)
SELECT pg_temp.past_order(n), ('00000000-0000-7000-8000-' || lpad((n % 1000 + 1)::text, 12, '0'))::uuid, 0, 'SKU-1',
       'Product 1', 2, 150
FROM generate_series(1, :orders::bigint) AS n;
INSERT INTO order_timeline (order_id, step, at)
SELECT pg_temp.past_order(n), step, to_timestamp(1700000000 + n / 100.0)
FROM generate_series(1, :orders::bigint) AS n, (VALUES ('Pending'), ('Confirmed')) AS steps (step);
INSERT INTO processed_messages (consumer, message_id)
SELECT 'order.stock-process-completed', pg_temp.past_order(n) FROM generate_series(1, :orders::bigint) AS n;
-- A tenth of them came within the last day and has its key still.
INSERT INTO idempotency_keys (key, fingerprint, status, location, body, about, created_at)
SELECT encode(sha256(convert_to('past-' || n, 'UTF8')), 'hex'), sha256(uuid_send(pg_temp.past_order(n))), 201,
       '/api/orders/' || pg_temp.past_order(n),
       '{"orderId":"' || pg_temp.past_order(n) || '","status":"Pending","totalAmount":{"amount":"3.00","currency":"USD"},'
       || '"orderDate":"2026-01-01T00:00:00.000000Z"}', pg_temp.past_order(n), now()
FROM generate_series(1, :orders::bigint / 10) AS n;
SELECT indexdef FROM later \gexec
VACUUM ANALYZE;
