-- What stock-worker writes for one OrderCreated, as one statement: the yardstick of consuming. With one product the order
-- has one line of it; with more, two lines.
\set first random(1, :products)
WITH message AS MATERIALIZED (
    -- Identities begin with their time, as those of messages and orders do: the inbox is in partitions of a day.
    SELECT encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM now()) * 1000)::bigint)
                  FROM 3) FROM 1 FOR 6), 'hex')::uuid AS message_id,
           encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM now()) * 1000)::bigint)
                  FROM 3) FROM 1 FOR 6), 'hex')::uuid AS order_id,
           now() AS at
), new AS MATERIALIZED (
    INSERT INTO processed_messages (consumer, message_id) SELECT 'stock.order-created', message_id FROM message
    ON CONFLICT DO NOTHING RETURNING message_id
), claimed AS (
    INSERT INTO order_outcomes (order_id, outcome, decided_at) SELECT order_id, 'Deducted', at FROM message, new
    ON CONFLICT DO NOTHING RETURNING order_id
), wanted AS MATERIALIZED (
    SELECT DISTINCT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS product_id
    FROM (VALUES (:first::integer), (:first::integer % :products::integer + 1)) AS product (n)
), taken AS (
    UPDATE stock_items SET on_hand = on_hand - 1
    FROM (SELECT stock_items.product_id FROM stock_items JOIN wanted USING (product_id)
          ORDER BY product_id FOR UPDATE OF stock_items) AS locked
    WHERE stock_items.product_id = locked.product_id AND on_hand >= 1
    RETURNING stock_items.product_id
), moved AS (
    INSERT INTO stock_movements (movement_id, product_id, order_id, delta, kind, reason, at)
    SELECT gen_random_uuid(), product_id, order_id, -1, 'deduction', 'order', at FROM message, taken
)
INSERT INTO outbox (message_id, type, routing_key, aggregate_type, aggregate_id, headers, payload, occurred_at)
SELECT gen_random_uuid(), 'StockProcessCompleted', 'stock.process-completed', 'order', order_id,
       ('{"cloudEvents_schemaversion":"1","cloudEvents_correlationid":"' || replace(message_id::text, '-', '')
       || '","cloudEvents_causationid":"' || message_id
       || '","traceparent":"00-' || replace(message_id::text, '-', '') || '-00f067aa0ba902b7-01"}')::json,
       '{"orderId":"' || order_id || '"}', at
FROM message;
