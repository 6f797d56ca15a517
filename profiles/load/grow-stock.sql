-- Makes what stock-worker has written for :orders orders of past days; see grow-order.sql.
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
SET synchronous_commit = off;
CREATE TEMP TABLE later AS SELECT indexdef FROM pg_indexes WHERE indexname = 'stock_movements_once_per_order';
DROP INDEX stock_movements_once_per_order;

CREATE FUNCTION pg_temp.past_order(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(1700000000000 + n * 10), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO processed_messages (consumer, message_id)
SELECT 'stock.order-created', pg_temp.past_order(n) FROM generate_series(1, :orders::bigint) AS n;
INSERT INTO order_outcomes (order_id, outcome, decided_at)
SELECT pg_temp.past_order(n), 'Deducted', to_timestamp(1700000000 + n / 100.0) FROM generate_series(1, :orders::bigint) AS n;
INSERT INTO stock_movements (movement_id, product_id, order_id, delta, kind, reason, at)
SELECT pg_temp.past_order(n), ('00000000-0000-7000-8000-' || lpad((n % 1000 + 1)::text, 12, '0'))::uuid,
       pg_temp.past_order(n), -2, 'deduction', 'order', to_timestamp(1700000000 + n / 100.0)
FROM generate_series(1, :orders::bigint) AS n;
SELECT indexdef FROM later \gexec
VACUUM ANALYZE;
